"""The outcomes of one batch while it is sent, kept in the order that the contract asks for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

from streams.sinks.contract import DELIVERED, DeliveryResult, DeliveryStatus, SinkDown
from streams.sinks.render import retry


class UpdateBatch:
    """One place for the outcome of each load; `keys` are their identities, in order."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self._outcomes: list[DeliveryResult | None] = [None] * len(keys)

    def set(self, at: int, outcome: DeliveryResult) -> None:
        """What became of one load."""
        self._outcomes[at] = outcome

    def has(self, at: int) -> bool:
        """Whether it is known what became of one load."""
        return self._outcomes[at] is not None

    def is_delivered(self, at: int) -> bool:
        """Whether the receiver has taken one load now."""
        return self._outcomes[at] is DELIVERED

    def take_back(self, outcome: DeliveryResult) -> list[int]:
        """The loads of which this became; from now on it is not known of them."""
        places = [at for at, found in enumerate(self._outcomes) if found is outcome]
        for at in places:
            self._outcomes[at] = None
        return places

    def outcomes(self, down: SinkDown | None) -> list[DeliveryResult]:
        """One outcome for each.

        Where the receiver went away when it had answered for some, the others are to be
        tried again. Raises `down` when it had answered for none.
        """
        if down is not None and not any(self._outcomes):
            raise down
        if self._outcomes.count(DELIVERED) == len(self._outcomes):
            return [DELIVERED] * len(self._outcomes)  # nearly every batch: nothing to hold back
        rest = retry("", None) if down is None else retry(down.problem, down.retry_after_s)
        return held_back(self._keys, [outcome or rest for outcome in self._outcomes])


def held_back(keys: Sequence[str], outcomes: Sequence[DeliveryResult]) -> list[DeliveryResult]:
    """A revision behind one that has to be retried is retried with it."""
    waiting: dict[str, DeliveryResult] = {}
    held = []
    for key, outcome in zip(keys, outcomes, strict=True):
        if key in waiting and outcome.settled and outcome.verdict is not DeliveryStatus.REJECTED:
            held.append(waiting[key])
            continue
        if not outcome.settled:
            waiting.setdefault(key, outcome)
        held.append(outcome)
    return held


async def in_time(
    batch: UpdateBatch, work: Awaitable[None], timeout_s: float
) -> list[DeliveryResult]:
    """Do the work of sending a batch within its time; its outcomes."""
    return batch.outcomes(await ended_by(work, timeout_s))


async def ended_by(work: Awaitable[None], timeout_s: float) -> SinkDown | None:
    """Do some work within its time; None, or why it was not done."""
    try:
        async with within(timeout_s):
            await work
    except SinkDown as down:
        return down
    return None


@contextlib.asynccontextmanager
async def within(timeout_s: float) -> AsyncIterator[asyncio.Timeout]:
    """A time for what is done inside, which may put it off. Raises SinkDown when it is over."""
    try:
        async with asyncio.timeout(timeout_s) as limit:
            yield limit
    except TimeoutError:
        raise SinkDown(f"no answer within {timeout_s:g} s") from None


async def one_by_one(
    keys: Sequence[str],
    post: Callable[[int], Awaitable[DeliveryResult]],
    *,
    timeout_s: float,
    concurrency: int = 1,
) -> list[DeliveryResult]:
    """Send loads one a request: those of one identity in their order, others side by side.

    Without concurrency, all go in their order. `post` sends the load at an index. What is behind a load that has to be retried waits
    with it; when the receiver is down, no further load is tried.
    """
    batch = UpdateBatch(keys)
    lines: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        lines.setdefault(key if concurrency > 1 else "", []).append(at)
    queue = iter(lines.values())

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(concurrency, len(lines))):
                group.create_task(_drain(queue, post, batch))

    async def alone() -> None:
        try:
            await work()
        except* SinkDown as downs:
            raise _first(downs) from None

    return await in_time(batch, alone(), timeout_s)


async def _drain(
    queue: Iterator[list[int]], post: Callable[[int], Awaitable[DeliveryResult]], batch: UpdateBatch
) -> None:
    for line in queue:
        for at in line:
            outcome = await post(at)
            batch.set(at, outcome)
            if not outcome.settled:
                break


def _first(downs: BaseExceptionGroup[SinkDown]) -> SinkDown:
    first = downs.exceptions[0]
    return first if isinstance(first, SinkDown) else _first(first)


def chunks(sizes: Sequence[int], limit: int) -> Iterator[range]:
    """Ranges of neighbours that together stay below a size; what alone is larger, alone."""
    start = total = 0
    for at, size in enumerate(sizes):
        if at > start and total + size > limit:
            yield range(start, at)
            start, total = at, 0
        total += size
    if start < len(sizes):
        yield range(start, len(sizes))
