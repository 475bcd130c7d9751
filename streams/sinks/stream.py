"""A TCP or TLS connection for lines, that notices when the other side is gone."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import ssl
import struct
import sys
import termios
from typing import Final, Literal

from pydantic import Field

from streams.siem.plain import CUT
from streams.siem.rfc5424 import in_syslog
from streams.sinks.contract import DeliveryResult, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.options import UpdateOptions
from streams.sinks.render import as_line, rejected
from streams.sinks.tls import TlsOptions, tls_down

_CLOSING_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 0.05


class StreamOptions(TlsOptions, UpdateOptions):
    """The keys of receivers of syslog messages."""

    host: str = Field(min_length=1, max_length=253, description="Host name or address.")
    port: int = Field(ge=1, le=65_535, description="Port; 6514 is that of syslog over TLS.")
    transport: Literal["tls", "tcp"] = Field(
        "tls", description="`tcp` is not encrypted: on this host and in trusted nets alone."
    )
    format: Literal["rfc5424", "cef", "leef"] = Field(
        "rfc5424", description="How a message is written; CEF and LEEF have a syslog header."
    )
    max_message_bytes: int = Field(
        8_192,
        ge=2_048,
        le=1_000_000,
        description="What is longer is cut, with a mark at its end, never split.",
    )


class StreamLine:
    """A connection that is opened when it is needed."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.StreamReader | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that the other side has not closed, as far as we know."""
        return (
            self._writer is not None
            and self._reader is not None
            and not self._writer.transport.is_closing()
            and not self._reader.at_eof()
            and self._reader.exception() is None
        )

    @property
    def reader(self) -> asyncio.StreamReader:
        """What the other side sends."""
        assert self._reader is not None
        return self._reader

    async def open(self) -> None:
        """Connect. Raises SinkDown when nobody answers or TLS fails."""
        self.abort()
        options = self._options
        context = options.tls_context() if options.transport == "tls" else None
        try:
            self._reader, self._writer = await asyncio.open_connection(
                options.host, options.port, ssl=context
            )
        except ssl.SSLError as error:
            raise tls_down(error) from None
        except OSError as error:
            raise _unreached(error) from None
        # Drained means handed to the system, not kept by us.
        self._writer.transport.set_write_buffer_limits(high=0)

    async def write(self, data: bytes) -> None:
        """Hand bytes to the system. Raises SinkDown when the connection is gone."""
        assert self._writer is not None
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ssl.SSLError as error:
            raise tls_down(error) from None
        except OSError as error:
            raise _lost(error) from None
        if not self.is_open:
            raise _lost(None)

    async def received(self) -> None:
        """Wait until the other side's system has taken all bytes, where ours can see that (Linux).

        Raises SinkDown when the connection is gone by then.
        """
        pause_s = 0.001
        while self.is_open and self._unsent():
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        if not self.is_open:
            raise _lost(None)

    async def ended(self) -> None:
        """Wait until the other side closes; what it says before is dropped."""
        reader = self.reader
        while await reader.read(4_096):
            pass

    def abort(self) -> None:
        """Drop the connection with what it still holds."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.transport.abort()

    async def close(self) -> None:
        """Close, with TLS's own farewell: receivers log a connection that just ends."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is None:
            return
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(min(_CLOSING_S, self._options.timeout_s)):
                await writer.wait_closed()
        writer.transport.abort()

    async def check(self) -> SinkCheck:
        """Connect and close again."""
        how = "TLS" if self._options.transport == "tls" else "TCP without encryption"
        what = f"the receiver takes a connection ({how})"
        try:
            async with asyncio.timeout(self._options.timeout_s):
                await self.open()
        except TimeoutError:
            return SinkCheck(what=what, ok=False, answer="no answer in time")
        except SinkDown as down:
            return SinkCheck(what=what, ok=False, answer=down.problem)
        return SinkCheck(what=what, ok=True, answer="connected")

    def _unsent(self) -> int:
        """Bytes that the other side's system has not confirmed."""
        assert self._writer is not None
        held = self._writer.get_extra_info("socket")
        if held is None or not sys.platform.startswith("linux"):
            return 0
        try:
            (found,) = struct.unpack("i", fcntl.ioctl(held.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        except OSError:
            return 0
        return int(found)


def message(update: FindingUpdate, options: StreamOptions) -> bytes | DeliveryResult:
    """The syslog message of an update, without framing and not longer than allowed."""
    line = as_line(update, options.format, options.producer)
    if isinstance(line, DeliveryResult):
        return line
    if options.format != "rfc5424":
        line = in_syslog(line.decode(), update.record, options.producer).encode()
    return cut(line, options)


def cut(line: bytes, options: StreamOptions) -> bytes | DeliveryResult:
    """The message, cut with a mark where it is too long.

    Texts stand last in all formats, so words are cut. A cut within structured data would
    make it unreadable; so would half an escape.
    """
    limit = options.max_message_bytes
    if len(line) <= limit:
        return line
    kept = line[: limit - len(CUT.encode())].decode("utf-8", "ignore").rstrip("\\")
    if options.format == "rfc5424" and len(kept.encode()) < line.rfind(b"] ") + 2:
        return rejected("its structured data is longer than max_message_bytes")
    return (kept + CUT).encode()


def _unreached(error: OSError) -> SinkDown:
    return SinkDown(f"the receiver is not reached: {error.strerror or type(error).__name__}")


def _lost(error: OSError | None) -> SinkDown:
    answer = (error.strerror or type(error).__name__) if error is not None else "closed by it"
    return SinkDown(f"the connection to the receiver is lost: {answer}")
