"""The pulse: what it reads of aiokafka's own state, and that reading it is a sign of life."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.structs import TopicPartition

from streams.transport.consumer_probe import ConsumerProbe, LogEnd

PLACES = {TopicPartition("in", 0), TopicPartition("in", 1)}


class Coordinator:
    """A member of a group whose heartbeats are answered, or not."""

    def __init__(self) -> None:
        self.generation = -1
        self.answers = True

    async def _do_heartbeat(self) -> bool:
        return self.answers


class FakeConsumer:
    """A consumer and its thread in one, on the loop of the test."""

    def __init__(self) -> None:
        self._thread = self
        self._coordinator = Coordinator()
        self._subscription = SubscriptionState(loop=asyncio.get_running_loop())

    def _ensure_consumer(self) -> FakeConsumer:
        return self


def probe() -> tuple[FakeConsumer, ConsumerProbe]:
    consumer = FakeConsumer()
    return consumer, ConsumerProbe(cast("Any", consumer))


def test_ends_are_those_of_places_that_were_fetched() -> None:
    async def run() -> None:
        consumer, one = probe()
        assert (await one.read()).ends == {}
        state = consumer._subscription
        state.subscribe({"in"})
        assert (await one.read()).ends == {}
        state.assign_from_subscribed(PLACES)
        assert (await one.read()).ends == {}
        state.subscription.assignment.state_value(TopicPartition("in", 1)).lso = 7
        read = await one.read()
        assert (read.ends, read.logs) == ({("in", 1): 7}, {})
        published = state.subscription.assignment.state_value(TopicPartition("in", 1))
        published.highwater, published.timestamp = 9, 1_000
        assert (await one.read()).logs == {("in", 1): LogEnd(7, 9, 1_000)}

    asyncio.run(run())


def test_the_coordinator_is_heard_when_it_assigns_and_when_it_answers() -> None:
    async def run() -> None:
        consumer, one = probe()
        coordinator = consumer._coordinator
        assert (await one.read()).heard_at is None
        coordinator.generation = 3
        joined = (await one.read()).heard_at
        assert joined is not None
        coordinator.answers = False
        assert not await coordinator._do_heartbeat()
        assert (await one.read()).heard_at == joined
        coordinator.answers = True
        assert await coordinator._do_heartbeat()
        heard = (await one.read()).heard_at
        assert heard is not None
        assert heard > joined
        coordinator.generation = 4
        again = (await one.read()).heard_at
        assert again is not None
        assert again > heard

    asyncio.run(run())


def test_reading_counts_as_fetching_so_that_a_member_without_partitions_stays() -> None:
    async def run() -> None:
        consumer, one = probe()
        state = consumer._subscription
        state._last_fetch_ended = time.monotonic() - 900
        assert state.fetcher_idle_time > 899
        await one.read()
        assert state.fetcher_idle_time < 1

    asyncio.run(run())
