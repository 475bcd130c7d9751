"""The way of a record that should hold an event: read, found a home, judged, counted.

Most records take the short way: one look says that they are in order and where they belong.
All others are read again from the start, and then judged, sent home or set aside.
"""

from __future__ import annotations

from typing import Final, assert_never

from streams.agents.assumed import count_assumptions
from streams.agents.dead_letter_writer import DeadLetterWriter
from streams.agents.judged_batch import JudgedBatch, count_judged
from streams.agents.limit import DeadLetterLimit
from streams.agents.long_work import AT_ONCE, LongRecords, LongWork
from streams.agents.rekeyed import rekeyed_record
from streams.agents.short_way import Judge, ShortWay
from streams.agents.subjects import Building, Subjects
from streams.core.decision import Decision
from streams.core.event_kinds import event_key, is_share
from streams.core.identifiers import SubjectKey
from streams.core.judge import judge
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.refusals import refuse
from streams.core.rules.assess import not_assessed
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.transport.commit.output_batch import Output
from streams.transport.tasks.partition_task import PartitionTask
from streams.unpacking.cut import room_for_headers
from streams.wire.arrival import Arrivals, Arrived, Misrouted, partition_for
from streams.wire.origin import headers_of
from streams.wire.progress import Counters, Skip
from streams.wire.record import Record
from streams.wire.refused import Refused

_JUDGED: Final = Outcome.JUDGED
_NOT_ASSESSED: Final = Outcome.NOT_ASSESSED


