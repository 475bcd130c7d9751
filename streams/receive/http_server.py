"""An HTTP server that bounds connections, and says nothing of who connects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

LINGERING_S = 0.5
"""How long the rest of a refused body is thrown away, so that the answer arrives."""

# The server's own lines quote addresses of senders, and what could not be parsed.
_SILENT = logging.Logger("consentry.receive", logging.CRITICAL + 1)  # noqa: LOG001 - no handler


class HttpServer(web.Server):
    """Hands requests to `handle`; of more than `connections_max` connections the last are closed."""

    def __init__(
        self,
        handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        *,
        connections_max: int,
        idle_timeout_s: float,
    ) -> None:
        super().__init__(
            handle,
            access_log=None,
            logger=_SILENT,
            # Bodies are unpacked within a bound of our own.
            auto_decompress=False,
            keepalive_timeout=idle_timeout_s,
            lingering_time=LINGERING_S,
        )
        self._connections_max = connections_max
        self.turned_away = 0
        """Connections that were closed at once."""

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Count it in, or close it."""
        super().connection_made(handler, transport)
        if len(self._connections) > self._connections_max:
            self.turned_away += 1
            transport.abort()
