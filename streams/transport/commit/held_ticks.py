"""Ticks that brought nothing wait for company before they are committed.

A tick comes to each partition number every second, and mostly no deadline has passed: all that a
transaction would say then is that it was read. Until it says so, the next owner reads those
ticks again, finds as little, and is as right.
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

LEFT_FOR_RECORDS: Final = 2
"""Poll batches that may always be under way beside those that are held."""


class TickHold(NamedTuple):
    """Of which topics batches may wait, for how many seconds, and how many of them."""

    topics: frozenset[str]
    seconds: float
    most: int


def tick_hold(settings: Settings) -> TickHold | None:
    """What the settings leave room for, None where every batch has to be committed at once."""
    most = min(INTERVALS, settings.open_slices - LEFT_FOR_RECORDS)
    if most < 1:
        return None
    seconds = min(INTERVALS * settings.tick_interval_s, LONGEST_S)
    return TickHold(frozenset({settings.topics.ticks}), seconds, most)


class HeldTicks:
    """The batches of one partition number that wait; `on_due` is called when they must not longer."""

    def __init__(self, hold: TickHold, on_due: Callable[[], object]) -> None:
        self._hold = hold
        self._on_due = on_due
        self._batches: list[OutputBatch] = []
        self._timer: asyncio.TimerHandle | None = None

    def __bool__(self) -> bool:
        return bool(self._batches)

    def take(self, batch: OutputBatch, committed: Mapping[str, int]) -> bool:
        """Hold a batch that says nothing but that ticks were read; False for any other.

        `committed` are the offsets that the group has.
        """
        if batch.outputs or not batch.final or len(self._batches) >= self._hold.most:
            return False
        for topic, position in batch.positions.items():
            if topic not in self._hold.topics and committed.get(topic) != position:
                return False
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._hold.seconds, self._on_due)
        self._batches.append(batch)
        return True

    def release(self) -> list[OutputBatch]:
        """What was held, in the order in which it came; nothing is held after it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        released, self._batches = self._batches, []
        return released
