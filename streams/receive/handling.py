"""One request after the other: route, check, read, check, write, and only then answer."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

import structlog
from aiohttp import web

from streams.receive import challenge
from streams.receive.body import announced_bytes, encoding_of, read_body, unpacked
from streams.receive.checks.sns import SnsCheck
from streams.receive.counts import NO_SOURCE, SourceCounts
from streams.receive.load import Receiving, Source
from streams.receive.raw_record import RawRecord, raw_record
from streams.receive.refusal import STATUS, RefusalReason, RequestRefused
from streams.receive.request import Inbound

RETRY_AFTER_S: Final = 10
PREFIX: Final = "/hooks/"

_ROUTE: Final = re.compile(rf"{PREFIX}([a-z][a-z0-9-]{{0,39}})(?:/([A-Za-z0-9._~-]{{1,200}}))?")
_HEADERS: Final = {"Server": "consentry", "Cache-Control": "no-store"}

log = structlog.get_logger("consentry.receive")


class Writing(Protocol):
    """What writes records."""

    async def put(self, topic: str, record: RawRecord) -> None:
        """Return once it is written for good. Raises RequestRefused."""


class _Routed(NamedTuple):
    source: Source
    secret_path: str | None


class Handling:
    """Answers requests. Counts what became of each, and never says what stood in it."""

    def __init__(
        self,
        receiving: Receiving,
        topics: Mapping[str, str],
        writing: Writing,
    ) -> None:
        """`topics` are those of the sources, by name."""
        self._server = receiving.server
        self._sources = receiving.sources
        self._topics = topics
        self._writing = writing
        self.counts = {name: SourceCounts() for name in (*receiving.sources, NO_SOURCE)}
        self.in_work = 0
        """Requests that are being read, checked or written."""

        self.in_work_bytes = 0
        self.stopping = False

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer a request."""
        routed = None
        self.in_work += 1
        try:
            routed = self._route(request)
            if request.method != "POST":
                return self._challenged(routed, request)
            return await self._accepted(routed, request)
        except RequestRefused as refused:
            return self._refused(refused.reason, request, routed)
        except Exception as error:  # noqa: BLE001 - its text may quote what was sent
            log.error(  # noqa: TRY400 - the same
                "receive.failed", error=type(error).__name__
            )
            return self._refused(RefusalReason.FAILED, request, routed)
        finally:
            self.in_work -= 1

    async def _accepted(self, routed: _Routed, request: web.BaseRequest) -> web.Response:
        began = time.monotonic()
        size = await self._take(routed, request)
        counts = self.counts[routed.source.name]
        if size is None:
            counts.challenged += 1
            return web.Response(status=200, headers=_HEADERS)
        counts.accepted += 1
        counts.bytes += size
        counts.latest_s = time.time()
        counts.seconds.observe(time.monotonic() - began)
        return web.Response(status=200, headers=_HEADERS)

    def _route(self, request: web.BaseRequest) -> _Routed:
        # The raw path: what is written in another way is another path.
        found = _ROUTE.fullmatch(request.raw_path.partition("?")[0])
        source = None if found is None else self._sources.get(found[1])
        if found is None or source is None:
            raise RequestRefused(RefusalReason.PATH)
        takes_secret = source.options.scheme == "path"
        if found[2] is not None and not takes_secret:
            raise RequestRefused(RefusalReason.PATH)
        return _Routed(source, found[2])

    def _challenged(self, routed: _Routed, request: web.BaseRequest) -> web.Response:
        source = routed.source
        if request.method not in challenge.methods(source):
            raise RequestRefused(RefusalReason.METHOD)
        if source.options.scheme == "path":
            source.check.require(self._inbound(routed, request, b""), time.time())
        text = challenge.answer(source, request.query)
        self.counts[source.name].challenged += 1
        headers = _HEADERS | {"X-Content-Type-Options": "nosniff"}
        return web.Response(text=text, content_type="text/plain", headers=headers)

    async def _take(self, routed: _Routed, request: web.BaseRequest) -> int | None:
        """Check a request and write it; gives the size of its body, None for a handshake.

        Raises RequestRefused.
        """
        if self.stopping:
            raise RequestRefused(RefusalReason.STOPPING)
        source, server = routed.source, self._server
        now = time.time()
        if not source.check.needs_body:
            source.check.require(self._inbound(routed, request, b""), now)
        encoding = encoding_of(request)
        reserved = announced_bytes(request, encoding, server.body_max_bytes)
        if self.in_work_bytes + reserved > server.in_work_max_bytes:
            raise RequestRefused(RefusalReason.BUSY)
        self.in_work_bytes += reserved
        try:
            packed = await read_body(request, server.body_max_bytes, server.body_timeout_s)
            body = unpacked(packed, encoding, server.body_max_bytes)
            inbound = self._inbound(routed, request, body)
            if isinstance(source.check, SnsCheck):
                await source.check.prepare(inbound)
            if source.check.needs_body:
                source.check.require(inbound, now)
            if isinstance(source.check, SnsCheck) and await source.check.settled(inbound):
                return None
            await self._writing.put(self._topics[source.name], raw_record(source, inbound))
        finally:
            self.in_work_bytes -= reserved
        return len(body)

    def _inbound(self, routed: _Routed, request: web.BaseRequest, body: bytes) -> Inbound:
        names = {name.lower() for name in request.headers}
        headers = {name: tuple(request.headers.getall(name)) for name in names}
        address = getattr(routed.source.options, "public_url", None) or ""
        query = request.raw_path.partition("?")[2]
        url = f"{address}?{query}" if query else address
        return Inbound(request.method, url, routed.secret_path, headers, body)

    def _refused(
        self, reason: RefusalReason, request: web.BaseRequest, routed: _Routed | None
    ) -> web.Response:
        source = None if routed is None else routed.source
        self.counts[NO_SOURCE if source is None else source.name].refused[reason] += 1
        response = web.Response(
            text=f"{reason.value}\n",
            status=STATUS[reason],
            content_type="text/plain",
            headers=_HEADERS | _advice(reason, source),
        )
        if request.can_read_body:
            response.force_close()
        return response


def _advice(reason: RefusalReason, source: Source | None) -> dict[str, str]:
    """Headers that go with a status."""
    match STATUS[reason]:
        case 503:
            return {"Retry-After": str(RETRY_AFTER_S)}
        case 405 if source is not None:
            return {"Allow": ", ".join(challenge.methods(source))}
        case 415:
            return {"Accept-Encoding": "gzip"}
        case 401 if source is not None and source.options.scheme == "basic":
            # Some clients send a password only after they were asked for one.
            return {"WWW-Authenticate": 'Basic realm="consentry"'}
        case _:
            return {}
