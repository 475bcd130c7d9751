"""The agent that judges: slices in, batches to the committer of their partition.

It never waits for a delivery. Whatever it does not understand ends the process: Faust
would start the agent again, and the next slice would commit past the lost one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, cast

import structlog
from faust.streams import Stream

from streams.agents.clocks import Clocks
from streams.agents.dead_letter_log import DeadLetterLog
from streams.agents.partition_judge import PartitionJudge, RuleFault
from streams.agents.published import Published
from streams.agents.rekeyed_log import RekeyedLog
from streams.app import ConsentryApp
from streams.errors import ConsentryError
from streams.measures.worker_stats import WorkerStats, ends_of
from streams.transport import process_exit
from streams.transport.clock import OwnClock
from streams.transport.commit.transactions import OutputBatch
from streams.transport.faust_driver import Consumer
from streams.transport.fetch.poll_batch import Discontinuity, PollBatch
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.rows import CorruptRow

COMMIT_FIRST_S: Final = 1.0
"""A commit that has taken so long goes before further judging; one takes 5 to 30 ms."""

TURN_S: Final = 0.1
"""How long judging may have the loop at a stretch; /live and heartbeats wait for it."""

log = structlog.get_logger("consentry.worker")


def install(app: ConsentryApp, tally: WorkerStats | None = None) -> None:
    """Put the agent on the app; it reads every topic that is judged, and counts in `tally`."""
    names = app.settings.topics
    records = app.topic(
        *names.inputs.values(),
        names.rekeyed,
        names.ticks,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )
    app.agent(records, name="judge")(Judging(app, tally).slices)  # type: ignore[arg-type]  # a Stream


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


class Judging:
    """Judges slices in the order in which the transport hands them over."""

    def __init__(self, app: ConsentryApp, tally: WorkerStats | None = None) -> None:
        self._app = app
        self._tally = WorkerStats() if tally is None else tally
        self._indexing: set[asyncio.Task[None]] = set()
        self._stray_log = RekeyedLog()
        self._aside_log = DeadLetterLog()
        self._clock = OwnClock(app.settings.clock_jump_max_s)
        self._clocks = Clocks(app, self._clock, self._tally)

    async def slices(self, stream: Stream[Any]) -> None:
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
                "a slice does not continue where the last one ended",
                topic=gap.topic,
                expected=gap.expected,
                start=gap.start,
            )
        except BaseException as error:  # noqa: BLE001 - see above
            process_exit.crash("the agent failed", error=type(error).__name__)

    async def _judge(self, message: Any) -> None:
        piece: PollBatch = message.value
        await self._clocks.look(piece.records, piece.partition)
        await self._fetch_schemas(piece)
        consumer = cast("Consumer", self._app.consumer)
        partition = consumer.partition_of(piece)
        if partition is None:
            return
        partition.enter(piece)
        judge = self._judge_of(partition, consumer)
        counters = partition.progress.counters
        before = {topic: ends_of(counters.get(topic)) for topic in piece.spans}
        try:
            await self._hand_over(message, partition, judge, consumer)
        finally:
            judged = {
                topic
                for topic, ends in before.items()
                if self._tally.ended(topic, ends, ends_of(counters.get(topic)))
            }
            self._tally.seen(piece.records, judged, self._clock.limit)
        if judge.strays:
            self._stray_log.tell(judge.strays)
        if judge.set_aside:
            self._aside_log.tell(judge.set_aside)
            judge.set_aside = []

    async def _fetch_schemas(self, piece: PollBatch) -> None:
        """Have the schemas of framed records in memory; while the registry is away, wait.

        A record that is to be set aside is not asked about: its id may be why it must be.
        """
        registry = self._app.registry
        if registry is None:
            return
        partition = cast("Consumer", self._app.consumer).partition_of(piece)
        skips = () if partition is None else partition.progress.skips
        aside = {(skip.topic, skip.offset) for skip in skips}
        await registry.ensure(
            record.value for record in piece.records if (record.topic, record.offset) not in aside
        )

    async def _hand_over(
        self, message: Any, partition: PartitionTask, judge: PartitionJudge, consumer: Consumer
    ) -> None:
        """Judge a slice, batch by batch, while the partition number is ours."""
        piece: PollBatch = message.value
        turn = Turn()
        judge.due = turn.over
        for batch in judge.batches(piece):
            raised, judge.raised = judge.raised, []
            batch.done = self._done(raised, message if batch.final else None, consumer)
            # Before the next record is looked at: the batch carries the progress up to here.
            partition.hand_over(batch)
            await self._let_others_run(partition, batch)
            gone = self._app.should_stop or consumer.partition_of(piece) is not partition
            if gone and not batch.final:
                return
            turn.begin()

    def _done(
        self, raised: list[int], message: Any | None, consumer: Consumer
    ) -> Callable[[], object] | None:
        """What to do once a batch is committed: `message` is the slice that it completes."""
        if message is None and not raised:
            return None

        def done() -> None:
            if raised:
                self._tally.published(raised, time.time() * 1000)
            if message is not None:
                consumer.ack(message)

        return done

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

    def _judge_of(self, partition: PartitionTask, consumer: Consumer) -> PartitionJudge:
        if partition.live is None:
            owned = len(consumer.current_assignment.numbers) if consumer.current_assignment else 1
            judge = PartitionJudge(
                partition,
                self._app.settings,
                self._app.policy,
                owned,
                self._tally,
                self._clock,
                self._app.registry,
                Published.of(self._app.settings, self._app.schema_ids),
            )
            partition.live = judge
            task = asyncio.create_task(self._index(partition, judge))
            self._indexing.add(task)
            task.add_done_callback(self._indexing.discard)
        live: PartitionJudge = partition.live
        return live

    async def _index(self, partition: PartitionTask, judge: PartitionJudge) -> None:
        """Find the deadlines of restored subjects between slices."""
        try:
            for _ in judge.subjects.index():
                await asyncio.sleep(0)
        except CorruptRow:
            process_exit.stop_for(
                unreadable_row(self._app.settings.topics.changelog, partition.number)
            )
        except Exception as error:  # noqa: BLE001 - its text may quote a row
            process_exit.crash("indexing failed", error=type(error).__name__)

    def _explain(self, error: ConsentryError | CorruptRow) -> ConsentryError:
        if isinstance(error, ConsentryError):
            return error
        problem = f"{error} in {self._app.settings.topics.changelog}"
        return ConsentryError(problem, unreadable_row("", 0).remedy)
