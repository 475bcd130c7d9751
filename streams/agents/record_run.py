"""Records that are as most are, one after the other, until something else is to be done.

Each event goes by here, so the loop is compiled. What is done with a record is
`EventJudge.take`, which is called for each: tests put another one in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streams.agents.judged_batch import JudgedBatch
from streams.agents.long_work import LongRecords
from streams.agents.subjects import Subjects
from streams.wire.progress import Counters, Progress
from streams.wire.record import Record

Take = Callable[[Record, Counters, JudgedBatch], None]
"""`EventJudge.take`."""


class RecordRun:
    """Takes records of one partition number, as long as nothing else comes between."""

    def __init__(
        self,
        inputs: frozenset[str],
        subjects: Subjects,
        long_records: LongRecords,
        progress: Progress,
    ) -> None:
        """`inputs` are the topics of events; records of others end a run."""
        self._inputs = inputs
        self._subjects = subjects
        self._long_records = long_records
        self._progress = progress
        self.next = 0
        """The place of the first record that was not taken."""
        self.begun = False
        """Whether that one was begun, and brings more than a batch may hold."""
        self.error: Exception | None = None
        """Why that one failed, if it did."""

    def _has_begun(self) -> bool:
        """Whether a record is judged in pieces. Asked by a call: `take` changes it unseen."""
        return self._long_records.current is not None

    def fail(self) -> None:
        """Raise what the next record failed with, if it did; once."""
        error, self.error = self.error, None
        if error is not None:
            raise error

    def fills(
        self, records: Sequence[Record], first: int, batch: JudgedBatch, take: Take, at_once: int
    ) -> bool:
        """Take records from a place on; whether the batch is full behind the last of them.

        `at_once`: it is full behind each record whose number that divides, too. If it is not, the
        next record, where there is one, needs more than is done here.
        """
        paused = self._progress.paused
        at, count = first, len(records)
        self.next, self.begun = at, False
        if paused or self._subjects.stale is not None or self._has_begun():
            return False
        output, by_topic, inputs = batch.output, batch.counters, self._inputs
        positions, exceeds = output.positions, output.exceeds
        bounds, due = batch.bounds, batch.due
        while at < count:
            record = records[at]
            topic = record.topic
            if topic not in inputs:
                return False
            counters = by_topic.get(topic)
            if counters is None:
                counters = batch.count(topic)
            try:
                take(record, counters, batch)
            except Exception as error:  # noqa: BLE001 - raised in `fail`
                self.error = error
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
            if at % at_once == 0 or batch.rejudged >= at_once or exceeds(bounds) or due():
                return True
        return False
