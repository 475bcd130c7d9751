"""A record whose consequences are judged in pieces, each of which can be committed.

The fact is stored with the first piece. What it can change follows in the order of law; where
that has come to stands in the progress row, so that a restart goes on there. Until it is
through, nothing else of the partition number is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.agents.judged_batch import JudgedBatch, count_judged
from streams.agents.rule_fault import RuleFault
from streams.agents.subjects import Building, Subjects
from streams.core.decision import Decision
from streams.core.identifiers import EventKey, SubjectKey
from streams.core.instants import EARLIEST, Instant
from streams.core.judge import judge_again, left_by
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.wire.progress import Counters, Progress, Unfinished
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, fact_key, subject_of

AT_ONCE: Final = 64
"""How many events are judged again before it is asked whether others should have a turn."""


class LongWork:
    """What a fact that was taken in has left to be judged again."""

    def __init__(
        self,
        key: SubjectKey,
        subject: Subject,
        fact: Fact,
        left: Sequence[EventKey],
        place: tuple[str, int],
        outcome: Outcome,
        after: tuple[Instant, EventKey] = (EARLIEST, EventKey("")),
    ) -> None:
        """`place` is the topic and offset of the record, `after` the event judged last.

        `outcome` is how it will be counted.
        """
        self.key = key
        self.subject = subject
        self.fact = fact
        self.outcome = outcome
        self._left = left
        self._next = 0
        self._topic, self._offset = place
        self._after = after

    @property
    def through(self) -> bool:
        """Whether nothing is left."""
        return self._next >= len(self._left)

    def step(self, policy: Policy, clock: Instant | None) -> Decision:
        """Judge a few more."""
        some = self._left[self._next : self._next + AT_ONCE]
        self._next += len(some)
        decision = judge_again(self.subject, self.fact, some, policy, clock)
        last = some[-1]
        self._after = self.subject.records[last].event.occurred_at, last
        return decision

    def unfinished(self) -> Unfinished:
        """How far it has come, for the progress row."""
        row = fact_key(self.key, self.fact)
        at, key = self._after
        return Unfinished(self._topic, self._offset, row, at, key, through=self.through)


def taken_up(unfinished: Unfinished, key: SubjectKey, subject: Subject, policy: Policy) -> LongWork:
    """Work that a restart came in between, from where it was. Raises CorruptRow."""
    for record in subject.records.values():
        fact = record.row.fact
        if fact_key(key, fact) == unfinished.row:
            after = unfinished.after, unfinished.after_key
            left = left_by(subject, fact, policy, after)
            place = unfinished.topic, unfinished.offset
            return LongWork(key, subject, fact, left, place, Outcome.JUDGED, after)
    raise CorruptRow("that is being judged is missing", unfinished.row)


class LongRecords:
    """The record of one partition number that is judged in pieces, where there is one."""

    def __init__(self, number: int, subjects: Subjects, progress: Progress, policy: Policy) -> None:
        self._number = number
        self._subjects = subjects
        self._progress = progress
        self._policy = policy
        self.current: LongWork | None = None
        """What is left of the record that is being judged."""
        self._taken_up: LongWork | None = None

    def begin_poll_batch(self) -> None:
        """The last poll batch may have been given up in the midst of a record.

        Its topics are read again, perhaps in another order, so the record is finished as after
        a restart.
        """
        if self.current is not None:
            self._taken_up, self.current = self.current, None

    def resume(self, batch: JudgedBatch) -> bool:
        """Go on with the record that was being judged when the last owner ended.

        False when the batch is full and more is left. The record itself will be read again.
        Raises RuleFault.
        """
        unfinished = self._progress.unfinished
        if unfinished is None or unfinished.through:
            return True
        place = unfinished.topic, self._number, unfinished.offset
        try:
            work = self._taken_up or self._take_up(unfinished)
            self._go_on(work, batch)
        except Building:
            return False
        except (ConsentryError, CorruptRow):
            raise
        except Exception as error:  # noqa: BLE001 - its text may quote the record
            raise RuleFault(*place, type(error).__name__, begun=True) from None
        finally:
            # Where it was deleted meanwhile, and that was accepted, reading goes on behind it.
            stood = self._progress.positions.get(unfinished.topic, 0)
            batch.output.positions[unfinished.topic] = max(stood, unfinished.offset)
        self._progress.unfinished = work.unfinished()
        self._taken_up = None if work.through else work
        return work.through

    def begin(self, work: LongWork, counters: Counters, batch: JudgedBatch) -> None:
        """Judge the first pieces of a record whose fact was taken in."""
        self.current = work
        self.go_on(work, counters, batch)

    def go_on(self, work: LongWork, counters: Counters, batch: JudgedBatch) -> None:
        """Judge more of the current record; counted it is when all is published."""
        if self._go_on(work, batch):
            self.current = self._progress.unfinished = None
            count_judged(work.outcome, counters)
        else:
            self._progress.unfinished = work.unfinished()

    def published(self, record: Record) -> bool:
        """Whether all that a record brings was published when it was taken up again.

        Then that is over, and the record may be counted.
        """
        unfinished = self._progress.unfinished
        if unfinished is None:
            return False
        if (unfinished.topic, unfinished.offset) != (record.topic, record.offset):
            return False
        self._progress.unfinished = None
        return True

    def _take_up(self, unfinished: Unfinished) -> LongWork:
        key = subject_of(unfinished.row)
        subject = self._subjects.find(key)
        if subject is None:
            raise CorruptRow("that is being judged is missing", unfinished.row)
        return taken_up(unfinished, key, subject, self._policy)

    def _go_on(self, work: LongWork, batch: JudgedBatch) -> bool:
        """Judge again what is left. False when the batch is full and more is left."""
        while not work.through:
            decision = work.step(self._policy, self._progress.partition_time)
            batch.write(self._subjects.keep(work.key, work.subject, decision), decision)
            if batch.full():
                break
        return work.through
