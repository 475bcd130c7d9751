"""The watchdog: records are there, and nothing of them is committed.

Looked at by partition number, since its topics are judged in the order of time: while a
backlog of one is worked through, later records of another rightly wait. Ticks are looked
at apart, for the worker writes them itself, and they go on when the inputs stand still.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

LOOK_EVERY_S: Final = 1.0


class WatchedPlace(NamedTuple):
    """A topic of one partition number: next offset to commit, and where the topic ends.

    `end` is None while it is unknown.
    """

    committed: int
    end: int | None

    @property
    def lag(self) -> int | None:
        """Offsets, markers included, between what is committed and the end."""
        return None if self.end is None else max(0, self.end - self.committed)


Places = Mapping[str, WatchedPlace]


class _Clock:
    """For how long offsets have stood still although there was more to read."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last: dict[str, int] | None = None

    def look(self, places: Places, passed: float) -> None:
        at = {topic: place.committed for topic, place in places.items()}
        behind = any(place.lag for place in places.values())
        if behind and at == self._last:
            self.seconds += passed
        else:
            self.seconds = 0.0
        self._last = at


class Watchdog:
    """Says which partition numbers stand still; looked at every second or so."""

    def __init__(self, stall_after_s: float, ticks: str) -> None:
        self._stall_after_s = stall_after_s
        self._ticks = ticks
        self._looked_at: float | None = None
        self._clocks: dict[int, tuple[_Clock, _Clock]] = {}

    def look(self, now: float, partitions: Mapping[int, Places]) -> None:
        """Take note of where the partition numbers are that are judged now.

        `now` is monotonic, in seconds. Time in which nobody looked does not count: the
        process was stopped then, or its loop hung, and nothing could be committed.
        """
        since = 0.0 if self._looked_at is None else now - self._looked_at
        passed = min(since, 2 * LOOK_EVERY_S)
        self._looked_at = now
        clocks = {number: self._clocks.get(number) or (_Clock(), _Clock()) for number in partitions}
        for number, places in partitions.items():
            of_inputs, of_all = clocks[number]
            inputs = {topic: place for topic, place in places.items() if topic != self._ticks}
            of_inputs.look(inputs, passed)
            of_all.look(places, passed)
        self._clocks = clocks

    def standing_s(self, number: int) -> float:
        """For how long a partition number has stood still; 0 when it does not."""
        clocks = self._clocks.get(number)
        return 0.0 if clocks is None else max(clock.seconds for clock in clocks)

    @property
    def stalled(self) -> frozenset[int]:
        """The partition numbers that stand still for too long."""
        return frozenset(n for n in self._clocks if self.standing_s(n) >= self._stall_after_s)
