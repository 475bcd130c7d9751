"""The agent that judges: poll batches in, batches to the committer of their partition.

It never waits for a delivery. Whatever it does not understand ends the process: Faust
would start the agent again, and the next poll batch would commit past the lost one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, cast

import structlog
from faust.streams import Stream

from streams.agents.clocks import Clocks
from streams.agents.judged_batch import JudgedBatch
from streams.agents.judges import Judges
from streams.agents.rule_fault import RuleFault
from streams.agents.throttled_log import DeadLetterLog, RekeyedLog
from streams.app import ConsentryApp
from streams.errors import ConsentryError
from streams.measures.worker_stats import WorkerStats
from streams.transport import process_exit
from streams.transport.clock import OwnClock
from streams.transport.commit.output_batch import OutputBatch
from streams.transport.faust_driver import Consumer
from streams.transport.fetch.poll_batch import Discontinuity, Poll, PollBatch
from streams.transport.paused_log import log_paused
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.framing import with_schema_header
from streams.wire.rows import CorruptRow

COMMIT_FIRST_S: Final = 1.0
"""A commit that has taken so long goes before further judging; one takes 5 to 30 ms."""

TURN_S: Final = 0.1
"""How long judging may have the loop at a stretch; /live and heartbeats wait for it."""

SHORT_TURN_S: Final = 0.002
"""How long it takes it where it can give it up for nothing; a few records are judged at once.

Each round trip of a transaction waits for a turn or two: with five milliseconds for each, a
transaction took 50 ms while every record had its person swept first.
"""

ROUNDS: Final = 4
"""Of the loop between two partition numbers, after a short turn.

From an answer at the socket to the next request of its transaction it takes some six rounds of
the loop. With one, each of them waited for as many partition numbers to be judged.
"""

log = structlog.get_logger("consentry.worker")


def install(app: ConsentryApp, stats: WorkerStats | None = None) -> Judges:
    """Put the agent on the app; it reads every topic that is judged, and counts in `stats`."""
    names = app.settings.topics
    records = app.topic(
        *names.judged,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )
    judging = Judging(app, stats)
    app.agent(records, name="judge")(judging.poll_batches)  # type: ignore[arg-type]  # a Stream
    return judging.judges


class Turn:
    """How long judging has had the loop; the core does not know of time, so it is asked here."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Others have had their turn."""
        self._ends = time.monotonic() + TURN_S

    def over(self) -> bool:
        """Whether others should have one."""
        return time.monotonic() > self._ends

    def long_enough(self) -> bool:
        """Whether others may have one, between two partition numbers."""
        return time.monotonic() > self._ends - TURN_S + SHORT_TURN_S


