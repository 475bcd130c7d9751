"""Syslog over TCP and TLS (RFC 6587, RFC 5425), messages counted or a line each.

There is no acknowledgement: a message counts as delivered when the receiver's system has
taken it, and is lost if the receiver dies before it reads it. What was sent shortly before a
connection was lost is therefore sent once more; receivers dedupe by identity and revision.
RELP is the variant with acknowledgements.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from streams.sinks.batch import UpdateBatch, in_time
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.stream import StreamLine, StreamOptions, message


class SyslogOptions(StreamOptions):
    """Syslog over TLS or TCP."""

    type: Literal["syslog"] = Field(description="The kind of receiver.")
    framing: Literal["octet-counting", "newline"] = Field(
        "octet-counting",
        description="How a message ends: its length stands before it, or a line feed behind it.",
    )
    resend_max_records: int = Field(
        1_000, ge=0, le=100_000, description="Messages sent once more after a lost connection."
    )
    resend_s: float = Field(
        30.0,
        ge=0,
        le=3_600,
        description="Seconds before the loss from which on they are sent once more; a receiver "
        "has read what is older.",
    )

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return SyslogSink(self)


class SyslogSink:
    """Messages one behind the other on one connection."""

    resends = True
    """An empty batch sends again what a lost connection may have swallowed."""

    def __init__(self, options: SyslogOptions) -> None:
        self._options = options
        self._newline = options.framing == "newline"
        self._line = StreamLine(options)
        self._last: deque[tuple[float, bytes]] = deque(maxlen=options.resend_max_records)
        """When each message was sent, and what it is."""
        self._lost_at: float | None = None
        self._watching: asyncio.Task[None] | None = None

    async def send(self, loads: Sequence[FindingUpdate]) -> Sequence[DeliveryResult]:
        """Write the batch. An empty one only makes up for a lost connection."""
        batch = UpdateBatch([update.identity for update in loads])
        frames: list[tuple[int, bytes]] = []
        for at, update in enumerate(loads):
            made = message(update, self._options)
            if isinstance(made, DeliveryResult):
                batch.set(at, made)
            else:
                frames.append((at, self._frame(made)))
        try:
            return await in_time(batch, self._send(frames, batch), self._options.timeout_s)
        except SinkDown:
            await self._drop()
            raise

    async def check(self) -> Sequence[SinkCheck]:
        """Connect; nothing more can be asked of a syslog receiver."""
        line = StreamLine(self._options)
        try:
            return [await line.check()]
        finally:
            await line.close()

    async def close(self) -> None:
        """Close the connection; the receiver reads what is on its way, and then the end."""
        await self._unwatch()
        await self._line.close()
        if self._lost_at is None:
            self._last.clear()

    def _frame(self, made: bytes) -> bytes:
        """A message as it stands on the connection. No format writes a line feed in one."""
        if self._newline:
            return made + b"\n"
        return b"%d %s" % (len(made), made)

    async def _send(self, frames: Sequence[tuple[int, bytes]], batch: UpdateBatch) -> None:
        again: list[bytes] = []
        if not self._line.is_open:
            if not frames and not self._last:
                return
            await self._unwatch()
            lost_at = time.monotonic() if self._lost_at is None else self._lost_at
            again = [one for at, one in self._last if at >= lost_at - self._options.resend_s]
            await self._line.open()
            self._watching = asyncio.create_task(self._watch())
        await self._line.write(b"".join((*again, *(frame for _, frame in frames))))
        await self._line.received()
        self._lost_at = None
        now = time.monotonic()
        self._last.extend((now, frame) for frame in again)
        for at, frame in frames:
            batch.set(at, DELIVERED)
            self._last.append((now, frame))

    async def _watch(self) -> None:
        """Note when the receiver ends the connection, however long nothing is sent."""
        with contextlib.suppress(OSError):
            await self._line.ended()
        self._lost_at = time.monotonic()

    async def _unwatch(self) -> None:
        task, self._watching = self._watching, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _drop(self) -> None:
        """Give the connection up; what was sent last may be lost."""
        await self._unwatch()
        if self._lost_at is None:
            self._lost_at = time.monotonic()
        self._line.abort()
