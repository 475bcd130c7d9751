"""Records that are as most are, one after the other, until something else is to be done.

Each event goes by here, so the loop is compiled, and calls nothing that is not for the records that
take the short way. What it does with a record is what `EventJudge.take` does; what it counts of
records of a topic is added up when the run ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.agents.event_judge import EventJudge
from streams.agents.judged_batch import JudgedBatch
from streams.agents.limit import DeadLetterLimit
from streams.agents.long_work import AT_ONCE, LongRecords
from streams.agents.short_way import LEFT, SILENT, SILENT_NOT_ASSESSED, Judge, ShortWay
from streams.agents.subjects import Building
from streams.native.fields import read_by_place
from streams.native.library import LIBRARY
from streams.wire.progress import Counters, Progress, Window
from streams.wire.record import Record

LOOK_EVERY: Final = 8
"""It is asked whether others should have a turn once for so many records, or events judged again:
to look at the clock for each is a call of Python for each (docs/adr/0227)."""

# Each record asks for some of what they hold.
read_by_place(LIBRARY, (Counters, Window, Progress))


class TopicStats:
    """What a run has taken of one topic, and not yet counted."""

    __slots__ = ("counters", "judged", "next_offset", "not_assessed", "ordinary", "read")

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self.read = 0
        self.ordinary = 0
        """Those of them that the limit on dead letters has not heard of."""
        self.judged = 0
        self.not_assessed = 0
        self.next_offset = 0


class RecordRun:
    """Takes records of one partition number, as long as nothing else comes between."""

    def __init__(
        self,
        inputs: frozenset[str],
        long_records: LongRecords,
        progress: Progress,
        events: EventJudge,
    ) -> None:
        """`inputs` are the topics of events; records of others end a run."""
        self._inputs = inputs
        self._long_records = long_records
        self._progress = progress
        self._subjects = events.subjects
        self._limit: DeadLetterLimit = events.limit
        self._short_way: ShortWay = events.short_way
        self._unusual = events.unusual
        self._by_topic: dict[str, TopicStats] = {}
        self._most_records = self._most_bytes = 0
        self._looked_at = self._taken = 0
        self.next = 0
        """The place of the first record that was not taken."""
        self.begun = False
        """Whether that one was begun, and brings more than a batch may hold."""
        self.error: Exception | None = None
        """Why that one failed, if it did."""

    def _has_begun(self) -> bool:
        """Whether a record is judged in pieces. Asked by a call: `unusual` changes it unseen."""
        return self._long_records.current is not None

    def fail(self) -> None:
        """Raise what the next record failed with, if it did; once."""
        error, self.error = self.error, None
        if error is not None:
            raise error

    def fills(
        self,
        records: Sequence[Record],
        first: int,
        batch: JudgedBatch,
        judge: Judge,
        at_once: int,
    ) -> bool:
        """Judge records by `judge` from a place on; whether the batch is full behind the last.

        `at_once`: it is full behind each record whose number that divides, too. If it is not, the
        next record, where there is one, needs more than is done here.
        """
        self.next, self.begun = first, False
        if self._progress.paused or self._subjects.stale is not None or self._has_begun():
            return False
        self._most_records, self._most_bytes = batch.bounds.records, batch.bounds.bytes
        self._looked_at, self._taken = batch.rejudged, 0
        self._short_way.begin()
        full = self._fills(records, first, batch, judge, at_once)
        self._short_way.end()
        self._count(batch)
        return full

    def _fills(
        self,
        records: Sequence[Record],
        at: int,
        batch: JudgedBatch,
        judge: Judge,
        at_once: int,
    ) -> bool:
        paused, by_topic, count = self._progress.paused, self._by_topic, len(records)
        while at < count:
            record = records[at]
            topic = record.topic
            stats = by_topic.get(topic)
            if stats is None:
                if topic not in self._inputs:
                    return False
                stats = by_topic[topic] = TopicStats(batch.count(topic))
            if not self._take(record, stats, batch, judge):
                return False
            if self._has_begun():
                self.begun = True
                return False
            at += 1
            self.next = at
            if paused and topic in paused:
                return False  # it was one dead letter too many, and is left for later
            stats.read += 1
            stats.next_offset = record.offset + 1
            if at % at_once == 0 or self._is_full(batch, at_once):
                return True
        return False

    def _take(self, record: Record, stats: TopicStats, batch: JudgedBatch, judge: Judge) -> bool:
        """As `EventJudge.take` does, without a call of Python for each record; False: it failed."""
        try:
            end = self._short_way.take(record, stats.counters, batch, judge, AT_ONCE)
            if end == LEFT:
                return self._take_long(record, stats, batch)
        except Exception as error:  # noqa: BLE001 - raised in `fail`
            self.error = error
            return False
        stats.ordinary += 1
        if end == SILENT:
            stats.judged += 1
        elif end == SILENT_NOT_ASSESSED:
            stats.not_assessed += 1
        return True

    def _take_long(self, record: Record, stats: TopicStats, batch: JudgedBatch) -> bool:
        """The long way, which may ask how many records of the topic there were."""
        topic = record.topic
        self._limit.read(self._progress, topic, stats.ordinary + 1)
        stats.ordinary = 0
        try:
            self._unusual(record, stats.counters, batch)
        except Building:
            self._limit.taken_again(self._progress, topic)
            raise
        return True

    def _count(self, batch: JudgedBatch) -> None:
        """Add up what was taken of each topic."""
        batch.once.count()
        positions = batch.output.positions
        for topic, stats in self._by_topic.items():
            if stats.ordinary:
                self._limit.read(self._progress, topic, stats.ordinary)
            if stats.read:
                positions[topic] = stats.next_offset
                counters = stats.counters
                counters.read += stats.read
                counters.judged += stats.judged
                counters.not_assessed += stats.not_assessed
        self._by_topic.clear()

    def _is_full(self, batch: JudgedBatch, at_once: int) -> bool:
        """As `JudgedBatch.full`, which would be three calls of Python for each record."""
        output, rejudged = batch.output, batch.rejudged
        if (
            rejudged >= at_once
            or len(output.outputs) >= self._most_records
            or output.bytes + batch.once.row_bytes >= self._most_bytes
        ):
            return True
        self._taken += 1
        if self._taken < LOOK_EVERY and rejudged - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at, self._taken = rejudged, 0
        return batch.due()
