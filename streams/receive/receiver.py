"""The receiver: server and producer side by side, from start to a tidy end."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from streams.errors import ConsentryError
from streams.receive.counts import NO_SOURCE
from streams.receive.handling import Handling
from streams.receive.http_server import HttpServer
from streams.receive.load import Receiving
from streams.receive.options import ReceiveOptions
from streams.receive.publisher import Publisher
from streams.receive.refusal import UNTRUSTED, RefusalReason
from streams.receive.report import ReceiveReport
from streams.settings.topics import HEADER_ALLOWANCE

if TYPE_CHECKING:
    from streams.settings import Settings

DRAIN_S: Final = 8.0
"""How long requests that are in work may take at the end."""

REPORT_EVERY_S: Final = 10.0
_PAUSE_S: Final = 0.02

log = structlog.get_logger("consentry.receive")


class Receiver:
    """Receives until it is stopped."""

    def __init__(
        self, settings: Settings, receiving: Receiving, publisher: Publisher | None = None
    ) -> None:
        """Raises ConsentryError when the options do not go with the settings."""
        server = receiving.server
        room = settings.output_max_bytes - HEADER_ALLOWANCE
        if server.body_max_bytes > room:
            raise ConsentryError(
                f"receive.body_max_bytes is {server.body_max_bytes}, and a record may have "
                f"{settings.output_max_bytes} bytes with its headers",
                f"Set it to {room} at most, or raise output_max_bytes.",
            )
        self._options = server
        self._publisher = publisher or Publisher(
            settings, server.acknowledge_timeout_s, compression=server.compression
        )
        self.handling = Handling(receiving, settings.topics.raw, self._publisher)
        self._tls = tls_context(server)
        self.http = HttpServer(
            self.handling.handle,
            connections_max=server.connections_max,
            idle_timeout_s=server.idle_timeout_s,
        )
        self._runner = web.ServerRunner(self.http, shutdown_timeout=1.0)
        self._listening = False
        self._logged: dict[str, tuple[int, Counter[RefusalReason]]] = {}

    async def start(self) -> str:
        """Connect to Kafka, then listen; gives the address.

        Raises KafkaError, and ConsentryError where the address cannot be had.
        """
        await self._publisher.start()
        await self._runner.setup()
        options = self._options
        try:
            site = web.TCPSite(self._runner, options.address, options.port, ssl_context=self._tls)
            await site.start()
        except OSError as error:
            raise _not_listening(options, error) from None
        self._listening = True
        host, port = self._runner.addresses[0][:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def stop(self) -> None:
        """Take nothing new, let what is in work be written and answered, and disconnect."""
        self.handling.stopping = True
        self._listening = False
        for site in self._runner.sites:
            await site.stop()
        # The server would throw away what still comes of a body.
        deadline = time.monotonic() + DRAIN_S
        while self.handling.in_work and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_PAUSE_S)
        await self._runner.cleanup()
        await self._publisher.stop(DRAIN_S)
        self.log_counts()

    def report(self) -> ReceiveReport:
        """How it is now."""
        reasons = []
        if self.handling.stopping:
            reasons.append("it is being stopped")
        elif not self._listening:
            reasons.append("it does not listen yet")
        away_s = self._publisher.away_s
        if away_s is not None:
            reasons.append(f"Kafka has not acknowledged for {away_s:.0f} s")
        counts = self.handling.counts
        return ReceiveReport(
            live=not self._publisher.hopeless,
            ready=not reasons,
            reasons=reasons,
            accepted={name: one.accepted for name, one in counts.items() if name != NO_SOURCE},
            refused={name: one.refused.total() for name, one in counts.items()},
        )

    async def report_counts(self) -> None:
        """Log what was counted, every few seconds where it changed, until cancelled."""
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            self.log_counts()

    def log_counts(self) -> None:
        """One line for each source with something new."""
        for name, one in self.handling.counts.items():
            accepted, refused = self._logged.get(name, (0, Counter()))
            if (one.accepted, one.refused) == (accepted, refused):
                continue
            self._logged[name] = (one.accepted, one.refused.copy())
            write = log.warning if (one.refused - refused).keys() & UNTRUSTED else log.info
            write(
                "receive.counts",
                source=name,
                accepted=one.accepted,
                refused={reason.value: count for reason, count in sorted(one.refused.items())},
            )


def tls_context(options: ReceiveOptions) -> ssl.SSLContext | None:
    """TLS 1.2 or later with the files of the options; None without them.

    Raises ConsentryError for a file that cannot be used.
    """
    if options.tls_certificate_file is None:
        if options.tls_key_file is None:
            return None
        raise ConsentryError(
            "receive.tls_key_file is set, and receive.tls_certificate_file is not",
            "Name both files, or none: then a proxy in front must speak HTTPS.",
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(
            options.tls_certificate_file, options.tls_key_file, password=_no_password
        )
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = error.strerror if isinstance(error, OSError) else None
        what = "hold no certificate and key that belong together"
        raise ConsentryError(
            "receive.tls_certificate_file and receive.tls_key_file "
            f"{what if isinstance(error, ssl.SSLError) or why is None else f'cannot be read: {why}'}",
            "Name PEM files: the certificate with its chain, and its key without a password.",
        ) from None
    return context


def _no_password() -> str:
    """OpenSSL would otherwise ask on the terminal."""
    return ""


def _not_listening(options: ReceiveOptions, error: OSError) -> ConsentryError:
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    taken = error.errno == errno.EADDRINUSE
    return ConsentryError(
        f"nothing can be received at {options.address}:{options.port}: {why}",
        "Another process listens there: give receive.port another number."
        if taken
        else "receive.address must be an address of this machine.",
    )
