"""Slices: what one poll brought for one partition number, with where it starts and ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import merge
from operator import attrgetter
from typing import NamedTuple

from streams.wire.record import Record


class Span(NamedTuple):
    """Consumer positions of one topic: the records lie in start <= offset < end.

    Offsets have holes (transaction markers, compaction), so neither bound follows from
    the records, and a span without records still moves the position.
    """

    start: int
    end: int


class Polled(NamedTuple):
    """What one poll brought for one topic and partition."""

    topic: str
    partition: int
    span: Span
    records: Sequence[Record]


class Slice(NamedTuple):
    """What one poll brought for one partition number, in the order to judge it in.

    `assignment` counts the assignments of this process: a slice of an earlier one is
    never judged, whatever generation the group is in.
    """

    partition: int
    assignment: int
    spans: Mapping[str, Span]
    records: Sequence[Record]


def cut(polled: Iterable[Polled], assignment: int) -> list[Slice]:
    """One slice a partition number, its topics merged by record timestamp.

    Records of one topic keep the order of their offsets, whatever their timestamps.
    """
    by_number: dict[int, list[Polled]] = {}
    for part in polled:
        by_number.setdefault(part.partition, []).append(part)
    slices = []
    for number, parts in by_number.items():
        filled = [part.records for part in parts if part.records]
        records: Sequence[Record]
        records = filled[0] if len(filled) == 1 else list(merge(*filled, key=_by_timestamp))
        spans = {part.topic: part.span for part in parts}
        slices.append(Slice(number, assignment, spans, records))
    return slices


_by_timestamp = attrgetter("timestamp")


class Discontinuity(Exception):
    """A slice does not start where the last one ended: records would be lost or repeated."""

    def __init__(self, topic: str, expected: int | None, start: int) -> None:
        super().__init__(f"{topic}: expected position {expected}, slice starts at {start}")
        self.topic = topic
        self.expected = expected
        self.start = start


def follow(positions: Mapping[str, int], spans: Mapping[str, Span]) -> None:
    """Check that the spans continue at the positions. Raises Discontinuity."""
    for topic, span in spans.items():
        expected = positions.get(topic)
        if expected != span.start or span.end < span.start:
            raise Discontinuity(topic, expected, span.start)


class Credits:
    """How many slices of each partition number may be open: polled and not yet committed."""

    def __init__(self, partitions: Iterable[int], limit: int) -> None:
        self._limit = limit
        self._open = dict.fromkeys(partitions, 0)

    def take(self, partition: int) -> None:
        """A slice was handed on."""
        self._open[partition] += 1

    def give_back(self, partition: int) -> None:
        """A slice was committed."""
        if self._open[partition] == 0:
            raise ValueError("a credit was given back twice")
        self._open[partition] -= 1

    def open(self, partition: int) -> int:
        """Slices of a partition number that are on their way."""
        return self._open[partition]

    def with_room(self) -> set[int]:
        """Partition numbers that may be polled."""
        return {number for number, open_ in self._open.items() if open_ < self._limit}
