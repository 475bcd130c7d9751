"""What nobody else sees yet waits for company before it is committed.

Rows and offsets are read by the next owner alone. Until they are committed it would read the
same records again, find the same, and be as right. So they wait a moment for a finding, or for
more of their kind; a tick that brought nothing waits longer, since all that a transaction would
say then is that it was read. What others read (findings, duties, dead letters, re-keyed records)
never waits, but for what is found again of stored facts, by a sweep or for a record that brought
nothing itself: in a transaction of its own it would have new findings wait for the end of that, so it
goes with them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from streams.settings import Settings
from streams.transport.commit.output_batch import OutputBatch

INTERVALS: Final = 3
LONGEST_S: Final = 3.0
"""Below the shortest `stall_after_s`, in which committed offsets must have moved."""

ROWS_S: Final = 0.5
"""How long rows wait: what people look up is as far behind at most."""

SWEPT_S: Final = 0.1
"""The same of what a sweep found."""

ROWS_AT_MOST: Final = 500
BYTES_AT_MOST: Final = 1 << 20
"""Records that may wait; a partition number that brings so many at once is busy, and commits."""

LEFT_FOR_RECORDS: Final = 2
"""Poll batches that may always be under way beside those that are held."""


class Hold(NamedTuple):
    """Which batches may wait, and for how long.

    `most` of them at once. Those that moved offsets of `ticks` only wait `ticks_s` seconds, and
    three of them at most; those with rows for the changelog or other offsets wait `rows_s`, those
    with nothing but what was found again of stored facts `swept_s`. Steps of a sweep count to no number.
    """

    ticks: frozenset[str]
    ticks_s: float
    changelog: str
    rows_s: float
    most: int
    swept_s: float = SWEPT_S


def hold_of(settings: Settings) -> Hold | None:
    """What the settings leave room for, None where every batch has to be committed at once."""
    most = settings.open_slices - LEFT_FOR_RECORDS
    if most < 1:
        return None
    names = settings.topics
    ticks_s = min(INTERVALS * settings.tick_interval_s, LONGEST_S)
    return Hold(frozenset({names.ticks}), ticks_s, names.changelog, ROWS_S, most)


class HeldBatches:
    """The batches of one partition number that wait; `on_due` is called when they must not longer."""

    def __init__(self, hold: Hold, on_due: Callable[[], object]) -> None:
        self._hold = hold
        self._on_due = on_due
        self._batches: list[OutputBatch] = []
        self._polled = self._rows = self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def __bool__(self) -> bool:
        return bool(self._batches)

    def take(self, batch: OutputBatch, committed: Mapping[str, int]) -> bool:
        """Hold a batch that others can do without for now; False for any other.

        `committed` are the offsets that the group has.
        """
        hold = self._hold
        if batch.patient and not batch.final:
            if not self._has_room(batch):
                return False
            self._wait(hold.swept_s)
            self._batches.append(batch)
            return True
        if not batch.final or self._polled >= hold.most:
            return False
        if batch.outputs:
            if not self._has_room(batch):
                return False
            if all(output.topic == hold.changelog for output in batch.outputs):
                self._wait(hold.rows_s)
            elif batch.patient:
                self._wait(hold.swept_s)
            else:
                return False
        elif any(
            topic not in hold.ticks and committed.get(topic) != position
            for topic, position in batch.positions.items()
        ):
            self._wait(hold.rows_s)
        elif self._polled >= INTERVALS:
            return False
        else:
            self._wait(hold.ticks_s)
        self._polled += 1
        self._batches.append(batch)
        return True

    def _has_room(self, batch: OutputBatch) -> bool:
        self._rows += len(batch.outputs)
        self._bytes += batch.bytes
        return self._rows <= ROWS_AT_MOST and self._bytes <= BYTES_AT_MOST

    def release(self) -> list[OutputBatch]:
        """What was held, in the order in which it came; nothing is held after it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        released, self._batches = self._batches, []
        self._polled = self._rows = self._bytes = 0
        return released

    def _wait(self, seconds: float) -> None:
        """Be due in so many seconds, or when it was due already."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._on_due)
