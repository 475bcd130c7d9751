"""The HTTP server of a receiver with something else than Kafka behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from streams.receive.handling import Handling
from streams.receive.http_server import HttpServer
from streams.receive.load import Receiving, Source
from streams.receive.options import ReceiveOptions
from streams.receive.raw_record import RawRecord
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.receive.sources import SCHEMES
from tests.receive.senders import SECRETS, secret_files


class Written:
    """Keeps records; refuses while `away`, and waits while `slow` is not set."""

    def __init__(self) -> None:
        self.records: list[tuple[str, RawRecord]] = []
        self.away = False
        self.slow: asyncio.Event | None = None

    async def put(self, topic: str, record: RawRecord) -> None:
        if self.slow is not None:
            await self.slow.wait()
        if self.away:
            raise RequestRefused(RefusalReason.KAFKA_AWAY)
        self.records.append((topic, record))


class Served:
    """A server that runs, and how to ask it."""

    def __init__(self, handling: Handling, written: Written, port: int) -> None:
        self.handling = handling
        self.written = written
        self.port = port
        self._session = aiohttp.ClientSession(auto_decompress=False)

    async def ask(
        self, path: str, body: bytes | Any = b"", method: str = "POST", **headers: str
    ) -> tuple[int, str, Mapping[str, str]]:
        """Status, text and headers of an answer; `_` in a name of a header stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self._session.request(method, url, data=body, headers=named) as reply:
            return reply.status, await reply.text(), dict(reply.headers)

    async def raw(self, data: bytes) -> bytes:
        """What comes back for these bytes until the connection is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        await writer.drain()
        try:
            return await asyncio.wait_for(reader.read(), 5)
        finally:
            writer.close()

    async def close(self) -> None:
        await self._session.close()


def sources(folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Source]:
    """Sources by name; each has both secrets."""
    made = {}
    for name, table in tables.items():
        given = {"secret_files": secret_files(folder, SECRETS), **table}
        options = SCHEMES[given["scheme"]].model_validate(given)
        tokens = tuple(Path(file).read_bytes().strip() for file in options.verify_token_files)
        made[name] = Source(name, options, options.open(), tokens)
    return made


@asynccontextmanager
async def serving(
    folder: Path, tables: Mapping[str, Mapping[str, Any]], **options: Any
) -> AsyncIterator[Served]:
    """A server on a free port."""
    server = ReceiveOptions(**options)
    receiving = Receiving(server, sources(folder, tables))
    written = Written()
    topics = {name: f"raw.{name}" for name in tables}
    handling = Handling(receiving, topics, written)
    http = HttpServer(
        handling.handle,
        connections_max=server.connections_max,
        idle_timeout_s=server.idle_timeout_s,
    )
    runner = web.ServerRunner(http, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served = Served(handling, written, runner.addresses[0][1])
    try:
        yield served
    finally:
        await served.close()
        await runner.cleanup()


def run(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test as a coroutine."""
    import functools

    @functools.wraps(test)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return wrapped
