"""A rebalance in the middle of a poll: what came with it is not delivered before its time."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.delivery import sink_consumer as module
from streams.delivery.sink_consumer import SinkConsumer
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.sinks.options import SinkOptions

PLACE = TopicPartition("consentry.violations", 0)


class Consumer:
    """Has one batch, and a rebalance while it is polled."""

    def __init__(self) -> None:
        self.did: list[Any] = []
        self.feed: Any = None
        self._coordinator = self

    async def fetch_committed_offsets(self, places: Any) -> dict[TopicPartition, OffsetAndMetadata]:
        return {place: OffsetAndMetadata(5, "") for place in places}

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[str]]:
        await self.feed.on_partitions_revoked({PLACE})
        await self.feed.on_partitions_assigned({PLACE})
        return {PLACE: ["record"]}

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.did.append((place, offset))


def test_what_a_poll_brings_over_a_rebalance_is_read_again_from_what_is_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> None:
        consumer = Consumer()
        monkeypatch.setattr(module, "delivery_consumer", lambda *_: consumer)
        sender = type("C", (), {"name": "a", "stats": None})()
        feed = SinkConsumer(
            Settings(), SinkOptions(type="x"), cast("Any", sender), cast("Any", None)
        )
        consumer.feed = feed
        await feed.on_partitions_assigned({PLACE})
        feed._fresh = False
        assert await feed._poll() == {}
        assert feed._fresh, "the state is looked at before anything is delivered"
        await feed._begin()
        assert consumer.did == [(PLACE, 5)]

    asyncio.run(run())


def test_an_offset_that_is_gone_is_named_with_the_ends_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Cut(Consumer):
        async def getmany(self, **_: Any) -> dict[TopicPartition, list[str]]:
            raise OffsetOutOfRangeError({PLACE: 5})

        async def beginning_offsets(self, places: Any) -> dict[TopicPartition, int]:
            return dict.fromkeys(places, 7)

        async def end_offsets(self, places: Any) -> dict[TopicPartition, int]:
            return dict.fromkeys(places, 9)

    async def run() -> None:
        monkeypatch.setattr(module, "delivery_consumer", lambda *_: Cut())
        sender = type("C", (), {"name": "a", "stats": None})()
        feed = SinkConsumer(
            Settings(), SinkOptions(type="x"), cast("Any", sender), cast("Any", None)
        )
        with pytest.raises(ConsentryError) as refused:
            await feed._poll()
        published = refused.value
        assert (
            "consentry.violations, partition 0: the broker no longer has offset 5"
            in published.problem
        )
        assert "from 7 to 9" in published.problem
        assert "--from state --again" in published.remedy

    asyncio.run(run())


def test_of_all_partitions_the_one_without_an_offset_is_read_from_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """aiokafka names that partition alone, and seeks to the beginning of all where none is named."""

    class New(Consumer):
        async def getmany(self, **_: Any) -> dict[TopicPartition, list[str]]:
            raise NoOffsetForPartitionError(PLACE)

        async def seek_to_beginning(self, *places: TopicPartition) -> None:
            self.did.append(places)

    async def run() -> None:
        consumer = New()
        monkeypatch.setattr(module, "delivery_consumer", lambda *_: consumer)
        sender = type("C", (), {"name": "a", "stats": None})()
        feed = SinkConsumer(
            Settings(), SinkOptions(type="x"), cast("Any", sender), cast("Any", None)
        )
        assert await feed._poll() == {}
        assert consumer.did == [(PLACE,)]

    asyncio.run(run())
