"""Alignment: the topics of one partition number merged by record timestamp, across polls.

A poll brings what the broker had at hand, so while a worker catches up, topics would be
judged out of step: a share before the consent that came a day earlier, and a finding that
is retracted a second later. Here records wait until every topic that is known to have
more, or not known to have none, has something to compare with. The idea is that of Kafka
Streams' KIP-695; docs/adr/0013 says what differs. What is net found does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch, Polled
from streams.transport.fetch.record_queue import SLICE_RECORDS, RecordQueue, Room
from streams.wire.record import Record

_NO_LIMIT: Final = (2**63 - 1, 2**31)


class AlignmentBounds(NamedTuple):
    """How much is held of one partition number, and for how long.

    Records and bytes are shared evenly by its topics. `seconds` is how long a topic is
    waited for; 0 waits for none, and merges what happens to be there.
    """

    records: int
    bytes: int
    seconds: float


class PartitionGroup:
    """Buffers what polls bring for one partition number, and releases it in order.

    One per assignment: after a rebalance reading goes on from where judging has come to,
    so what was not released is read again. The order is by record timestamp, at equal
    ones by the order of `topics`; records of one topic keep the order of their offsets.
    """

    def __init__(
        self, partition: int, assignment: int, topics: Sequence[str], bounds: AlignmentBounds
    ) -> None:
        self._partition = partition
        self._assignment = assignment
        self._seconds = bounds.seconds
        self._share = Room(
            max(1, bounds.records // len(topics)), max(1, bounds.bytes // len(topics))
        )
        self._buffers = [RecordQueue(topic, rank) for rank, topic in enumerate(topics)]
        self._by_topic = {buffer.topic: buffer for buffer in self._buffers}

    def add(self, part: Polled) -> None:
        """Take in what a poll brought. Raises Discontinuity if it does not continue."""
        self._by_topic[part.topic].add(part)

    def pause(self, topics: Iterable[str]) -> list[str]:
        """Read these topics no further under this assignment; nothing waits for them.

        Returns those of which that is new. What is buffered of them is dropped: judging has
        not come to it, and reading goes on from where judging has come to.
        """
        new = [topic for topic in topics if not self._by_topic[topic].paused]
        for topic in new:
            self._by_topic[topic].pause()
        return new

    def room(self) -> Mapping[str, Room]:
        """The topics to poll: those whose buffer is not full, and that are not paused."""
        share = self._share
        return {
            one.topic: Room(share.records - len(one.records), share.bytes - one.bytes)
            for one in self._buffers
            if not one.paused and len(one.records) < share.records and one.bytes < share.bytes
        }

    @property
    def ready(self) -> bool:
        """Whether there is something to release."""
        waiting = self.waiting
        return any(
            one.position != one.end and not (waiting and one.records) for one in self._buffers
        )

    @property
    def full(self) -> bool:
        """Whether there is as much of a topic as a poll batch takes, or as may be here."""
        most = min(SLICE_RECORDS, self._share.records)
        return any(
            len(one.records) >= most or one.bytes >= self._share.bytes for one in self._buffers
        )

    @property
    def empty(self) -> bool:
        """Whether nothing is held back: no record, and no position that moved."""
        return not any(one.records or one.position != one.end for one in self._buffers)

    @property
    def waiting(self) -> bool:
        """Whether records wait for a topic of which none are there."""
        return any(one.records for one in self._buffers) and any(map(self._awaited, self._buffers))

    def _awaited(self, buffer: RecordQueue) -> bool:
        silent = not buffer.records and not buffer.left_out and not buffer.paused
        return self._seconds > 0 and silent and buffer.lags

    def overdue(self, now: float) -> list[str]:
        """Topics that held up others for too long until now (seconds, on any one clock).

        They are left out until they bring something or are known to be at their end, and
        named here once.
        """
        found = []
        anything = any(one.records for one in self._buffers)
        for one in self._buffers:
            if not anything or not self._awaited(one):
                one.waited_since = None
            elif one.waited_since is None:
                one.waited_since = now
            elif now - one.waited_since >= self._seconds:
                one.waited_since = None
                one.left_out = True
                found.append(one.topic)
        return found

    def release(self) -> PollBatch | None:
        """The records whose turn it is, and how positions move; None when nothing moves.

        Positions that moved without a record are released whatever is awaited.
        """
        filled = [] if self.waiting else [one for one in self._buffers if one.records]
        limit = self._limit(filled)
        spans: dict[str, OffsetSpan] = {}
        parts: list[tuple[list[Record], list[int]]] = []
        size = 0
        for one in self._buffers:
            count = one.count(limit) if one in filled else 0
            if count or (not one.records and one.position != one.end):
                spans[one.topic], records, times, taken = one.give(count)
                size += taken
                if count:
                    parts.append((records, times))
        if not spans:
            return None
        return PollBatch(self._partition, self._assignment, spans, _merged(parts), size)

    def _limit(self, filled: Iterable[RecordQueue]) -> tuple[int, int]:
        """The last place in the merged order before which no further record can come."""
        limits = []
        for one in filled:
            if len(one.records) > SLICE_RECORDS:
                limits.append((one.times[SLICE_RECORDS - 1], one.rank))
            elif self._seconds > 0 and one.lags:
                limits.append((one.times[-1], one.rank))
        return min(limits, default=_NO_LIMIT)


def _merged(parts: Sequence[tuple[list[Record], list[int]]]) -> list[Record]:
    """The records of several topics by time; sorting is stable, so ties keep the topics' order."""
    if len(parts) == 1:
        return parts[0][0]
    records = [record for part, _ in parts for record in part]
    times = [time for _, part in parts for time in part]
    return [records[at] for at in sorted(range(len(records)), key=times.__getitem__)]
