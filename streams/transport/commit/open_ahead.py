"""The next transaction of a producer, opened before there is anything to write.

Partitions and group are added in the first of the three waits of a transaction, and refused
there with CONCURRENT_TRANSACTIONS until the one before is written out. Where one comes after
the other, that is over before the next record is judged.

Nobody waits for a transaction without records: a partition may be read up to the first record of
an open one, and offsets are awaited once they were written (KIP-98, KIP-447). But the broker ends
it after `transaction.timeout.ms`, and fences its producer. So one that nobody uses is ended soon.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from aiokafka.errors import KafkaError

BUSY_S: Final = 0.1
"""From the end of a transaction to that of the next, at most, for a third to be expected."""

UNUSED_S: Final = 0.2
"""How long one stays open that nobody uses. `transaction_timeout_s` is 1 s at least."""

END_S: Final = 2.0
"""How long ending it may take when the producer stops; a broker that is away does not answer."""


class OpenAhead:
    """The transaction that was opened ahead, if there is one.

    `opens` and `ends` are what its producer does for that, and are called one at a time.
    """

    def __init__(
        self, opens: Callable[[], Awaitable[object]], ends: Callable[[], Awaitable[object]]
    ) -> None:
        self._opens = opens
        self._ends = ends
        self._work: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open = False
        self._committed_at = float("-inf")

    def committed(self, *, known: bool) -> None:
        """A transaction was committed. The next one is opened if the one before was shortly ago.

        `known`: whether there is something to add to it.
        """
        now = time.monotonic()
        busy = now - self._committed_at <= BUSY_S
        self._committed_at = now
        if busy and known:
            self._begin(self._open_one())

    async def take(self) -> bool:
        """Whether there is one to go on with. It is the caller's from here on.

        Waits for what is under way. Raises what that has raised, also when nobody waited.
        """
        while (work := self._work) is not None:
            if not work.done():
                await asyncio.wait([work])
            # Where the loop stood still it was opened, and its end begun, before this goes on.
            if self._work is work:
                self._work = None
            work.result()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        taken, self._open = self._open, False
        return taken

    async def close(self) -> None:
        """End it. What cannot be ended now is ended by the next producer of its id."""
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(END_S):
                if await self.take():
                    await self._ends()
        if self._work is not None:
            self._work.cancel()

    async def _open_one(self) -> None:
        await self._opens()
        self._open = True
        self._timer = asyncio.get_running_loop().call_later(UNUSED_S, self._end_unused)

    def _end_unused(self) -> None:
        self._timer, self._open = None, False
        self._begin(self._end_one())

    async def _end_one(self) -> None:
        await self._ends()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._work = asyncio.get_running_loop().create_task(work)
        self._work.add_done_callback(_noted)


def _noted(work: asyncio.Task[None]) -> None:
    """Its error is raised to the one who takes the next transaction, if there is one."""
    if not work.cancelled():
        work.exception()
