"""A worker's process on the broker in memory: the product's own parts, Faust's left out.

Taking over, giving up, holding, judging and committing are the product's. What stands in
for Faust: `poll` cuts slices, `feed` queues them for the agent, and a supervisor starts
an agent again that raised. A process that ends itself, or is killed, does nothing more:
its requests never arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from heapq import merge
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from aiokafka.errors import OffsetOutOfRangeError
from faust.types import TP

from streams.agents.judge import Judging
from streams.core.policy import Policy, default_policy
from streams.transport.client_errors import fail
from streams.transport.clock import OwnClock
from streams.transport.commit.output_batch import Bounds
from streams.transport.fetch.log_range import LogRange, out_of_range
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.state.stores import Stores
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.state_owner import owner_of
from streams.transport.tasks.task_initializer import TaskInitializer
from streams.transport.tasks.task_plan import TaskClients, TaskPlan
from tests.invariants.ending import Ended, T
from tests.invariants.line import Line
from tests.invariants.settings import JUDGED, NAMES, SETTINGS
from tests.invariants.without_faust import DriverConsumer, Group, Message, Stream, nothing
from tests.model.broker import Broker
from tests.model.clients import Producer, Reader
from tests.model.log import Record

_current: ContextVar[Process] = ContextVar("process")


def leave(code: int) -> NoReturn:
    """Stands in for `ending.leave`: the process that runs this is no more."""
    process = _current.get()
    process.kill()
    process.code = code
    raise Ended


class Process:
    """One worker's process. `code` is how it ended itself, None as long as it has not."""

    def __init__(
        self,
        broker: Broker,
        *,
        policy: Policy | None = None,
        policy_number: int = 0,
        producer: type[Producer] = Producer,
        reader: type[Reader] = Reader,
        stores: Stores | None = None,
        **settings: Any,
    ) -> None:
        self._stores_of_its_own = stores
        self.broker = broker
        self.settings = SETTINGS.model_copy(update=settings)
        basis = JudgingBasis(policy or default_policy(), policy_number)
        self.line = Line(broker)
        self.code: int | None = None
        self.over = asyncio.Event()
        self.queue: asyncio.Queue[Message] = asyncio.Queue()
        self.places: set[TP] = set()
        self.positions: dict[tuple[str, int], int] = {}
        self.read_committed = True
        self.reset = "none"
        """What the client does at a position that its log does not hold: none, or earliest."""
        self.offsets: dict[str, int] | None = None
        """What it takes for the committed offsets of every number; None for the truth."""

        self.app = SimpleNamespace(
            settings=self.settings,
            basis=basis,
            registry=None,
            schema_ids=None,
            should_stop=False,
            catch_up=nothing,
        )
        self.consumer = self.app.consumer = DriverConsumer(self)
        self._producer = producer
        self._reader = reader
        self._context = copy_context()
        self._context.run(_current.set, self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._agent: asyncio.Task[None] | None = None

    # What happens to it.

    def kill(self) -> None:
        """It is no more: nothing of it reaches the broker."""
        self.line.cut = True
        self.over.set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something in this process."""
        task = asyncio.create_task(work, context=self._context)
        self._tasks.add(task)
        return task

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in this process. Raises Ended when that, or anything else, ends it."""
        task = self.spawn(work)
        over = asyncio.create_task(self.over.wait())
        await asyncio.wait({task, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if self.over.is_set():
            raise Ended
        return task.result()

    async def assign(self, *numbers: int) -> None:
        """The group gives it these numbers of every topic: a rebalance from end to end."""
        await self.assign_places({TP(topic, number) for topic in JUDGED for number in numbers})

    async def assign_places(self, places: set[TP]) -> None:
        """The group gives it these topics and partitions."""
        self.places = places
        await self.do(self.consumer.rebalance(places))

    # What it does.

    def poll(self, records: int = 1000) -> list[PollBatch]:
        """Slices from where reading stands, at most so many offsets of each topic."""
        assignment = self.consumer.current_assignment
        assert assignment is not None
        poll_batches = []
        for number in sorted(assignment.numbers):
            spans, parts = {}, []
            for place in sorted(place for place in self.places if place.partition == number):
                start, end, found = self._read(place, records)
                if end > start:
                    spans[place.topic] = OffsetSpan(start, end)
                    parts.append(found)
            if spans:
                in_time = list(merge(*parts, key=attrgetter("timestamp")))
                poll_batches.append(PollBatch(number, assignment.counter, spans, in_time))
        return poll_batches

    def _read(self, place: TP, records: int) -> tuple[int, int, list[Record]]:
        start = self.positions.get(place, 0)
        log = self.broker.logs[place]
        try:
            found, end = log.read(start, records, committed=self.read_committed)
        except OffsetOutOfRangeError:
            if self.reset == "none":
                reach = LogRange(log.start, log.stable_end)
                lost = out_of_range(place.topic, place.partition, start, reach)
                self._context.run(fail, lost, "polling")
            # The client begins at the start of the log, and one poll brings what stands there.
            found, end = log.read(log.start, records, committed=self.read_committed)
        self.positions[place] = end
        return start, end, found

    def feed(self, *poll_batches: PollBatch) -> None:
        """Queue poll batches for the agent, as what one poll gave."""
        if self._agent is None:
            self._agent = self.spawn(self._supervise())
        assignment = self.consumer.current_assignment
        if poll_batches and assignment and poll_batches[0].assignment == assignment.counter:
            assignment.hand_on(poll_batches)
        if poll_batches:
            self.queue.put_nowait(Message(*poll_batches))

    async def rest(self) -> None:
        """Return when all that was fed is judged and committed. Raises Ended."""

        async def wait() -> None:
            await self.queue.join()
            for partition in self.consumer.owned.values():
                await partition.committer.drained()

        await self.do(wait())

    async def swept(self) -> None:
        """Return when no subject is left that an earlier policy judged. Raises Ended."""

        async def wait() -> None:
            while any(one.progress.sweeping for one in self.consumer.owned.values()):  # noqa: ASYNC110 - nothing says when
                await asyncio.sleep(0.01)
            await self.rest()

        await self.do(wait())

    async def judge_all(self, records: int = 1000) -> None:
        """Judge to the end of the inputs. Raises Ended."""
        while poll_batches := self.poll(records):
            self.feed(*poll_batches)
            await self.rest()

    async def _supervise(self) -> None:
        """Faust starts an agent again that raised; what it was at is gone."""
        judging = Judging(cast("Any", self.app))
        while True:
            try:
                await judging.poll_batches(cast("Any", Stream(self.queue)))
            except Exception:  # noqa: BLE001 - as Faust does
                if cast("asyncio.Task[None]", asyncio.current_task()).cancelling():
                    return

    def take_over(self) -> TaskInitializer:
        """What taking over needs, on the broker in memory."""
        settings = self.settings
        plan = TaskPlan(
            group_id=settings.group_id,
            topics=JUDGED,
            counted=(*JUDGED, NAMES.changelog),
            changelog=NAMES.changelog,
            bounds=Bounds(
                settings.transaction_max_records,
                settings.transaction_max_bytes,
                settings.transaction_timeout_s,
            ),
            basis=self.app.basis,
            accept_lost_input=settings.accept_lost_input,
            owner=owner_of(settings),
        )
        clients = TaskClients(
            group=Group(self),
            new_producer=lambda number: cast(
                "Any", self._producer(self.broker, self.line, settings.transactional_id(number))
            ),
            new_reader=self._new_reader,
        )
        clock = OwnClock(settings.clock_jump_max_s)
        return TaskInitializer(plan, clients, stores=self._stores_of_its_own, clock=clock)

    def _new_reader(self) -> Any:
        reader: Any = self._reader(self.broker, self.line)

        async def known(_topics: object) -> None: ...

        reader._client = SimpleNamespace(set_topics=known)
        return reader
