"""Records that are as most are, one after the other, until something else is to be done.

Each event goes by here, so the loop is compiled, and calls nothing that is not for the records that
take the short way. What it does with a record is what `EventJudge.take` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.agents.event_judge import EventJudge
from streams.agents.judged_batch import JudgedBatch
from streams.agents.long_work import AT_ONCE, LongRecords
from streams.agents.short_way import Judge, ShortWay
from streams.agents.subjects import Building
from streams.wire.progress import Counters, Progress
from streams.wire.record import Record

LOOK_EVERY: Final = 8
"""It is asked whether others should have a turn once for so many records, or events judged again:
a look at the clock costs a twentieth of what a record does."""


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
        self._short_way: ShortWay = events.short_way
        self._unusual = events.unusual
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
        paused = self._progress.paused
        at, count = first, len(records)
        self.next, self.begun = at, False
        if paused or self._subjects.stale is not None or self._has_begun():
            return False
        output, by_topic, inputs = batch.output, batch.counters, self._inputs
        positions = output.positions
        self._most_records, self._most_bytes = batch.bounds.records, batch.bounds.bytes
        self._looked_at, self._taken = batch.rejudged, 0
        while at < count:
            record = records[at]
            topic = record.topic
            if topic not in inputs:
                return False
            counters = by_topic.get(topic)
            if counters is None:
                counters = batch.count(topic)
            if not self._take(record, counters, batch, judge):
                return False
            if self._has_begun():
                self.begun = True
                return False
            at += 1
            self.next = at
            if paused and topic in paused:
                return False  # it was one dead letter too many, and is left for later
            counters.read += 1
            positions[topic] = record.offset + 1
            if at % at_once == 0 or self._is_full(batch, at_once):
                return True
        return False

    def _take(self, record: Record, counters: Counters, batch: JudgedBatch, judge: Judge) -> bool:
        """As `EventJudge.take` does, without a call of Python for each record; False: it failed."""
        try:
            if not self._short_way.take(record, counters, batch, judge, AT_ONCE):
                self._unusual(record, counters, batch)
        except Building as error:
            self._short_way.again(record.topic)
            self.error = error
            return False
        except Exception as error:  # noqa: BLE001 - raised in `fail`
            self.error = error
            return False
        return True

    def _is_full(self, batch: JudgedBatch, at_once: int) -> bool:
        """As `JudgedBatch.full`, which would be three calls of Python for each record."""
        output, rejudged = batch.output, batch.rejudged
        if (
            rejudged >= at_once
            or len(output.outputs) >= self._most_records
            or output.bytes >= self._most_bytes
        ):
            return True
        self._taken += 1
        if self._taken < LOOK_EVERY and rejudged - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at, self._taken = rejudged, 0
        return batch.due()
