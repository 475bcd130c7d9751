"""Poll batches: records of one partition number to judge in one go, with where they start and end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from streams.wire.record import Record


class OffsetSpan(NamedTuple):
    """Consumer positions of one topic: the records lie in start <= offset < end.

    Offsets have holes (transaction markers, compaction), so neither bound follows from
    the records, and a span without records still moves the position.
    """

    start: int
    end: int


class Polled(NamedTuple):
    """What one poll brought for one topic and partition.

    `stable_end` is the end that the broker gave with its last answer to a fetch of the
    place: where a `read_committed` reader could read no further then (the last stable
    offset). None when it has not answered since the place was assigned.
    """

    topic: str
    partition: int
    span: OffsetSpan
    records: Sequence[Record]
    stable_end: int | None = None


class PollBatch(NamedTuple):
    """Records of one partition number in the order to judge them in.

    `assignment` counts the assignments of this process: a poll batch of an earlier one is
    never judged, whatever generation the group is in. `size` is about how many bytes it
    takes in memory.
    """

    partition: int
    assignment: int
    spans: Mapping[str, OffsetSpan]
    records: Sequence[Record]
    size: int = 0


class Poll:
    """What one poll gives to judge: at most one poll batch of each partition number.

    It is the value of one Faust message, whatever the number of partitions.
    """

    __slots__ = ("_open", "poll_batches")

    def __init__(self, poll_batches: Iterable[PollBatch]) -> None:
        self.poll_batches = tuple(poll_batches)
        self._open = len(self.poll_batches)

    def committed(self) -> bool:
        """One more of its poll batches is committed. Whether all are."""
        self._open -= 1
        return self._open == 0


class Discontinuity(Exception):
    """A poll batch does not start where the last one ended: records would be lost or repeated."""

    def __init__(self, topic: str, expected: int | None, start: int) -> None:
        super().__init__(f"{topic}: expected position {expected}, poll batch starts at {start}")
        self.topic = topic
        self.expected = expected
        self.start = start


def follow(positions: Mapping[str, int], spans: Mapping[str, OffsetSpan]) -> None:
    """Check that the spans continue at the positions. Raises Discontinuity."""
    for topic, span in spans.items():
        expected = positions.get(topic)
        if expected != span.start or span.end < span.start:
            raise Discontinuity(topic, expected, span.start)


class InFlightLimit:
    """How many poll batches of each partition number may be open: handed on and not yet committed.

    With `max_bytes` also how large: another one may be opened while they take less.
    """

    def __init__(self, partitions: Iterable[int], limit: int, max_bytes: int | None = None) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._open = dict.fromkeys(partitions, 0)
        self._bytes = dict.fromkeys(self._open, 0)

    def take(self, partition: int, size: int = 0) -> None:
        """A poll batch of so many bytes was handed on."""
        self._open[partition] += 1
        self._bytes[partition] += size

    def give_back(self, partition: int, size: int = 0) -> None:
        """A poll batch was committed."""
        if self._open[partition] == 0:
            raise ValueError("a poll batch was given back twice")
        self._open[partition] -= 1
        self._bytes[partition] -= size

    def open(self, partition: int) -> int:
        """Poll batches of a partition number that are on their way."""
        return self._open[partition]

    def with_room(self) -> set[int]:
        """Partition numbers of which one more may be open."""
        most = self._max_bytes
        return {
            number
            for number, open_ in self._open.items()
            if open_ < self._limit and (most is None or self._bytes[number] < most)
        }
