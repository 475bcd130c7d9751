"""What was polled of one topic and partition and is not yet released for judging."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from streams.transport.fetch.poll_batch import Discontinuity, OffsetSpan, Polled
from streams.transport.fetch.weight import weight
from streams.wire.record import Record

SLICE_RECORDS = 1000
"""Of each topic a poll batch holds at most so many records."""

RECORD_BYTES = 600
"""About what a record takes in memory beside its key, value and headers."""


class Room(NamedTuple):
    """What may still come of one topic before its buffer is full."""

    records: int
    bytes: int

    def filled_by(self, records: Sequence[Record]) -> bool:
        """Whether there is none left with these."""
        return len(records) >= self.records or weight(records) >= self.bytes


class RecordQueue:
    """What was polled of one topic and is not yet released: `position` up to `end`.

    `times` are the records' timestamps, none lower than the one before, since records of
    a topic keep the order of their offsets. `waited_since` is when it began to hold up
    others; `left_out` says that it was waited for in vain, `paused` that it is read no further.
    """

    __slots__ = (
        "bytes",
        "end",
        "left_out",
        "paused",
        "position",
        "rank",
        "records",
        "stable_end",
        "times",
        "topic",
        "waited_since",
    )

    def __init__(self, topic: str, rank: int) -> None:
        self.topic = topic
        self.rank = rank
        self.position: int | None = None
        self.end: int | None = None
        self.stable_end: int | None = None
        self.records: list[Record] = []
        self.times: list[int] = []
        self.bytes = 0
        self.waited_since: float | None = None
        self.left_out = False
        self.paused = False

    @property
    def lags(self) -> bool:
        """Whether more is known to come, or it is not known whether."""
        return self.end is None or self.stable_end is None or self.end < self.stable_end

    def pause(self) -> None:
        """Let go of all that is there, and take in nothing more: it is read again later."""
        self.paused = True
        self.records, self.times, self.bytes = [], [], 0
        self.position = self.end
        self.waited_since = None

    def add(self, part: Polled) -> None:
        """Take in what a poll brought."""
        if self.paused:
            return
        start, end = part.span
        if self.end is None:
            self.position = start
        elif self.end != start:
            raise Discontinuity(self.topic, self.end, start)
        self.end = end
        self.stable_end = part.stable_end
        if part.records:
            times = [record.timestamp for record in part.records]
            if self.times:
                times[0] = max(times[0], self.times[-1])
            self.times.extend(accumulate(times, max))
            self.records.extend(part.records)
            self.bytes += weight(part.records)
        if part.records or not self.lags:
            self.left_out = False

    def count(self, limit: tuple[int, int]) -> int:
        """How many of its records come up to a place in the merged order."""
        time, rank = limit
        find = bisect_right if self.rank <= rank else bisect_left
        return min(find(self.times, time), SLICE_RECORDS)

    def give(self, count: int) -> tuple[OffsetSpan, list[Record], list[int], int]:
        """Let go of its first records, and of all positions before the next one.

        The last value is about how many bytes they take in memory.
        """
        assert self.position is not None  # asked for only when something came
        assert self.end is not None
        if count == len(self.records):
            given, times = self.records, self.times
            size, self.bytes = self.bytes, 0
            self.records, self.times = [], []
            end = self.end
        else:
            given, times = self.records[:count], self.times[:count]
            del self.records[:count], self.times[:count]
            size = weight(given)
            self.bytes -= size
            end = given[-1].offset + 1
        span = OffsetSpan(self.position, end)
        self.position = end
        return span, given, times, size + RECORD_BYTES * count
