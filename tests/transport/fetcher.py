"""A fetcher in the place of aiokafka's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import OffsetOutOfRangeError
from faust.types import TP

from streams.settings import Settings
from streams.transport.consumer_thread import Thread
from streams.transport.fetch.poll_batch import OffsetSpan, Polled
from streams.transport.fetch.record_queue import Room
from tests.transport.records import One

A, B = TP("a", 0), TP("b", 0)
ROOM = {A: Room(2, 1000), B: Room(2, 1000)}


class Fetcher:
    """What the broker answered, taken by the next poll; without an answer a poll waits."""

    def __init__(self) -> None:
        self._subscriptions = SubscriptionState()
        self._subscriptions.subscribe({"a", "b"})
        self._subscriptions.assign_from_subscribed({A, B})
        self.answers: dict[TP, list[One]] = {}
        self.passed: dict[TP, int] = {}
        """How many offsets without a record are passed over first, as ends of transactions are."""
        self.asked: set[TP] = set()
        self._records: dict[TP, Any] = {}
        self.outside: dict[TP, int] = {}
        self.logs = {A: (0, 0), B: (0, 0)}
        self.waiting = asyncio.Event()
        for place in (A, B):
            self.state(place).seek(0)

    def state(self, place: TP) -> Any:
        return self._subscriptions.subscription.assignment.state_value(place)

    @property
    def consumer(self) -> Any:
        """The consumer that it fetches for."""

        async def starts(places: list[TP]) -> dict[TP, int]:
            return {place: self.logs[place][0] for place in places}

        async def ends(places: list[TP]) -> dict[TP, int]:
            return {place: self.logs[place][1] for place in places}

        return SimpleNamespace(
            _fetcher=self,
            beginning_offsets=starts,
            end_offsets=ends,
            seek=lambda place, offset: self.state(place).seek(offset),
        )

    def answer(self, place: TP, count: int, stable_end: int) -> None:
        state = self.state(place)
        state.lso = stable_end
        first = state.position
        self.answers[place] = [
            One(place.topic, 0, at, at, None, b"12345") for at in range(first, first + count)
        ]

    async def fetched_records(
        self,
        partitions: set[TP],
        timeout: float,  # noqa: ASYNC109 - as there
        max_records: None,  # noqa: ARG002 - as there
    ) -> dict[TP, list[One]]:
        for place, count in self.passed.items():
            self.state(place).consumed_to(self.state(place).position + count)
        self.passed = {}
        if self.outside:
            raise OffsetOutOfRangeError(dict([self.outside.popitem()]))
        self.asked = {place for place in partitions if not self.state(place).paused}
        taken = {place: self.answers.pop(place) for place in self.asked & self.answers.keys()}
        for place, records in taken.items():
            self.state(place).consumed_to(self.state(place).position + len(records))
        if not taken and timeout:
            self.waiting.set()
            await asyncio.sleep(timeout)
        return {place: records for place, records in taken.items() if records}


def run(story: Callable[[Thread, Fetcher], Awaitable[None]]) -> None:
    async def published() -> None:
        fetcher = Fetcher()
        thread: Any = Thread.__new__(Thread)
        thread._full, thread._reported = set(), {}
        thread._ensure_consumer = lambda: fetcher.consumer
        thread.app = SimpleNamespace(settings=Settings(topic_ticks="b"))
        await story(thread, fetcher)

    asyncio.run(published())


def brought(polled: list[Polled]) -> dict[str, tuple[OffsetSpan, int, int | None]]:
    return {one.topic: (one.span, len(one.records), one.stable_end) for one in polled}