class Judging:
    """Judges poll batches in the order in which the transport hands them over."""

    def __init__(self, app: ConsentryApp, stats: WorkerStats | None = None) -> None:
        self._app = app
        self._stats = WorkerStats() if stats is None else stats
        self._rekeyed_log = RekeyedLog()
        self._dead_letter_log = DeadLetterLog()
        self._clock = OwnClock(app.settings.clock_jump_max_s)
        # The settings make the names of topics each time that they are asked.
        self._ticks = frozenset({app.settings.topics.ticks})
        self.judges = Judges(app, self._clock, self._stats)
        self._clocks = Clocks(app, self._clock, self._stats)

    async def poll_batches(self, stream: Stream[Any]) -> None:
        """The body of the agent."""
        try:
            async for event in stream.noack().events():
                await self._judge(event.message)
        except asyncio.CancelledError:
            if not self._app.should_stop:
                process_exit.crash("the agent was cancelled")
            raise
        except (ConsentryError, CorruptRow) as error:
            process_exit.stop_for(self._explain(error))
        except RuleFault as fault:
            process_exit.crash(
                "a rule failed; the record stays uncommitted",
                remedy=fault.remedy(self._app.settings.topics.ticks),
                **fault.where,
            )
        except Discontinuity as gap:
            process_exit.crash(
                "a poll batch does not continue where the last one ended",
                topic=gap.topic,
                expected=gap.expected,
                start=gap.start,
            )
        except BaseException as error:  # noqa: BLE001 - see above
            process_exit.crash("the agent failed", error=type(error).__name__)

    async def _judge(self, message: Any) -> None:
        """Judge what a poll gave, one partition number after the other."""
        poll: Poll = message.value
        turn = Turn()
        for poll_batch in poll.poll_batches:
            await self._judge_one(poll_batch, message, turn)
            if turn.long_enough():
                # What was judged is written while the next is judged.
                for _ in range(ROUNDS):
                    await asyncio.sleep(0)
                turn.begin()
        assignment = cast("Consumer", self._app.consumer).current_assignment
        if assignment is not None:
            assignment.judged(poll.poll_batches)

    async def _judge_one(self, poll_batch: PollBatch, message: Any, turn: Turn) -> None:
        await self._clocks.look(poll_batch.records, poll_batch.partition)
        await self._fetch_schemas(poll_batch)
        consumer = cast("Consumer", self._app.consumer)
        partition = consumer.partition_of(poll_batch)
        if partition is None:
            return
        partition.enter(poll_batch)
        owned = len(consumer.current_assignment.numbers) if consumer.current_assignment else 1
        judge = self.judges.of(partition, owned)
        for batch in judge.batches(poll_batch, turn.over):
            output = batch.output
            output.done = self._done(batch, poll_batch, message, consumer)
            # Before the next record is looked at: the batch carries the progress up to here.
            partition.hand_over(output)
            self._account(batch, partition.number)
            await self._let_others_run(partition, output)
            gone = self._app.should_stop or consumer.partition_of(poll_batch) is not partition
            if gone and not output.final:
                return
            if not output.final:
                turn.begin()

    async def _fetch_schemas(self, poll_batch: PollBatch) -> None:
        """Have the schemas of framed records in memory; while the registry is away, wait.

        A record that is to be set aside is not asked about: its id may be why it must be.
        """
        registry = self._app.registry
        if registry is None:
            return
        partition = cast("Consumer", self._app.consumer).partition_of(poll_batch)
        skips = () if partition is None else partition.progress.skips
        aside = {(skip.topic, skip.offset) for skip in skips}
        await registry.ensure(
            with_schema_header(record.value, record.headers)
            for record in poll_batch.records
            if (record.topic, record.offset) not in aside
        )

    def _done(
        self, batch: JudgedBatch, poll_batch: PollBatch, message: Any, consumer: Consumer
    ) -> Callable[[], object] | None:
        """What to do once a batch is committed; the last one completes its poll batch.

        `message` is what that came with.
        """
        final, led_at = batch.output.final, batch.led_at
        if not final and not led_at:
            return None

        def done() -> None:
            if led_at:
                self._stats.published(led_at, time.time() * 1000)
            if final:
                consumer.committed(poll_batch, message)

        return done

    def _account(self, batch: JudgedBatch, number: int) -> None:
        """Count what a batch brought, and log what could not be judged where it stood."""
        stats = self._stats
        stats.add(batch.stats)
        judged = {topic for topic, ends in batch.counters.items() if stats.ended(topic, ends)}
        stats.seen(batch.records, judged, self._clock.limit)
        if judged - self._ticks:
            stats.judged_at = time.monotonic()
        for topic, one in batch.paused:
            log_paused(topic, number, one)
        if batch.rekeyed:
            self._rekeyed_log.report(batch.rekeyed)
        if batch.dead_lettered:
            self._dead_letter_log.report(batch.dead_lettered)

    async def _let_others_run(self, partition: PartitionTask, batch: OutputBatch) -> None:
        """Judging never waits for a commit, but must not starve it or outgrow memory.

        A commit takes many turns of the loop, and each turn that judging takes between is
        long where the processor is short; a transaction would then end by its timeout.
        """
        committer = partition.committer
        if committer.waiting_s(time.monotonic()) > COMMIT_FIRST_S:
            await committer.drained()
        elif committer.crowded:
            # A few large events, or a tick after a long time, can bring more than memory
            # should hold.
            await committer.thinned()
        elif not batch.final:
            await asyncio.sleep(0)

    def _explain(self, error: ConsentryError | CorruptRow) -> ConsentryError:
        if isinstance(error, ConsentryError):
            return error
        problem = f"{error} in {self._app.settings.topics.changelog}"
        return ConsentryError(problem, unreadable_row("", 0).remedy)
