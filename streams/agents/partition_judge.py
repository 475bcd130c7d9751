"""Judging the records of one partition number: bytes in, batches of outputs out.

Nothing here waits, asks the time or reads anything but its arguments and the partition's
own state: the same records in the same order give the same batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from streams.agents.commander import Commander
from streams.agents.dead_letter_writer import DeadLetterWriter
from streams.agents.event_judge import EventJudge
from streams.agents.judged_batch import RECORDS_AT_ONCE, JudgedBatch
from streams.agents.long_work import LongRecords
from streams.agents.output_encoder import OutputEncoder
from streams.agents.record_run import RecordRun
from streams.agents.rule_fault import RuleFault
from streams.agents.subjects import Building, Stale, Subjects
from streams.agents.sweeper import Sweeper
from streams.agents.tick_judge import TickJudge
from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.clock import OwnClock
from streams.transport.fetch.poll_batch import PollBatch
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.arrival import Arrivals
from streams.wire.framing import RegistryDecoder
from streams.wire.progress import Counters
from streams.wire.record import Record
from streams.wire.rows import CorruptRow
from streams.wire.traces import trace_id


def _never() -> bool:
    return False


class PartitionJudge:
    """Judges the poll batches of one partition number."""

    def __init__(
        self,
        partition: PartitionTask,
        settings: Settings,
        policy: Policy,
        owned: int = 1,
        clock: OwnClock | None = None,
        registry: RegistryDecoder | None = None,
        encoder: OutputEncoder | None = None,
    ) -> None:
        """`owned` is among how many partition numbers the bounds of a worker are shared.

        With `clock` ticks are compared, and one far ahead ends the worker; and timestamps of
        records. `registry` has the schemas of all records in memory before they are judged;
        `encoder` says how findings are written.
        """
        self._encoder = OutputEncoder() if encoder is None else encoder
        self.partition = partition
        self._progress = partition.progress
        self._names = settings.topics
        self._inputs = frozenset(settings.topics.input_types)
        self._clock = clock
        self.subjects = Subjects(
            partition.rows,
            settings.live_subjects // owned,
            settings.live_subjects_max_bytes // owned,
            policy,
        )
        self.sweeper = Sweeper(
            partition.number, partition.rows, self.subjects, self._progress, policy
        )
        self._long_records = LongRecords(partition.number, self.subjects, self._progress, policy)
        self.ticks = TickJudge(partition, self.subjects, policy, clock)
        self._commander = Commander(
            partition, settings.topics, self.subjects, self.ticks.retention, policy
        )
        arrivals = Arrivals(
            settings.topics,
            settings.output_max_bytes,
            registry,
            cloud_events=settings.input_envelope == "cloudevents",
        )
        dead_letters = DeadLetterWriter(
            settings.topics,
            policy,
            partition.number,
            partition.count,
            settings.output_max_bytes,
            self._encoder,
        )
        self._events = EventJudge(
            partition,
            settings,
            policy,
            self.subjects,
            self._long_records,
            arrivals,
            dead_letters,
        )
        self._run = RecordRun(self._inputs, self._long_records, self._progress, self._events)
        self._skips = {(skip.topic, skip.offset): skip for skip in self._progress.skips}

    def batches(
        self, poll_batch: PollBatch, due: Callable[[], bool] = _never
    ) -> Iterator[JudgedBatch]:
        """Judge a poll batch, in batches no larger than a transaction may be.

        Between two batches the caller may do other work, and may stop for good; `due` says
        that judging has taken so long that others should have a turn. Raises RuleFault on a
        bug and ConsentryError where somebody must act.
        """
        if self._clock is not None:
            self._events.read_by(self._clock)
        self._long_records.begin_poll_batch()
        self.ticks.begin_poll_batch()
        self._commander.begin_poll_batch()
        batch = self._begin(due)
        while not self._resumed(batch):
            yield self._ended(batch)
            batch = self._begin(due)
        records, first, judged = poll_batch.records, 0, 0
        positions, paused = batch.output.positions, self._progress.paused
        while judged < len(records):
            full, begun = self._ordinary(records, judged, batch), self._run.begun
            judged = self._run.next
            if not full:
                if judged == len(records):
                    break
                record = records[judged]
                judged += 1
                if paused and record.topic in paused:
                    continue  # it stays where it is, and its position too
                while begun or not self._take(record, batch):
                    begun = False
                    # Until all that it brings is published, it is the next record to read.
                    positions[record.topic] = record.offset
                    yield self._ended(batch, records[first : judged - 1])
                    first, batch = judged - 1, self._begin(due)
                    positions = batch.output.positions
                if paused and record.topic in paused:
                    continue
                positions[record.topic] = record.offset + 1
                if judged % RECORDS_AT_ONCE and not batch.full():
                    continue
            yield self._ended(batch, records[first:judged])
            first, batch = judged, self._begin(due)
            positions = batch.output.positions
        positions.update(
            {topic: span.end for topic, span in poll_batch.spans.items() if topic not in paused}
        )
        batch.output.final = True
        batch.output.patient = self.sweeper.on and not batch.led_at  # judged again, nothing new
        yield self._ended(batch, records[first:])

    def _resumed(self, batch: JudgedBatch) -> bool:
        """Go on with what was begun before; whether that is through."""
        return (
            self.sweeper.settle(batch)
            and self.ticks.rest(batch)
            and self._long_records.resume(batch)
        )

    def sweep(self, due: Callable[[], bool] = _never) -> JudgedBatch:
        """Sweep some subjects, between two batches; those of a record under way among them.

        The batch is to be handed over like any other; it may hold nothing. Raises CorruptRow.
        """
        batch = self._begin(due)
        self.sweeper.go_on(batch)
        # A transaction commits offsets; nothing was read.
        ticks = self._names.ticks
        batch.output.positions[ticks] = self._progress.positions[ticks]
        return self._ended(batch)

    def _begin(self, due: Callable[[], bool]) -> JudgedBatch:
        return JudgedBatch(
            self._names,
            self.partition.number,
            self._progress.sequence + 1,
            self.partition.committer.bounds,
            due,
            self._encoder,
        )

    def _ended(self, batch: JudgedBatch, records: Sequence[Record] = ()) -> JudgedBatch:
        paused = self._progress.paused
        batch.records = [one for one in records if one.topic not in paused] if paused else records
        batch.end(self._progress)
        return batch

    def _ordinary(self, records: Sequence[Record], first: int, batch: JudgedBatch) -> bool:
        """Judge records from a place on, as far as they are as most; whether that fills a batch."""
        run = self._run
        if self._skips:
            run.next = first
            return False
        return run.fills(records, first, batch, self._events.judge, RECORDS_AT_ONCE)

    def _take(self, record: Record, batch: JudgedBatch) -> bool:
        """Judge a record. False for one that brings more than a batch may hold: go on."""
        # As `sweeper.on` says; asked for each record.
        topic, long_records = record.topic, self._long_records
        if self.subjects.stale is not None and not self.sweeper.settled(
            None if long_records.current is not None else record.key, batch
        ):
            return False
        counters = batch.counters.get(topic) or batch.count(topic)
        try:
            self._run.fail()
            if long_records.current is None and not self._skips and topic in self._inputs:
                self._events.take(record, counters, batch)
            elif not self._dispatch(record, counters, batch):
                return False
        except Stale:
            # Not the subject of the record's own key: a deadline, or one that the event names.
            return self.sweeper.settle(batch) and not batch.full() and self._take(record, batch)
        except Building:
            return False
        except (ConsentryError, CorruptRow):
            raise
        except Exception as error:  # noqa: BLE001 - its text may quote the record
            place = record.topic, record.partition, record.offset
            begun = long_records.current is not None
            raise RuleFault(*place, type(error).__name__, trace_id(record), begun=begun) from None
        if long_records.current is not None:
            return False
        if topic in self._progress.paused:
            return True  # left for later: this was one dead letter too many
        counters.read += 1
        return True

    def _dispatch(self, record: Record, counters: Counters, batch: JudgedBatch) -> bool:
        """Judge a record by what it is. False for a tick or a command that is not through."""
        long_records = self._long_records
        if (work := long_records.current) is not None:
            long_records.go_on(work, counters, batch)
        elif self._skips and (skip := self._skips.get((record.topic, record.offset))):
            self._events.skip(record, skip, batch)
            if record.topic == self._names.commands:
                self._commander.set_aside(record, batch)
        elif record.topic in (self._names.ticks, self._names.commands):
            ticks = record.topic == self._names.ticks
            if not (self.ticks.take if ticks else self._commander.take)(record, batch):
                return False
            counters.judged += 1
        else:
            self._events.take(record, counters, batch)
        return True
