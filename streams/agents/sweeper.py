"""Judging a partition again in place, subject by subject, when the policy or the rules changed.

A sweep passes over all subjects, a bounded piece at a time, between records. A subject of
whom a record comes is swept first, so that no verdict rests on two policies. What a sweep
does it does once: of a subject that was swept, a second time brings nothing, so a restart
goes on from the place in the progress row and needs to know no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import structlog

from streams.agents.judged_batch import JudgedBatch
from streams.agents.long_work import AT_ONCE
from streams.agents.subjects import Building, Stale, Subjects
from streams.core.identifiers import EventKey, SubjectKey
from streams.core.policy import Policy
from streams.core.reassess import in_time, sweep
from streams.core.subject import Subject
from streams.core.vocabulary import ClosingReason
from streams.transport.state.row_store import RowStore, place_of
from streams.wire.progress import Progress

log = structlog.get_logger("consentry.worker")


class _Work:
    """A subject that is being swept, and how far that has come."""

    def __init__(self, key: SubjectKey, subject: Subject) -> None:
        self.key = key
        self.subject = subject
        self._left: Sequence[EventKey] = in_time(subject, subject.records)
        self._next = 0

    @property
    def rest(self) -> Sequence[EventKey]:
        """The next of its events; none when all of them are through."""
        return self._left[self._next : self._next + AT_ONCE]

    def take(self, count: int) -> None:
        """So many more are through."""
        self._next += count


class Sweeper:
    """Sweeps the subjects of one partition number, where its progress says that one is due."""

    def __init__(
        self, number: int, rows: RowStore, subjects: Subjects, progress: Progress, policy: Policy
    ) -> None:
        self._number = number
        self._rows = rows
        self._subjects = subjects
        self._progress = progress
        self._policy = policy
        self._asked: _Work | None = None
        """The subject that a record waits for."""
        self.judged = self.judged_early = 0
        """How many events were judged again so far, and how many of them since records waited."""
        self._passing: _Work | None = None
        """The subject at which the pass over all of them is; it need not be a live one."""
        self._walk: Iterator[tuple[bytes, SubjectKey]] | None = None
        self._next: tuple[bytes, SubjectKey] | None = None
        if progress.sweeping:
            subjects.stale, subjects.on_change = self._stale, self._let_go
            subjects.passing = self._at_hand

    @property
    def on(self) -> bool:
        """Whether subjects are left to be swept."""
        return self._progress.sweeping

    def settle(self, batch: JudgedBatch) -> bool:
        """Sweep the subject that a record waits for, if there is one.

        False when the batch is full and more is left.
        """
        if self._asked is None:
            return True
        before = self.judged
        through = self._through(self._asked, batch)
        self.judged_early += self.judged - before
        if through:
            self._asked = None
        return through

    def settled(self, key: bytes | None, batch: JudgedBatch) -> bool:
        """Whether the subject of a record's key is of the policy in force. False: not yet, go on.

        None is a key that names nobody; who is waited for is swept all the same.
        """
        if not self.settle(batch):
            return False
        if key is None:
            return True
        try:
            self._subjects.find(SubjectKey(key))
        except Stale:
            return self.settle(batch)
        except Building:
            return False
        return True

    def go_on(self, batch: JudgedBatch) -> None:
        """Sweep further subjects until the batch is full, or others should have a turn."""
        state = self._progress.sweep
        if state is None or state.through:
            return
        if self._walk is None:
            self._walk = self._rows.walk(state.place)
            self._next = next(self._walk, None)
        while self._next is not None:
            state.place, key = self._next
            if not self._swept(key, batch):
                return
            state.subjects += 1
            self._next = next(self._walk, None)
            if self._next is not None and batch.full():
                return
        state.through = True
        # Who a record waits for was passed as well, maybe as another object.
        self._walk = self._asked = None
        self._subjects.stale = self._subjects.on_change = self._subjects.passing = None
        log.info(
            "sweep.through",
            partition=self._number,
            reason=state.cause,
            policy=self._progress.basis.version,
            subjects=state.subjects,
            findings=state.findings,
            duties=state.duties,
        )

    def _swept(self, key: SubjectKey, batch: JudgedBatch) -> bool:
        """Sweep one subject. False when the batch is full, or it is still being built."""
        if key == self._progress.leaving:
            return True  # nothing more is published of it
        work = self._passing
        if work is None or work.key != key:
            try:
                subject = self._subjects.glance(key)
            except Building:
                return False
            if subject is None or subject.judged_by is self._policy:
                return True
            work = self._passing = _Work(key, subject)
        if not self._through(work, batch):
            return False
        self._passing = None
        return True

    def _stale(self, key: SubjectKey, subject: Subject) -> bool:
        """Whether a subject must be swept before anything new of it is judged."""
        if subject.judged_by is self._policy:
            return False
        state = self._progress.sweep
        if state is None or place_of(key) < state.place or not subject.records:
            subject.judged_by = self._policy
            return False
        passing = self._passing
        if passing is not None and passing.key == key:
            self._passing = None
            if passing.subject is subject:
                self._asked = passing
                return True
        if self._asked is None or self._asked.subject is not subject:
            self._asked = _Work(key, subject)
        return True

    def _at_hand(self, key: SubjectKey) -> Subject | None:
        """The subject at which the pass is, where it is that one."""
        passing = self._passing
        return None if passing is None or passing.key != key else passing.subject

    def _let_go(self, key: SubjectKey) -> None:
        """The rows of a subject are others now: what was built from them before is void."""
        if self._passing is not None and self._passing.key == key:
            self._passing = None

    def _through(self, work: _Work, batch: JudgedBatch) -> bool:
        """Judge what is left of a subject. False when the batch is full and more is left."""
        state = self._progress.sweep
        assert state is not None
        while some := work.rest:
            decision = sweep(
                work.subject,
                some,
                self._policy,
                self._progress.partition_time,
                at=state.at,
                cause=ClosingReason(state.cause),
            )
            work.take(len(some))
            self.judged += len(some)
            state.findings += len(decision.findings)
            state.duties += len(decision.duties)
            batch.write(self._subjects.store(work.key, work.subject, decision), decision)
            # Asked after each piece, so that every batch brings it on.
            if work.rest and batch.full():
                return False
        work.subject.judged_by = self._policy
        return True
