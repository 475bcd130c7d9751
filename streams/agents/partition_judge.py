"""Judging the records of one partition number: bytes in, batches of outputs out.

Nothing here waits, asks the time or reads anything but its arguments and the partition's
own state: the same records in the same order give the same batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, assert_never

from streams.agents.dead_letter_log import DeadLettered
from streams.agents.dead_letter_writer import DeadLetterWriter
from streams.agents.limit import DeadLetterLimit
from streams.agents.long_work import AT_ONCE, LongWork, taken_up
from streams.agents.once import Once
from streams.agents.published import Published
from streams.agents.rekeyed import Strays, stray
from streams.agents.retention import Leaving, Retention
from streams.agents.subjects import Building, Subjects
from streams.core.events import DataShare
from streams.core.identifiers import SubjectKey
from streams.core.instants import LATEST, Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import Policy
from streams.core.rules.assess import not_assessed
from streams.core.state import Decision, Fact, Outcome
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.measures.worker_stats import WorkerStats
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.transport.commit.transactions import Output, OutputBatch
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.preconditions import latest
from streams.unpacking.cut import room_for_headers
from streams.wire.arrival import Arrivals, Arrived, Misrouted, Refused, partition_for
from streams.wire.framing import RegistryDecoder
from streams.wire.origin import headers_of
from streams.wire.progress import BATCH_HEADER, Counters, Unfinished
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, subject_of
from streams.wire.traces import trace_id

_JUDGED: Final = Outcome.JUDGED
_NOT_ASSESSED: Final = Outcome.NOT_ASSESSED

RECORDS_AT_ONCE = 500
"""After so many records other work gets its turn: heartbeats, commits, other partitions."""


class RuleFault(Exception):
    """A rule, or the code around it, raised on a record, which stays uncommitted.

    Neither this nor its message holds anything of the record.
    """

    def __init__(
        self,
        topic: str,
        partition: int,
        offset: int,
        error: str,
        trace: str | None = None,
        *,
        begun: bool = False,
    ) -> None:
        """`begun`: its fact is stored already, and what follows from it is judged in pieces."""
        super().__init__(f"{error} on {topic}, partition {partition}, offset {offset}")
        self._begun = begun
        self.where: dict[str, object] = {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "error": error,
        }
        if trace is not None:
            self.where["trace_id"] = trace

    def remedy(self, ticks: str) -> str:
        """What to do; `ticks` is the topic of which it does not help to set a record aside."""
        again = (
            "Start the worker again; what was judged is kept. If it ends here again, report it "
            "with this line"
        )
        topic, partition, offset = (self.where[name] for name in ("topic", "partition", "offset"))
        if topic == ticks:
            return (
                f"{again}, and install a release without the fault: what one tick brings, the "
                "next one brings as well."
            )
        if self._begun:
            return (
                f"{again}, and install a release without the fault: the record is among the facts "
                "already, and some of what follows from it is published."
            )
        return (
            f"{again}, and let it go on without this record: consentry skip --topic {topic} "
            f'--partition {partition} --offset {offset} --why "..."'
        )


def _never() -> bool:
    return False


class PartitionJudge:
    """Judges the slices of one partition number."""

    def __init__(
        self,
        partition: PartitionTask,
        settings: Settings,
        policy: Policy,
        owned: int = 1,
        tally: WorkerStats | None = None,
        clock: OwnClock | None = None,
        registry: RegistryDecoder | None = None,
        published: Published | None = None,
    ) -> None:
        """`owned` is among how many partition numbers the bounds of a worker are shared.

        `tally` is the process's, of all its partition numbers. With `clock` ticks are
        compared, and one far ahead ends the worker; and timestamps of records. `registry`
        has the schemas of all records in memory before they are judged; `published` says how
        findings are written.
        """
        self._clock = clock
        self._tally = WorkerStats() if tally is None else tally
        self.raised: list[int] = []
        """Timestamps of records that led to findings or duties, for the caller to take out."""
        self._partition = partition
        self._progress = partition.progress
        self._policy = policy
        self._names = settings.topics
        self._ticks = settings.topics.ticks
        self._changelog = settings.topics.changelog
        self._max_bytes = settings.output_max_bytes
        self._published = Published() if published is None else published
        self._arrivals = Arrivals(
            self._names,
            self._max_bytes,
            registry,
            cloud_events=settings.input_envelope == "cloudevents",
        )
        self._limit = DeadLetterLimit(
            settings.dead_letter_limit_share, settings.dead_letter_limit_records
        )
        self._aside = DeadLetterWriter(
            self._names,
            policy,
            partition.number,
            partition.count,
            settings.output_max_bytes,
            self._published,
        )
        self.subjects = Subjects(
            partition.rows,
            settings.live_subjects // owned,
            settings.live_subjects_max_bytes // owned,
            policy,
        )
        self.retention = Retention(
            partition.number, partition.rows, self.subjects, self._progress, policy
        )
        self._skips = {(skip.topic, skip.offset): skip for skip in self._progress.skips}
        self.strays = Strays()
        self.set_aside: list[DeadLettered] = []
        """Records that were set aside, for the caller to take out."""
        self.due: Callable[[], bool] = _never
        """Whether judging has taken so long that others should have a turn."""
        self._long: LongWork | None = None
        self._leaving: Iterator[Leaving] | None = None
        """Of the tick that is being judged, once its deadlines are through."""
        self._taken_up: LongWork | None = None
        self._place = "", -1
        self._bounds = partition.committer.bounds
        self._batch = self._begin()

    def batches(self, piece: PollBatch) -> Iterator[OutputBatch]:
        """Judge a slice, in batches no larger than a transaction may be.

        Between two batches the caller may do other work, and may stop for good. Raises
        RuleFault on a bug and ConsentryError where somebody must act.
        """
        if self._clock is not None:
            self._arrivals.read_at(self._clock.now, self._clock.limit)
        self._bounds = self._partition.committer.bounds
        if self._long is not None:
            # The last slice was given up in the midst of a record. Its topics are read again,
            # perhaps in another order, so this is finished as after a restart.
            self._taken_up, self._long = self._long, None
        self._leaving = None  # and a tick that was given up is read again
        batch = self._begin()
        positions = batch.positions
        while not (self._rest_left() and self._resumed()):
            yield self._batch_ends()
            batch = self._begin()
            positions = batch.positions
        for judged, record in enumerate(piece.records, 1):
            while not self._all_of(record):
                # Until all that it brings is published, it is the next record to read.
                positions[record.topic] = record.offset
                yield self._batch_ends()
                batch = self._begin()
                positions = batch.positions
            positions[record.topic] = record.offset + 1
            if judged % RECORDS_AT_ONCE == 0 or self._full():
                yield self._batch_ends()
                batch = self._begin()
                positions = batch.positions
        for topic, span in piece.spans.items():
            positions[topic] = span.end
        batch.final = True
        yield self._batch_ends()

    def _begin(self) -> OutputBatch:
        """A new batch; what it tells carries its number (`wire.progress`)."""
        self._stamp = ((BATCH_HEADER, b"%d" % (self._progress.sequence + 1)),)
        self._batch = OutputBatch()
        self._once = Once(self._batch, self._stamp, self._published)
        self._rejudged = 0
        return self._batch

    def _batch_ends(self) -> OutputBatch:
        self._once.settle()
        return self._batch

    def _full(self) -> bool:
        """Whether the batch is as large as it may be, or others should have a turn."""
        return self._rejudged >= RECORDS_AT_ONCE or self._batch.exceeds(self._bounds) or self.due()

    def _rest_left(self) -> bool:
        """Let the rest of a person go who was leaving when the last owner ended.

        False when the batch is full and more is left.
        """
        return self._cleared(self.retention.rest()) and not self._progress.leaving

    def _resumed(self) -> bool:
        """Go on with the record that was being judged when the last owner ended.

        False when the batch is full and more is left. The record itself will be read again.
        """
        unfinished = self._progress.unfinished
        if unfinished is None or unfinished.through:
            return True
        place = unfinished.topic, self._partition.number, unfinished.offset
        try:
            work = self._taken_up or self._take_up(unfinished)
            self._go_on(work)
        except Building:
            return False
        except (ConsentryError, CorruptRow):
            raise
        except Exception as error:  # noqa: BLE001 - its text may quote the record
            raise RuleFault(*place, type(error).__name__, begun=True) from None
        finally:
            self._batch.positions[unfinished.topic] = unfinished.offset
        self._progress.unfinished = work.unfinished()
        self._taken_up = None if work.through else work
        return work.through

    def _take_up(self, unfinished: Unfinished) -> LongWork:
        key = subject_of(unfinished.row)
        subject = self.subjects.find(key)
        if subject is None:
            raise CorruptRow("that is being judged is missing", unfinished.row)
        return taken_up(unfinished, key, subject, self._policy)

    def _go_on(self, work: LongWork) -> bool:
        """Judge again what is left. False when the batch is full and more is left."""
        while not work.through:
            decision = work.step(self._policy, self._progress.partition_time)
            self._rejudged += decision.rejudged
            self._write(work.key, work.subject, decision)
            if self._full():
                break
        return work.through

    def _all_of(self, record: Record) -> bool:
        """Judge a record. False for one that brings more than a batch may hold: go on."""
        try:
            counters = self._progress.count(record.topic)
            if self._long is not None:
                self._judge_on(counters)
            elif self._skips and (skip := self._skips.get((record.topic, record.offset))):
                refused = self._arrivals.skipped(record, skip)
                self._put_aside(record, refused, counters)
            elif record.topic == self._ticks:
                if self._clock is not None:
                    place = record.topic, record.partition, record.offset
                    self._clock.check_tick(*place, record.timestamp)
                # A tick without a time that there is says nothing; time never goes back.
                if not self._tick(Instant(min(max(0, record.timestamp), LATEST))):
                    return False
                counters.judged += 1
            else:
                self._place = record.topic, record.offset
                self._event(record, counters)
        except Building:
            return False
        except (ConsentryError, CorruptRow):
            raise
        except Exception as error:  # noqa: BLE001 - its text may quote the record
            fault = type(error).__name__
            place = record.topic, record.partition, record.offset
            begun = self._long is not None
            raise RuleFault(*place, fault, trace_id(record), begun=begun) from None
        if self._long is not None:
            self._progress.unfinished = self._long.unfinished()
            return False
        counters.read += 1
        return True

    def _judge_on(self, counters: Counters) -> None:
        """Go on with a record; counted it is when all is published."""
        work = self._long
        if work is not None and self._go_on(work):
            self._long = self._progress.unfinished = None
            self._count(work.outcome, counters)

    def _count(self, outcome: Outcome, counters: Counters) -> None:
        if outcome is _NOT_ASSESSED:
            counters.not_assessed += 1
        else:
            counters.judged += 1

    def _event(self, record: Record, counters: Counters) -> None:
        self._limit.read(self._progress)
        fact = self._arrivals.ordinary(record)
        if fact is None:
            self._unusual(record, counters)
            return
        assert record.key is not None  # or the fact would not be ordinary
        key = SubjectKey(record.key)
        subject = self.subjects.find(key)
        if subject is None:
            if partition_for(key, self._partition.count) != record.partition:
                self._unusual(record, counters)
                return
            subject = Subject(fact.event.controller_id, fact.event.subject_id)
        elif record.partition != self._partition.number:
            self._unusual(record, counters)
            return
        self._judge(key, subject, fact, counters)

    def _unusual(self, record: Record, counters: Counters) -> None:
        """Judge, send home or set aside a record that takes the long way."""
        arrived = self._arrivals.read(record)
        if isinstance(arrived, Refused):
            self._set_aside(record, arrived, counters)
            return
        fact, key = arrived.fact, arrived.key
        subject = self.subjects.find(key)
        # A subject with rows here belongs here, and only others cost the hash.
        home = (
            self._partition.number
            if subject is not None
            else partition_for(key, self._partition.count)
        )
        match self._arrivals.settle(record, arrived, home):
            case Refused() as refused:
                self._set_aside(record, refused, counters)
            case Misrouted() as elsewhere:
                self._send_home(record, elsewhere, counters)
            case Arrived():
                if arrived.unknown_fields:
                    self._tally.unknown_fields[record.topic] += arrived.unknown_fields
                subject = subject or Subject(fact.event.controller_id, fact.event.subject_id)
                self._judge(key, subject, fact, counters)

    def _judge(self, key: SubjectKey, subject: Subject, fact: Fact, counters: Counters) -> None:
        progress = self._progress
        decision = judge(subject, fact, self._policy, progress.partition_time, AT_ONCE)
        outcome = decision.outcome
        if outcome is _JUDGED or outcome is _NOT_ASSESSED:
            at = fact.event.occurred_at
            if progress.judged_until is None or at > progress.judged_until:
                progress.judged_until = at
            if not decision.left:
                self._count(outcome, counters)
            if outcome is _JUDGED and isinstance(fact.event, DataShare):
                self._tally.shared(subject)
            if decision.findings or decision.duties:
                self.raised.append(fact.ingested_at)
            self._write(key, subject, decision)
            self._rejudged += decision.rejudged
            if decision.left:
                self._long = LongWork(key, subject, fact, decision.left, self._place, outcome)
                self._judge_on(counters)
        elif outcome is Outcome.DUPLICATE:
            counters.duplicates += 1
        elif outcome is Outcome.REPLAY:
            self._replayed(fact, counters)
        elif outcome is Outcome.EXPIRED:
            counters.expired += 1
        else:
            assert_never(outcome)

    def _replayed(self, fact: Fact, counters: Counters) -> None:
        """A record whose fact is stored: read before, or the one that was judged in pieces."""
        unfinished = self._progress.unfinished
        if unfinished is None or (unfinished.topic, unfinished.offset) != self._place:
            counters.replays += 1
            return
        # All that it brings was published when work was taken up again.
        self._progress.unfinished = None
        late = not_assessed(fact.event, self._policy)
        self._count(_NOT_ASSESSED if late else _JUDGED, counters)

    def _tick(self, now: Instant) -> bool:
        """Time passes: never back, and only by what stands on the topic.

        False when the batch is full, or others should have a turn, and deadlines or
        subjects that leave are left.
        """
        progress = self._progress
        clock = progress.partition_time = latest(progress.partition_time, now) or now
        if self._leaving is None:
            if not self._deadlines(clock):
                return False
            self._leaving = self.retention.leaving(clock)
        if not self._cleared(self._leaving):
            return False
        self._leaving = None
        return True

    def _deadlines(self, clock: Instant) -> bool:
        """Judge what is due. False when the batch is full and more is left."""
        progress = self._progress
        while (key := self.subjects.deadlines.first_passed(clock)) is not None:
            try:
                subject = self.subjects.find(key)
            except Building:
                self.subjects.deadlines.set(key, Instant(clock - 1))
                raise
            if subject is None:
                continue
            decision = judge_deadlines(subject, clock, self._policy, AT_ONCE)
            self._rejudged += decision.rejudged
            # A label is due by what was stored; only an overdue duty looks at the policy now.
            if decision.duties:
                progress.judged_until = latest(progress.judged_until, clock)
            self._write(key, subject, decision)
            if self._full():
                return False
        return True

    def _cleared(self, leaving: Iterator[Leaving]) -> bool:
        """Write what leaves. False when the batch is full, or others should have a turn."""
        for some in leaving:
            self._clear(some)
            if self._batch.exceeds(self._bounds) or self.due():
                return False
        return True

    def _clear(self, some: Leaving) -> None:
        """Tombstones for what was written about a subject."""
        self._tally.subjects_left += some.last
        number, names, add = self._partition.number, self._names, self._batch.add
        self._once.settle()
        for place in some.rows:
            add(Output(names.changelog, number, place, None))
        for topic, addresses in (
            (names.violations, some.violations),
            (names.duties, some.duties),
        ):
            for address in addresses:
                add(Output(topic, number, address.encode(), None, self._stamp))

    def _write(self, key: SubjectKey, subject: Subject, decision: Decision) -> None:
        number, once = self._partition.number, self._once
        for place, row in self.subjects.keep(key, subject, decision.rows):
            once.row(Output(self._changelog, number, place, row))
        if not decision.findings and not decision.duties:
            return
        names, tally = self._names, self._tally
        for finding in decision.findings:
            tally.finding(finding)
            once.finding(names.violations, number, finding)
        for duty in decision.duties:
            tally.duty(duty)
            once.duty(names.duties, number, duty)

    def _send_home(self, record: Record, elsewhere: Misrouted, counters: Counters) -> None:
        """Re-key a record that came with another key or on another partition."""
        counters.rekeyed += 1
        arrived, home = elsewhere
        self.strays[stray(record, arrived.key)] += 1
        room = room_for_headers(arrived.key, record.value, self._max_bytes)
        headers = headers_of(arrived.origin, record, room)
        self._batch.add(Output(self._names.rekeyed, home, arrived.key, record.value, headers))

    def _set_aside(self, record: Record, refused: Refused, counters: Counters) -> None:
        """Set aside a record that cannot be judged; too many of them stop the worker."""
        self._limit.dead(self._progress, self._partition.number)
        self._put_aside(record, refused, counters)

    def _put_aside(self, record: Record, refused: Refused, counters: Counters) -> None:
        """Count a record that is not judged, and keep it with the reason."""
        counters.dead_lettered += 1
        code = refused.rejected.dead_letter.code
        self.set_aside.append(
            DeadLettered(record.topic, record.partition, record.offset, code, trace_id(record))
        )
        self._tally.dead_letters[code] += 1
        self._tally.finding(self._aside.put(record, refused, self._batch))
