"""Receivers of syslog and RELP in the test's own loop, for what the real ones cannot do."""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Self


class Connection(NamedTuple):
    """One connection, and what it has brought."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    held: bytearray


class TcpReceiver:
    """Accepts connections and keeps their bytes; `close_all` ends them."""

    def __init__(self, *, port: int = 0) -> None:
        self.port = port
        self.connections: list[bytearray] = []
        self.ended = asyncio.Event()
        self.closed_by_them = 0
        """Connections that the other side has closed, and that were read to their end."""
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.ended.set()
        await self.close_all()

    async def close_all(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        held = bytearray()
        self.connections.append(held)
        try:
            await self.talk(Connection(reader, writer, held))
            self.closed_by_them += 1
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def talk(self, one: Connection) -> None:
        """One connection: octets are kept, nothing is answered."""
        while data := await one.reader.read(65_536):
            one.held.extend(data)


class RelpReceiver(TcpReceiver):
    """RELP as librelp answers it; `refuse_after` messages it says 500."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[bytes] = []
        self.refuse_after: int | None = None
        self.answers = True
        self.answers_in_s = 0.0
        """How long each message takes it."""
        self.closed = 0

    async def talk(self, one: Connection) -> None:
        while True:
            number, command, data = await _frame(one.reader)
            said = b"200 OK"
            if command == b"open":
                said += b"\n" + data
            elif command == b"close":
                self.closed += 1
                said = b""
            elif self.refuse_after is not None and len(self.messages) >= self.refuse_after:
                said = b"500 full"
            else:
                self.messages.append(data)
                await asyncio.sleep(self.answers_in_s)
            if self.answers:
                body = b" " + said if said else b""
                one.writer.write(b"%d rsp %d%s\n" % (number, len(said), body))
                await one.writer.drain()


class SilentReceiver(TcpReceiver):
    """Takes connections and reads nothing, so that what is sent waits."""

    async def talk(self, one: Connection) -> None:
        one.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it reads, too
        await self.ended.wait()


def octet_counted(data: bytes) -> list[bytes]:
    """The messages of a stream with octet counting; what is not whole at its end is left out."""
    messages = []
    at = 0
    while at < len(data):
        space = data.find(b" ", at)
        if space < 0:
            break
        length = int(data[at:space])
        if space + 1 + length > len(data):
            break
        messages.append(data[space + 1 : space + 1 + length])
        at = space + 1 + length
    return messages


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    number = int(await reader.readuntil(b" "))
    command = (await reader.readuntil(b" ")).strip()
    length, end = b"", b""
    while end not in (b" ", b"\n"):
        length += end
        end = await reader.readexactly(1)
    data = b""
    if end == b" ":
        data = await reader.readexactly(int(length))
        assert await reader.readexactly(1) == b"\n"
    return number, command, data
