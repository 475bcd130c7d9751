"""An HTTP receiver on a port of its own, with faults on command."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, Self

from aiohttp import web


class HttpReceiver:
    """An HTTP receiver on a port of its own, with faults on command.

    `fault` is None, `hang`, or a status. Answers with a fault quote the request, as
    receivers do, so that tests see whether it is quoted on.
    """

    def __init__(self) -> None:
        self.fault: str | int | None = None
        self.fault_headers: dict[str, str] = {}
        self.requests: list[web.Request] = []
        self._runner: web.AppRunner | None = None
        self._hung = asyncio.Event()
        self.url = ""
        self.port = 0
        """Kept when it comes back after it was gone."""
        self.ssl: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/{path:.*}", self._any)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.ssl)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http{'s' if self.ssl else ''}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hung.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _any(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(request)
        if self.fault == "hang":
            await self._hung.wait()
        if isinstance(self.fault, int):
            return web.Response(status=self.fault, body=body, headers=self.fault_headers)
        return await self.take(request, body)

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        """What the service does with a request; a subclass says it."""
        raise NotImplementedError


def json_answer(status: int, value: Any) -> web.Response:
    return web.json_response(value, status=status)
