"""What stands in for Faust, the consumer group and the consumer's thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from faust.transport.drivers import aiokafka as stock
from faust.types import TP

from streams.transport.faust_driver import Consumer
from streams.transport.fetch.poll_batch import Poll, PollBatch
from streams.transport.tasks.task_initializer import TaskInitializer
from tests.invariants.settings import JUDGED

if TYPE_CHECKING:
    from tests.invariants.process import Process


class Message:
    """A Faust message."""

    def __init__(self, *poll_batches: PollBatch) -> None:
        self.value = Poll(poll_batches)
        self.acked = False


class Stream:
    """A Faust stream of what is queued."""

    def __init__(self, queue: asyncio.Queue[Message]) -> None:
        self._queue = queue

    def noack(self) -> Stream:
        return self

    async def events(self) -> AsyncIterator[Any]:
        while True:
            message = await self._queue.get()
            try:
                yield SimpleNamespace(message=message)
            finally:
                self._queue.task_done()


class Group:
    """What the consumer group knows."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def committed(self, partition: int) -> dict[str, int]:
        if self._process.offsets is not None:
            return self._process.offsets
        broker, group = self._process.broker, self._process.settings.group_id
        return await self._process.line.call(
            "committed", lambda: broker.committed(group, partition)
        )

    async def declared_counts(self, count: int) -> frozenset[int]:
        del count  # the broker in memory keeps no metadata of offsets
        return frozenset()

    async def counts(self) -> dict[str, int]:
        return {topic: len(self._process.broker.partitions(topic)) for topic in JUDGED}


class Thread:
    """The consumer thread, as far as the driver asks it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.settings = process.settings

    async def seek_all(self, positions: dict[tuple[str, int], int]) -> None:
        self._process.positions.update(positions)


class _WithoutFaust(stock.Consumer):
    """In the place of Faust's own consumer behind the driver's."""

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """The rest of the app has nothing to do at an assignment."""


class DriverConsumer(Consumer, _WithoutFaust):
    """The driver's consumer without what it inherits from Faust's."""

    def __init__(self, process: Process) -> None:  # Faust's own needs a running app
        self.process = process
        self.app: Any = process.app
        self._thread = cast("Any", Thread(process))
        self._kept = {}
        self._unacked_messages = set()
        self._read_offset = {}
        self._started_at = 0.0
        self.ready_listeners = []

    def _new_take_over(self) -> TaskInitializer:
        return self.process.take_over()

    async def rebalance(self, places: set[TP]) -> None:
        await self.on_partitions_assigned(places)
        await self._on_rebalance_complete()
        await self.perform_seek()


async def nothing() -> None:
    """In the place of reading the log of policies: it holds what the process was started with."""
