"""What stands in for Faust and for the consumer's thread in a worker of the model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from faust.types import TP

from streams.settings import Settings
from streams.transport.commit.partition_count import declared
from streams.transport.fetch.poll_batch import OffsetSpan, Polled
from tests.model.broker import Broker
from tests.model.log import Busy, Record
from tests.model.network import Process

if TYPE_CHECKING:
    from random import Random


T = TypeVar("T")

APPETITES = (0, 1, 1, 2, 3, 100)
"""How many offsets of one topic a poll may bring."""


class Signal:
    """Faust's signal, with one receiver."""

    def __init__(self) -> None:
        self._receive: Callable[[], Awaitable[None]] | None = None

    def connect(self, receive: Callable[[], Awaitable[None]]) -> None:
        self._receive = receive

    async def send(self) -> None:
        assert self._receive is not None
        await self._receive()


class Stream:
    """The agent's queue."""

    def __init__(self) -> None:
        self._queue: deque[Any] = deque()
        self._filled = asyncio.Event()
        self._loses = False

    def put(self, message: Any) -> None:
        if self._loses:
            self._loses = False
            return
        self._queue.append(message)
        self._filled.set()

    def clear(self) -> None:
        self._queue.clear()

    def lose_next(self) -> None:
        """Lose the next message that is put."""
        self._loses = True

    def noack(self) -> Self:
        return self

    async def events(self) -> AsyncIterator[Any]:
        while True:
            while not self._queue:
                self._filled.clear()
                await self._filled.wait()
            yield SimpleNamespace(message=self._queue.popleft())


class Assignment:
    """What the consumer was given, and where it reads on; a new one a rebalance."""

    def __init__(self, positions: dict[TP, int]) -> None:
        self.positions = positions


class Thread:
    """The consumer's side of a worker, as `streams.transport.consumer_thread.Thread`."""

    def __init__(
        self, process: Process, broker: Broker, settings: Settings, random: Random
    ) -> None:
        self.settings = settings
        self._process = process
        self._broker = broker
        self._random = random
        self._assignment: Assignment | None = None
        self._poll_task: asyncio.Task[list[Polled]] | None = None

    def assign(self, places: Iterable[TP]) -> None:
        """As aiokafka does after a rebalance: positions are those that are committed now."""
        group = self.settings.group_id
        positions = {}
        for place in places:
            at = self._broker.committed(group, place.partition).get(place.topic)
            positions[place] = self._broker.logs[place].start if at is None else at
        self._assignment = Assignment(positions)

    def revoke(self) -> None:
        """A poll that is under way ends."""
        self._assignment = None
        if self._poll_task is not None:
            self._poll_task.cancel()

    def cut_short(self) -> None:
        """A poll that waits ends; what it asked for stays where it is."""
        if self._poll_task is not None:
            self._poll_task.cancel()

    async def hold(self, places: Iterable[TP]) -> None:
        """Places that are not asked for are not fetched here."""

    async def poll(self, places: Iterable[TP], timeout: float) -> list[Polled]:  # noqa: ASYNC109 - as there
        """What the next poll of the places brings."""
        if self._poll_task is not None and not self._poll_task.done():
            raise RuntimeError("two polls at once")
        self._poll_task = asyncio.create_task(self._fetch(frozenset(places), timeout))
        try:
            return await self._poll_task
        except asyncio.CancelledError:
            return []

    async def _fetch(self, places: frozenset[TP], seconds: float) -> list[Polled]:
        assignment = self._assignment
        if assignment is None or not places <= assignment.positions.keys():
            return []
        starts = {place: assignment.positions[place] for place in sorted(places)}
        try:
            async with asyncio.timeout(seconds):
                found, ends = await self._process.call("fetch", lambda: self._read(starts))
        except TimeoutError:
            return []
        if self._assignment is not assignment:
            return []
        polled = []
        for place, stable_end in ends.items():
            records, end = found.get(place, ((), starts[place]))
            if assignment.positions[place] != starts[place]:
                continue  # sought meanwhile
            assignment.positions[place] = end
            if records is not None:
                span = OffsetSpan(starts[place], end)
                polled.append(Polled(place.topic, place.partition, span, records, stable_end))
        return polled

    def _read(
        self, starts: Mapping[TP, int]
    ) -> tuple[dict[TP, tuple[list[Record] | None, int]], dict[TP, int]]:
        """Some of what is there, and the ends; a position before the log start is reset to it."""
        logs = self._broker.logs
        ahead = [place for place, at in starts.items() if logs[place].stable_end > at]
        if not ahead:
            raise Busy
        limits = {place: self._random.choice(APPETITES) for place in ahead}
        if not any(limits.values()):
            limits[self._random.choice(ahead)] = 1
        found: dict[TP, tuple[list[Record] | None, int]] = {}
        for place, limit in limits.items():
            if starts[place] < logs[place].start:
                found[place] = None, logs[place].start
            elif limit:
                found[place] = logs[place].read(starts[place], limit, committed=True)
        return found, {place: logs[place].stable_end for place in starts}

    async def seek_all(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Set the positions of assigned places."""
        if self._poll_task is not None:
            await asyncio.wait([self._poll_task])
        if self._assignment is not None:
            self._assignment.positions.update({TP(*at): to for at, to in positions.items()})

    async def committed_offsets(self, topics: Iterable[str], partition: int) -> dict[str, int]:
        """Committed offsets of one partition number."""
        group = self.settings.group_id

        def ask() -> dict[str, int]:
            found = self._broker.committed(group, partition)
            return {topic: found[topic] for topic in topics if topic in found}

        return await self._process.call("committed", ask)


class View:
    """The group as taking over sees it, as `streams.transport.tasks.kafka_clients.GroupView`."""

    def __init__(self, thread: Thread, topics: tuple[str, ...]) -> None:
        self._thread = thread
        self._topics = topics

    async def committed(self, partition: int) -> dict[str, int]:
        return await self._thread.committed_offsets(self._topics, partition)

    async def declared_counts(self, count: int) -> frozenset[int]:
        del count
        thread = self._thread
        group = thread.settings.group_id
        found = await thread._process.call("committed", lambda: thread._broker.metadata(group))
        return declared(found.values())

    async def counts(self) -> dict[str, int]:
        return {topic: len(self._thread._broker.partitions(topic)) for topic in self._topics}
