"""A place that is not fetched for the moment does not wait for a broker that has nothing for others."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import TopicPartition

from streams.topics.reader import Reader
from streams.transport.fetch.session import in_sessions
from tests.kafka.harness import Bus

pytestmark = pytest.mark.timeout(120)

KEPT_MS = 30_000
"""How long the broker may keep a fetch that it has nothing for."""

SOON_S = 5.0


async def read_again_after_a_pause(bus: Bus, left_out: set[TopicPartition]) -> None:
    """One place is left out of a fetch, and wanted again while the broker has that fetch.

    Those in `left_out` are known to be. Raises TimeoutError where it is not read soon.
    """
    names = bus.settings.topics
    full, other = TopicPartition(names.ticks, 0), TopicPartition(names.violations, 0)
    options = bus.settings.connection.aiokafka_options()
    producer = AIOKafkaProducer(**options)
    reader = Reader(**options, auto_offset_reset="none", fetch_max_wait_ms=KEPT_MS)
    await producer.start()
    await reader.start()
    try:
        in_sessions(reader._fetcher, left_out)
        reader.assign([full, other])
        for place in (full, other):
            reader.seek(place, 0)
            await producer.send_and_wait(place.topic, b"x", b"k", partition=0)
            while not await reader.getmany(place, timeout_ms=1000):
                pass
        reader.pause(full)
        # The fetch that names both is answered, and the next one names this one alone.
        await producer.send_and_wait(other.topic, b"x", b"k", partition=0)
        while not await reader.getmany(other, timeout_ms=1000):
            pass
        await asyncio.sleep(0.5)
        reader.resume(full)
        left_out.clear()
        await producer.send_and_wait(full.topic, b"x", b"k", partition=0)
        async with asyncio.timeout(SOON_S):
            while not await reader.getmany(full, timeout_ms=100):
                pass
    finally:
        await reader.stop()
        await producer.stop()


def test_it_is_read_as_soon_as_it_is_wanted_again(bus: Bus) -> None:
    full = TopicPartition(bus.settings.topics.ticks, 0)
    asyncio.run(read_again_after_a_pause(bus, {full}))


def test_where_nobody_says_that_it_is_left_out_it_waits(bus: Bus) -> None:
    """What the other one would miss without it."""
    with pytest.raises(TimeoutError):
        asyncio.run(read_again_after_a_pause(bus, set()))
