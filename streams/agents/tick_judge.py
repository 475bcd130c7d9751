"""Time passes for the subjects of one partition number: deadlines first, then retention.

A tick can bring more than a batch may hold. It goes on in the next batch, and no record is
judged before it is over.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.agents.judged_batch import JudgedBatch
from streams.agents.long_work import AT_ONCE
from streams.agents.retention import Leaving, Retention
from streams.agents.subjects import Building, Subjects
from streams.core.instants import LATEST, Instant
from streams.core.judge import judge_deadlines
from streams.core.policy import Policy
from streams.transport.clock import OwnClock
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.preconditions import latest
from streams.wire.record import Record


class TickJudge:
    """Judges ticks: partition time never goes back, and moves only by what is on the topic."""

    def __init__(
        self,
        partition: PartitionTask,
        subjects: Subjects,
        policy: Policy,
        clock: OwnClock | None = None,
    ) -> None:
        """With `clock` ticks are compared, and one far ahead ends the worker."""
        self._progress = partition.progress
        self._subjects = subjects
        self._policy = policy
        self._clock = clock
        self.retention = Retention(
            partition.number, partition.rows, subjects, self._progress, policy
        )
        self._leaving: Iterator[Leaving] | None = None
        """Of the tick that is being judged, once its deadlines are through."""

    def begin_poll_batch(self) -> None:
        """A tick that was given up is read again."""
        self._leaving = None

    def rest(self, batch: JudgedBatch) -> bool:
        """Let the rest of a person go who was leaving when the last owner ended.

        False when the batch is full and more is left.
        """
        return self._cleared(self.retention.rest(), batch) and not self._progress.leaving

    def take(self, record: Record, batch: JudgedBatch) -> bool:
        """Let time pass up to the timestamp of a tick.

        False when the batch is full, or others should have a turn, and deadlines or subjects
        that leave are left. Raises ConsentryError for a tick far ahead.
        """
        if self._clock is not None:
            self._clock.check_tick(record.topic, record.partition, record.offset, record.timestamp)
        # A tick without a time that there is says nothing; time never goes back.
        now = Instant(min(max(0, record.timestamp), LATEST))
        progress = self._progress
        clock = progress.partition_time = latest(progress.partition_time, now) or now
        if self._leaving is None:
            if not self._deadlines(clock, batch):
                return False
            self._leaving = self.retention.leaving(clock)
        if not self._cleared(self._leaving, batch):
            return False
        self._leaving = None
        return True

    def _deadlines(self, clock: Instant, batch: JudgedBatch) -> bool:
        """Judge what is due. False when the batch is full and more is left."""
        progress, deadlines = self._progress, self._subjects.deadlines
        while (key := deadlines.first_passed(clock)) is not None:
            try:
                subject = self._subjects.find(key)
            except Building:
                deadlines.give_back(key, clock)
                raise
            if subject is None:
                continue
            decision = judge_deadlines(subject, clock, self._policy, AT_ONCE)
            # A label is due by what was stored; only an overdue duty looks at the policy now.
            if decision.duties:
                progress.judged_until = latest(progress.judged_until, clock)
            batch.write(self._subjects.keep(key, subject, decision), decision)
            if batch.full():
                return False
        return True

    def _cleared(self, leaving: Iterator[Leaving], batch: JudgedBatch) -> bool:
        """Write what leaves. False when the batch is full, or others should have a turn."""
        for some in leaving:
            batch.clear(some)
            if batch.crowded():
                return False
        return True
