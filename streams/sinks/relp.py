"""RELP: syslog messages that the receiver acknowledges one by one.

https://www.rsyslog.com/doc/relp.html, librelp's relp.html for the frames. A message counts
as delivered when the receiver confirmed it; what was not confirmed is sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field

from streams.sinks.batch import UpdateBatch, within
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.render import retry
from streams.sinks.stream import StreamLine, StreamOptions, message

_OFFER: Final = b"relp_version=0\nrelp_software=consentry\ncommands=syslog"
_WINDOW: Final = 128
"""Messages on their way at a time, as librelp has it."""
_LAST_NUMBER: Final = 999_999_999
_LONGEST_ANSWER: Final = 65_536
_CLOSING_S: Final = 5.0


class RelpOptions(StreamOptions):
    """Syslog over RELP."""

    type: Literal["relp"] = Field(description="The kind of receiver.")
    port: int = Field(ge=1, le=65_535, description="Port; 2514 is usual.")

    acknowledge_s: float = Field(
        90.0,
        gt=0,
        le=3_600,
        description="Seconds that the receiver may take to confirm the next message.",
    )

    @property
    def longest_s(self) -> float:
        """Connecting and writing, and an answer for each message of a batch."""
        return self.timeout_s + self.acknowledge_s * self.batch_max_records

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return RelpSink(self)


class RelpSink:
    """A RELP session."""

    def __init__(self, options: RelpOptions) -> None:
        self._options = options
        self._line = StreamLine(options)
        self._number = 0
        self._greeted = False

    async def send(self, loads: Sequence[FindingUpdate]) -> Sequence[DeliveryResult]:
        """Send the batch and wait for what the receiver says of each message."""
        batch = UpdateBatch([update.identity for update in loads])
        messages: list[tuple[int, bytes]] = []
        for at, update in enumerate(loads):
            made = message(update, self._options)
            if isinstance(made, DeliveryResult):
                batch.set(at, made)
            else:
                messages.append((at, made))
        whole = False
        try:
            down: SinkDown | None = None
            try:
                await self._send(messages, batch)
            except SinkDown as error:
                down = error
            found = batch.outcomes(down)
            whole = all(outcome.settled for outcome in found)
            return found
        finally:
            if not whole:
                # Answers to what is given up must not be taken for those of the next batch.
                self._abort()

    async def check(self) -> Sequence[SinkCheck]:
        """Open a session and close it."""
        session = RelpSink(self._options)
        reached = await session._line.check()  # one of us
        if not reached.ok:
            return [reached]
        what = "the receiver takes syslog by RELP"
        try:
            async with asyncio.timeout(self._options.timeout_s):
                await session._greet()
        except TimeoutError:
            return [reached, SinkCheck(what=what, ok=False, answer="no answer in time")]
        except SinkDown as down:
            return [reached, SinkCheck(what=what, ok=False, answer=down.problem)]
        finally:
            await session.close()
        return [reached, SinkCheck(what=what, ok=True, answer="200 OK")]

    async def close(self) -> None:
        """End the session and close the connection."""
        if self._greeted and self._line.is_open:
            with contextlib.suppress(SinkDown, TimeoutError):
                async with asyncio.timeout(min(_CLOSING_S, self._options.timeout_s)):
                    number = await self._command(b"close", b"")
                    while (await self._answer()).number not in (number, 0):
                        pass
        self._greeted = False
        await self._line.close()

    def _abort(self) -> None:
        self._greeted = False
        self._line.abort()

    async def _send(self, messages: Sequence[tuple[int, bytes]], batch: UpdateBatch) -> None:
        if not messages:
            return
        if not self._line.is_open:
            self._greeted = False
            async with within(self._options.timeout_s):
                await self._line.open()
                await self._greet()
        # A receiver that works through its queue answers in its own time, one after the other.
        async with within(self._options.acknowledge_s) as patience:
            await self._exchange(messages, batch, patience)

    async def _exchange(
        self, messages: Sequence[tuple[int, bytes]], batch: UpdateBatch, patience: asyncio.Timeout
    ) -> None:
        """Keep a window of messages on their way until all are answered."""
        now, longest_s = asyncio.get_running_loop().time, self._options.acknowledge_s
        waiting: dict[int, int] = {}
        rest = iter(messages)
        while True:
            frames = []
            while len(waiting) < _WINDOW and (one := next(rest, None)) is not None:
                frames.append(self._frame(b"syslog", one[1]))
                waiting[self._number] = one[0]
            if not waiting:
                return
            if frames:
                await self._line.write(b"".join(frames))
            answer = await self._answer()
            patience.reschedule(now() + longest_s)
            if answer.number == 0:
                raise SinkDown("the receiver closes the session")
            if answer.number not in waiting:
                raise SinkDown("the receiver answers what was not sent: is this a RELP port?")
            result = DELIVERED if answer.code == 200 else retry(f"RELP code {answer.code}")
            batch.set(waiting.pop(answer.number), result)

    async def _greet(self) -> None:
        self._number = 0
        number = await self._command(b"open", _OFFER)
        answer = await self._answer()
        if answer.number != number or answer.code != 200:
            raise SinkDown(f"the receiver refuses a session: RELP code {answer.code}", lasting=True)
        if b"syslog" not in answer.data:
            raise SinkDown("the receiver takes no syslog by RELP", lasting=True)
        self._greeted = True

    async def _command(self, command: bytes, data: bytes) -> int:
        """Send one frame; its number."""
        await self._line.write(self._frame(command, data))
        return self._number

    def _frame(self, command: bytes, data: bytes) -> bytes:
        """Number, command, length, data, line feed; `_number` is then that of the frame."""
        self._number = 1 if self._number == _LAST_NUMBER else self._number + 1
        body = b" %s" % data if data else b""
        return b"%d %s %d%s\n" % (self._number, command, len(data), body)

    async def _answer(self) -> _RelpAnswer:
        """The next frame of the receiver. Raises SinkDown where it is none."""
        reader = self._line.reader
        try:
            number = int(await reader.readuntil(b" "))
            command = (await reader.readuntil(b" ")).strip()
            length, end = b"", b""
            while end not in (b" ", b"\n"):
                length += end
                end = await reader.readexactly(1)
            data = b""
            if end == b" ":
                size = int(length)
                if size > _LONGEST_ANSWER:
                    raise ValueError
                data = (await reader.readexactly(size + 1))[:-1]
            if command == b"serverclose":
                return _RelpAnswer(0, 0, data)
            code = int(data[:3]) if command == b"rsp" and data else 0
        except (OSError, EOFError) as error:
            raise SinkDown(
                f"the connection to the receiver is lost: {type(error).__name__}"
            ) from None
        except (ValueError, asyncio.LimitOverrunError):
            raise SinkDown("the answer is no RELP: is this a RELP port?", lasting=True) from None
        return _RelpAnswer(number, code, data)


class _RelpAnswer(NamedTuple):
    """A frame of the receiver; number 0 where it closes."""

    number: int
    code: int
    data: bytes
