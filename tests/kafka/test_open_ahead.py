"""A transaction that was opened ahead holds up nobody, and its owner is fenced as ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.settings import Settings
from streams.topics.reader import Reader
from streams.transport.commit import open_ahead
from streams.transport.commit.appending import send_all
from streams.transport.commit.direct_producer import DirectProducer
from streams.transport.commit.output_batch import Output
from streams.transport.group.stable_offsets import require_stable_offsets
from streams.transport.tasks.kafka_clients import worker_producer
from tests.kafka.harness import Bus

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_ahead, "BUSY_S", 60.0)
    monkeypatch.setattr(open_ahead, "UNUSED_S", 60.0)


@asynccontextmanager
async def owner(settings: Settings) -> AsyncIterator[DirectProducer]:
    producer = worker_producer(settings, 0)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def reader(settings: Settings, place: TopicPartition) -> AsyncIterator[Reader]:
    one = Reader(
        **settings.connection.aiokafka_options(), group_id=settings.group_id,
        enable_auto_commit=False, auto_offset_reset="none", isolation_level="read_committed",
    )  # fmt: skip
    await one.start()
    one.assign([place])
    require_stable_offsets(one)
    try:
        yield one
    finally:
        await one.stop()


async def write(producer: DirectProducer, settings: Settings, at: int) -> None:
    """Everything of a transaction but its end."""
    await producer.begin_transaction()
    names = settings.topics
    outputs = [Output(topic, 0, b"k", b"%d" % at) for topic in (names.changelog, names.violations)]
    deliveries = await send_all(producer, outputs)
    offsets = {TopicPartition(names.ticks, 0): OffsetAndMetadata(at, "")}
    written = producer.send_offsets_to_transaction(offsets, settings.group_id)
    await asyncio.gather(written, *deliveries)


async def opened(producer: DirectProducer, settings: Settings) -> None:
    """Two transactions, and the third stands open with nothing in it."""
    for at in (1, 2):
        await write(producer, settings, at)
        await producer.commit_transaction()
    async with asyncio.timeout(10):
        while not producer._ahead._open:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len(producer._txn_manager.txn_partitions) == 2


async def stable_offset(one: Reader, place: TopicPartition) -> int | None:
    """The group's offset, None while a transaction holds it open."""
    try:
        async with asyncio.timeout(1):
            found = await one._coordinator.fetch_committed_offsets([place])
            return int(found[place].offset)
    except TimeoutError:
        return None


def test_nobody_waits_for_it(kafka: str, unique: str) -> None:
    with Bus(kafka, unique, partitions=1) as bus:
        asyncio.run(_nobody_waits(bus.settings))


async def _nobody_waits(settings: Settings) -> None:
    findings = TopicPartition(settings.topics.violations, 0)
    ticks = TopicPartition(settings.topics.ticks, 0)
    async with owner(settings) as producer, reader(settings, findings) as one:
        await opened(producer, settings)
        beside = AIOKafkaProducer(**settings.connection.aiokafka_options())
        await beside.start()
        first = await beside.send_and_wait(findings.topic, b"1", key=b"b", partition=0)
        assert (await one.end_offsets([findings]))[findings] == first.offset + 1
        assert await stable_offset(one, ticks) == 2
        # One with records in it does hold them up.
        await write(producer, settings, 3)
        await beside.send_and_wait(findings.topic, b"2", key=b"b", partition=0)
        assert (await one.end_offsets([findings]))[findings] == first.offset + 1
        assert await stable_offset(one, ticks) is None
        await producer.commit_transaction()
        await beside.stop()


def test_a_new_owner_ends_it_and_the_one_before_is_fenced(kafka: str, unique: str) -> None:
    with Bus(kafka, unique, partitions=1) as bus:
        asyncio.run(_taken_over(bus.settings))


async def _taken_over(settings: Settings) -> None:
    findings = TopicPartition(settings.topics.violations, 0)
    async with owner(settings) as before, reader(settings, findings) as one:
        await opened(before, settings)
        end = (await one.end_offsets([findings]))[findings]
        async with asyncio.timeout(10), owner(settings) as after:
            with pytest.raises(KafkaError):
                await write(before, settings, 3)
            await write(after, settings, 3)
            await after.commit_transaction()
        async with asyncio.timeout(10):
            while (await one.end_offsets([findings]))[findings] <= end:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        one.seek(findings, end)
        found = await one.getmany(timeout_ms=2_000)
        assert [record.value for record in found[findings]] == [b"3"]