class EventJudge:
    """Judges the events of one partition number."""

    def __init__(
        self,
        partition: PartitionTask,
        settings: Settings,
        policy: Policy,
        subjects: Subjects,
        long_records: LongRecords,
        arrivals: Arrivals,
        dead_letters: DeadLetterWriter,
    ) -> None:
        self._number = partition.number
        self._count = partition.count
        self._progress = partition.progress
        self._policy = policy
        self.subjects = subjects
        self._long_records = long_records
        self._rekeyed = settings.topics.rekeyed
        self._max_bytes = settings.output_max_bytes
        self._arrivals = arrivals
        self.limit = DeadLetterLimit(
            settings.dead_letter_limit_share,
            settings.dead_letter_limit_records,
            settings.pausable_topics,
        )
        self._dead_letters = dead_letters
        self.short_way = ShortWay(
            partition.number,
            partition.count,
            partition.progress,
            policy,
            arrivals.ordinary,
            subjects,
            partition.rows,
            settings.topics.changelog,
            self._decided,
        )

    def read_by(self, clock: OwnClock) -> None:
        """Records that claim to arrive later than the clock can say arrive now."""
        self._arrivals.read_at(clock.now, clock.limit)

    def take(self, record: Record, counters: Counters, batch: JudgedBatch) -> None:
        """Judge the event of a record, or set the record aside; `counters` are its topic's.

        Raises Building while its subject is being built. Where too many of the latest records of
        its topic are dead letters, the topic is paused, and ConsentryError raised where it cannot be.
        """
        self.limit.read(self._progress, record.topic)
        try:
            if not self.short_way.take_one(record, counters, batch, judge, AT_ONCE):
                self.unusual(record, counters, batch)
        except Building:
            self.limit.taken_again(self._progress, record.topic)
            raise

    @property
    def judge(self) -> Judge:
        """What judges facts, as it stands in this module now."""
        return judge

    def skip(self, record: Record, skip: Skip, batch: JudgedBatch) -> None:
        """Set aside a record that an operator gave up; the limit does not count it."""
        self._dead_letters.put(record, self._arrivals.skipped(record, skip), batch)

    def unusual(self, record: Record, counters: Counters, batch: JudgedBatch) -> None:
        """Judge, send home or set aside a record that takes the long way."""
        arrived = self._arrivals.read(record)
        if isinstance(arrived, Refused):
            self._refuse(record, arrived, counters, batch)
            return
        fact, key = arrived.fact, arrived.key
        subject = self.subjects.find(key)
        # A subject with rows here belongs here, and only others cost the hash.
        home = self._number if subject is not None else partition_for(key, self._count)
        match self._arrivals.settle(record, arrived, home):
            case Refused() as refused:
                self._set_aside(record, refused, batch)
            case Misrouted() as misrouted:
                self._send_home(record, misrouted, counters, batch)
            case Arrived():
                if arrived.unknown_fields:
                    batch.stats.unknown_fields[record.topic] += arrived.unknown_fields
                subject = subject or Subject(fact.event.controller_id, fact.event.subject_id)
                clock = self._progress.partition_time
                decision = judge(subject, fact, self._policy, clock, AT_ONCE)
                self._decided(key, subject, fact, record, decision, counters, batch)

    def _decided(
        self,
        key: SubjectKey,
        subject: Subject,
        fact: Fact,
        record: Record,
        decision: Decision,
        counters: Counters,
        batch: JudgedBatch,
    ) -> None:
        """Count and write what was decided of a fact."""
        progress = self._progress
        outcome = decision.outcome
        if outcome is _JUDGED or outcome is _NOT_ASSESSED:
            at = fact.event.occurred_at
            if progress.judged_until is None or at > progress.judged_until:
                progress.judged_until = at
            if outcome is _JUDGED:
                count_assumptions(subject, fact, self._policy, batch.stats.assumptions)
                if is_share(fact.event):
                    batch.stats.shared(subject)
            if decision.findings or decision.duties:
                batch.led_at.append(fact.ingested_at)
            batch.write(self.subjects.keep(key, subject, decision), decision)
            if decision.left:
                place = record.topic, record.offset
                stored = subject.records[event_key(fact.event)].row.fact
                work = LongWork(key, subject, stored, decision.left, place, outcome)
                self._long_records.begin(work, counters, batch)
            else:
                count_judged(outcome, counters)
        elif outcome is Outcome.DUPLICATE:
            counters.duplicates += 1
        elif outcome is Outcome.EXPIRED:
            counters.expired += 1
        elif outcome is Outcome.REPLAY:
            self._replayed(fact, record, counters)
        else:
            assert_never(outcome)

    def _replayed(self, fact: Fact, record: Record, counters: Counters) -> None:
        """A record whose fact is stored: read before, or the one that was judged in pieces."""
        if self._long_records.published(record):
            late = not_assessed(fact.event, self._policy)
            count_judged(_NOT_ASSESSED if late else _JUDGED, counters)
        else:
            counters.replays += 1

    def _send_home(
        self,
        record: Record,
        misrouted: Misrouted,
        counters: Counters,
        batch: JudgedBatch,
        *,
        refused: bool = False,
    ) -> None:
        """Re-key a record that came with another key or on another partition.

        Its dead letter has the key that it came with, so that travels with a `refused` one.
        """
        origin, key, home = misrouted
        counters.rekeyed += 1
        batch.rekeyed[rekeyed_record(record, key)] += 1
        room = room_for_headers(key, record.value, self._max_bytes)
        headers = headers_of(origin, record, room, with_key=refused)
        batch.output.add(Output(self._rekeyed, home, key, record.value, headers))

    def _refuse(
        self, record: Record, refused: Refused, counters: Counters, batch: JudgedBatch
    ) -> None:
        """Set a record aside where it has its row: beside the events of its subject.

        The limit on dead letters counts it where it stood first. Raises Building.
        """
        key = refused.key
        home = self._number if key is None else partition_for(key, self._count)
        settled = self._arrivals.settle_refused(record, refused, home)
        if isinstance(settled, Misrouted):
            if self._may_be_dead(record, refused, batch):
                self._send_home(record, settled, counters, batch, refused=True)
            return
        if settled.key is None:
            self._set_aside(record, settled, batch)
            return
        subject = self.subjects.find(settled.key)
        if record.topic == self._rekeyed or self._may_be_dead(record, refused, batch):
            self._keep_refusal(settled.key, subject, record, settled, batch)

    def _keep_refusal(
        self,
        key: SubjectKey,
        subject: Subject | None,
        record: Record,
        refused: Refused,
        batch: JudgedBatch,
    ) -> None:
        """Set a record aside, and publish what its subject's events make of that."""
        refusal, named = refused.refusal, refused.rejected.subject
        assert refusal is not None
        assert named is not None  # or the record would have no key
        self._dead_letters.keep(record, refused, batch)
        subject = subject or Subject(*named)
        decision = refuse(subject, refusal, self._policy, self._progress.partition_time)
        batch.write(self.subjects.keep(key, subject, decision), decision)

    def _set_aside(self, record: Record, refused: Refused, batch: JudgedBatch) -> None:
        """Set aside a record that cannot be judged; too many of them pause its topic."""
        if self._may_be_dead(record, refused, batch):
            self._dead_letters.put(record, refused, batch)

    def _may_be_dead(self, record: Record, refused: Refused, batch: JudgedBatch) -> bool:
        """Count a record that cannot be judged. False where its topic is paused for it."""
        if self.limit.dead(self._progress, record, refused.origin.ingested_at):
            return True
        batch.paused.append((record.topic, self._progress.paused[record.topic]))
        return False
