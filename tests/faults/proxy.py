"""A TCP proxy between workers and broker, whose wire can be cut, stalled and slowed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Self

from streams.dev.ports import HOST

CHUNK_BYTES = 65_536


class Proxy:
    """Forwards connections to one port; runs in a thread of its own.

    A stalled connection is half-open: it stays up and carries nothing in either
    direction, as when a firewall forgets it. What was sent arrives when the stall ends.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._delay_s = 0.0
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def address(self) -> str:
        """Where clients connect to, `host:port`."""
        return f"{HOST}:{self.port}"

    def cut(self) -> None:
        """Reset all connections that are up; new ones may be made at once."""
        self._do(self._cut)

    def refuse(self, *, on: bool) -> None:
        """Reset all connections, and every new one until it is switched off."""

        def switch() -> None:
            self._refusing = on
            self._cut()

        self._do(switch)

    def stall(self, *, on: bool) -> None:
        """Carry nothing until it is switched off, and close nothing."""
        self._do(self._flowing.clear if on else self._flowing.set)

    def slow(self, delay_s: float) -> None:
        """Delay everything by so many seconds each way; 0 is at once."""

        def switch() -> None:
            self._delay_s = delay_s

        self._do(switch)

    def _do(self, what: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(what)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, HOST, 0)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._cut()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def _cut(self) -> None:
        for writer in self._writers:
            reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
        except OSError:  # the broker is down
            reset(writer)
            return
        self._writers |= {writer, far_writer}
        for pump in (self._pump(reader, far_writer), self._pump(far_reader, writer)):
            task = self._loop.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one direction until either side ends, then end the other."""
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                await self._flowing.wait()
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                writer.write(chunk)
                await writer.drain()
        self._writers.discard(writer)
        writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST, not in good order."""
    at_once = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    writer.transport.abort()
