"""The Faust transport driver behind the URL scheme `consentry://`.

It hands Faust one message per poll, whose value holds a poll batch of each partition number.
App, conductor, agent, stream, assignor and rebalance stay Faust's; docs/adr/0010 says what is
overridden and why, docs/adr/0011 why the table is restored here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar

from faust.transport.drivers import aiokafka as stock
from faust.types import TP, ConsumerMessage

from streams.measures.transport_stats import TransportStats
from streams.settings import Settings
from streams.transport import process_exit
from streams.transport.client_errors import fail
from streams.transport.commit.pace import TransactionPace
from streams.transport.consumer_thread import Thread
from streams.transport.fetch.poll_batch import Discontinuity, PollBatch
from streams.transport.poll_loop import Polling, as_message
from streams.transport.ready_log import log_ready
from streams.transport.state.stores import Stores
from streams.transport.tasks.assignment import Assignment
from streams.transport.tasks.in_parallel import in_parallel
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.log_watch import Observer, agreed_numbers
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.task_initializer import TaskInitializer
from streams.transport.wiring import new_assignment, new_polling, new_stores, new_take_over


class Consumer(stock.Consumer):
    """Faust's consumer with poll batches instead of records, and commits in transactions."""

    _thread: Thread
    current_assignment: Assignment | None = None
    _polling: Polling
    """Set with the assignment, and of no use without it."""
    _kept: dict[int, PartitionTask]
    _assignments = 0
    _stores: Stores | None = None
    _taking: asyncio.Task[dict[int, PartitionTask]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = {}
        self.work = TransportStats()
        """What this process has committed and restored."""
        self.observer, self._pace = Observer(self.settings), TransactionPace()
        """Asks the cluster about the topics."""
        self._started_at = time.monotonic()
        self.ready_listeners: list[Callable[[Assignment], None]] = []
        self.app.on_rebalance_complete.connect(self._on_rebalance_complete)

    @property
    def settings(self) -> Settings:
        """The settings of the app."""
        return self._thread.settings

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, thread_loop=self.loop, beacon=self.beacon)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are judged, ticks and re-keyed records included."""
        names = self.settings.topics
        return names.judged

    # Polling.

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """One message for all partition numbers of which something can be judged."""
        assignment = self.current_assignment
        if assignment is None or not assignment.open:
            await asyncio.sleep(0.02)
            return
        try:
            poll_batches = await self._polling.poll_batches()
        except asyncio.CancelledError:
            raise
        except Discontinuity as gap:
            process_exit.crash(
                "a poll does not continue where the last one ended",
                topic=gap.topic,
                expected=gap.expected,
                start=gap.start,
            )
        except BaseException as error:
            fail(error, "polling")
            raise
        # After this point every poll batch must reach the agent, or the next one does not
        # continue and the process ends. Only a given-up assignment is exempt.
        if poll_batches and assignment.open:
            assignment.hand_on(poll_batches)
            yield as_message(poll_batches, self.app.consumer_generation_id)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Offsets have holes; continuity is checked by positions."""

    # Acknowledging and committing: offsets travel in the transactions.

    def partition_of(self, poll_batch: PollBatch) -> PartitionTask | None:
        """The partition to judge a poll batch in, or None for a poll batch that is out of date."""
        assignment = self.current_assignment
        return None if assignment is None else assignment.partition_of(poll_batch)

    @property
    def owned(self) -> dict[int, PartitionTask]:
        """The partitions that are owned now, or were last."""
        assignment = self.current_assignment
        return assignment.partitions if assignment is not None and assignment.taken else self._kept

    def committed(self, poll_batch: PollBatch, message: Any) -> None:
        """A poll batch is committed: its room comes back, and with the last one `message` is done."""
        if self.current_assignment is not None:
            self.current_assignment.give_back(poll_batch)
        if message.value.committed():
            self.ack(message)

    def ack(self, message: Any) -> bool:
        """All poll batches of a message are committed."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    async def _commit(self, offsets: Any) -> bool:
        return True

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's watchdog looks at its own commits, of which there are none."""

    # Assignments.

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let open transactions end before anything is given up."""
        await self._give_up()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin a new assignment; taking over follows when Faust says that all is assigned."""
        await self._give_up()
        self._assignments += 1
        try:
            numbers = await agreed_numbers(self.topics, assigned)
            self.current_assignment = new_assignment(self.settings, self._assignments, numbers)
            self._polling = new_polling(self._thread, self.topics, self.current_assignment)
        except Exception as error:
            # aiokafka would log it, and keep a member that never polls.
            fail(error, "assignment")
            raise
        await super().on_partitions_assigned(assigned, generation_id)

    async def _give_up(self) -> None:
        """Stop polling, then wait for the open transactions, bounded by a third of a session."""
        assignment, self.current_assignment = self.current_assignment, None
        if self._taking is not None:
            self._taking.cancel()
            await asyncio.wait([self._taking])
        if assignment is None:
            return
        assignment.end()
        if assignment.taken:
            self._kept = assignment.partitions
        try:
            async with asyncio.timeout(self.settings.session_timeout_s / 3):
                await in_parallel(p.committer.drained() for p in self._kept.values())
        except TimeoutError:
            process_exit.crash("open transactions did not end in time for a rebalance")

    async def _on_rebalance_complete(self, *args: Any, **kwargs: Any) -> None:
        assignment = self.current_assignment
        if assignment is None or assignment.taken:
            return
        self._taking = asyncio.create_task(self._take_over(assignment), name="take-over")
        try:
            await asyncio.wait([self._taking])
            if self._taking.cancelled():
                return
            partitions = self._taking.result()
        except asyncio.CancelledError:
            self._taking.cancel()
            raise
        except BaseException as error:
            fail(error, "taking over")
            raise
        finally:
            self._taking = None
        if self.current_assignment is assignment:
            assignment.take(partitions)
            self._kept = {}
        else:
            self._kept = partitions

    async def _take_over(self, assignment: Assignment) -> dict[int, PartitionTask]:
        kept = self._kept
        given_up = [number for number in kept if number not in assignment.numbers]
        await in_parallel(kept.pop(number).close() for number in given_up)
        await self._latest_basis()
        return await self._new_take_over().take(assignment.numbers, kept)

    def _new_take_over(self) -> TaskInitializer:
        basis = self.app.basis  # type: ignore[attr-defined]  # set in app.py
        self._stores = new_stores(self.settings) if self._stores is None else self._stores
        owned = len(self.current_assignment.numbers) if self.current_assignment is not None else 1
        common = self.work, self.observer, self._pace, self._latest_basis
        return new_take_over(self._thread, self.topics, basis, self._stores, owned, *common)

    async def _latest_basis(self) -> JudgingBasis:
        await self.app.catch_up()  # type: ignore[attr-defined]  # ours, see app.py
        return self.app.basis  # type: ignore[attr-defined,no-any-return]  # set in app.py

    async def perform_seek(self) -> None:
        """Set the positions where judging has come to, and open the assignment."""
        assignment = self.current_assignment
        if assignment is None or not assignment.taken or assignment.open:
            return
        positions = assignment.positions
        await self._thread.seek_all(positions)
        self._read_offset.update({TP(*place): at for place, at in positions.items()})
        if self.current_assignment is not assignment:
            return
        assignment.begin()
        log_ready(assignment.partitions, self._started_at)
        for listener in self.ready_listeners:
            listener(assignment)

    # Stopping.

    async def wait_empty(self) -> None:
        """Stop judging and wait until what was judged is committed."""
        await self._give_up()

    async def on_stop(self) -> None:
        """Close the transactional producers."""
        await self._give_up()
        await in_parallel(p.close() for p in self._kept.values())


class Transport(stock.Transport):
    """What the URL scheme `consentry://` stands for."""

    Consumer: ClassVar[type[Any]] = Consumer
