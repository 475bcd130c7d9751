"""A worker process of the model: the product's own code between a small Faust and the net.

Real are the driver's Consumer (holdings, taking over, giving up, seeking), everything
under it, and the agent that judges. In the place of Faust stand the few steps of it that
matter here, in Faust's order: the fetcher puts messages on the agent's queue, a rebalance
clears that queue between giving up and being assigned, and recovery signals that the
rebalance is complete and then seeks. In the place of the consumer's thread stands `Thread`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from aiokafka.errors import UnknownMemberIdError
from faust.types import TP

from streams.agents.judge import Judging
from streams.settings import Settings
from streams.transport import faust_driver
from streams.transport.client_errors import watch_membership
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.transport.tasks.partition_task import PartitionTask
from tests.model.broker import Broker
from tests.model.group import Group
from tests.model.network import Process
from tests.model.without_faust import Signal, Stream, Thread

if TYPE_CHECKING:
    from random import Random


class Worker:
    """What one process runs."""

    def __init__(
        self,
        process: Process,
        *,
        broker: Broker,
        group: Group,
        member: str,
        settings: Settings,
        latest: Callable[[], JudgingBasis],
        random: Random,
    ) -> None:
        self.process = process
        self._broker = broker
        self._group = group
        self._member = member
        self._settings = settings
        self._latest = latest
        self._basis = latest()
        self._random = random
        self.app = SimpleNamespace(basis=self._basis, consumer=None)

    @property
    def owned(self) -> list[PartitionTask]:
        """The partitions that it judges; none before it is started."""
        return list(self.consumer.owned.values()) if self.app.consumer is not None else []

    @property
    def basis(self) -> JudgingBasis:
        """The policy that it judges by."""
        return self._basis

    @basis.setter
    def basis(self, basis: JudgingBasis) -> None:
        self._basis = self.app.basis = basis

    async def main(self) -> None:
        """Start all that a worker starts."""
        self.stream = Stream()
        self._rebalanced = asyncio.Event()
        self.app = SimpleNamespace(
            settings=self._settings,
            basis=self._basis,
            registry=None,
            schema_ids=None,
            should_stop=False,
            consumer_generation_id=0,
            on_rebalance_complete=Signal(),
            stream=self.stream,
            consumer=None,
            catch_up=self._catch_up,
        )
        self.thread = Thread(self.process, self._broker, self._settings, self._random)
        self.consumer = faust_driver.Consumer(self.app, self.thread)
        self.app.consumer = self.consumer
        for part in (self._fetch(), self._membership(), self._recovery()):
            self._spawn(part)
        self._spawn(Judging(self.app).poll_batches(self.stream))  # type: ignore[arg-type]

    async def _catch_up(self) -> None:
        """The log of policies is read: it holds the latest."""
        found = await self.process.call("policy", self._latest)
        if found.stored.sequence > self._basis.stored.sequence:
            self.basis = found

    def _spawn(self, part: Any) -> None:
        async def guarded() -> None:
            try:
                await part
            except Exception:  # noqa: BLE001 - Faust would end the app
                self.process.leave(1)

        asyncio.create_task(guarded())  # noqa: RUF006 - the loop keeps it

    async def _fetch(self) -> None:
        """Faust's fetcher."""
        while True:
            async for _, message in self.consumer.getmany(1.0):
                self.stream.put(message)

    async def _membership(self) -> None:
        """The group coordinator's client."""
        me, member, topics = self.process.name, self._member, self.consumer.topics
        generation = SimpleNamespace(
            generation=1, _closing=asyncio.Event(), reset_generation=lambda: None
        )
        generation._closing.done = lambda: False
        watch_membership(generation)
        places: set[TP] = set()
        while True:
            try:
                numbers = await self.process.call("join", lambda: self._group.join(member, me))
                places = {TP(topic, number) for topic in topics for number in numbers}
                self.thread.assign(places)
                self.app.consumer_generation_id += 1
                await self.consumer.on_partitions_assigned(places, self.app.consumer_generation_id)
                self._rebalanced.set()
                await self.process.call("watch", lambda: self._group.watch(member, me))
            except UnknownMemberIdError:
                generation.reset_generation()
            self.thread.revoke()
            await self.consumer.on_partitions_revoked(places)

    async def _recovery(self) -> None:
        """Faust's recovery without tables: it signals, then seeks, unless a rebalance came."""
        while True:
            await self._rebalanced.wait()
            self._rebalanced.clear()
            generation = self.app.consumer_generation_id
            await self.app.on_rebalance_complete.send()
            if self.app.consumer_generation_id != generation or self._rebalanced.is_set():
                continue
            seeking = asyncio.create_task(self.consumer.perform_seek())
            again = asyncio.create_task(self._rebalanced.wait())
            await asyncio.wait([seeking, again], return_when=asyncio.FIRST_COMPLETED)
            for task in (seeking, again):
                if not task.done():
                    task.cancel()
            if seeking.done() and not seeking.cancelled():
                seeking.result()


# What stands in the place of Faust's own Consumer, under the driver's.


def begin_consumer(self: Any, app: Any, thread: Thread) -> None:
    """Instead of Faust's `Consumer.__init__`."""
    self.app = app
    self._thread = thread
    self._read_offset = {}
    self._unacked_messages = set()


async def faust_revokes(self: Any, _revoked: set[TP]) -> None:
    """Faust clears the agents' queues, then waits until nothing is being judged."""
    self.app.stream.clear()
    await self.wait_empty()


async def faust_assigns(_self: Any, _assigned: set[TP], _generation_id: int = 0) -> None:
    """Nothing that matters here."""
