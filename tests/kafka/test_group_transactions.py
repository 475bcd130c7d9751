"""KIP-447 on a real Kafka: who may commit, and offsets that wait for open transactions.

Each guarantee beside what happens without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.ingest.service.membership import SourceMembership, source_reader
from streams.settings import Settings
from streams.topics import admin_session
from streams.topics.reader import Reader
from streams.transport.commit.output_batch import Output
from streams.transport.group.group_producer import GroupProducer, NotOwned
from streams.transport.group.requests import GroupMember
from streams.transport.group.stable_offsets import require_stable_offsets

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def producer(settings: Settings, name: str) -> AsyncIterator[GroupProducer]:
    one = GroupProducer(settings, f"{settings.ingest_group}-{name}")
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


@asynccontextmanager
async def beside(
    settings: Settings, place: TopicPartition, *, stable: bool
) -> AsyncIterator[Reader]:
    """A consumer that reads the offsets of the group, and is no member."""
    reader = Reader(**settings.connection.aiokafka_options(), group_id=settings.ingest_group,
                    enable_auto_commit=False, auto_offset_reset="none")  # fmt: skip
    await reader.start()
    reader.assign([place])
    if stable:
        require_stable_offsets(reader)
    try:
        yield reader
    finally:
        await reader.stop()


async def offset(reader: Reader, place: TopicPartition) -> int | None:
    found = await reader._coordinator.fetch_committed_offsets([place])
    one = found.get(place)
    return None if one is None or one.offset < 0 else int(one.offset)


async def values(settings: Settings, place: TopicPartition) -> list[bytes]:
    """What a `read_committed` reader sees."""
    reader = Reader(**settings.connection.aiokafka_options(), isolation_level="read_committed",
                    auto_offset_reset="earliest", enable_auto_commit=False)  # fmt: skip
    await reader.start()
    try:
        reader.assign([place])
        await reader.seek_to_beginning(place)
        end = (await reader.end_offsets([place]))[place]
        found = []
        while await reader.position(place) < end:
            for records in (await reader.getmany(timeout_ms=200)).values():
                found += [record.value for record in records]
        return found
    finally:
        await reader.stop()


async def story(settings: Settings, source: TopicPartition, target: TopicPartition) -> None:
    group = settings.ingest_group
    # aiokafka sets errors on futures of its own that nobody waits for, as the process notes too.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    consumer = source_reader(settings)
    await consumer.start()
    try:
        membership = SourceMembership(consumer)
        consumer.subscribe([source.topic], listener=membership)
        await membership.wait()
        member = membership.member
        assert member is not None
        assert membership.partitions == {source}

        def output(value: bytes) -> Output:
            return Output(target.topic, target.partition, b"k", value)

        async with producer(settings, "a") as own:
            await own.commit([output(b"1")], {source: 1}, group_id=group, member=member)
            await open_transaction(settings, own, source, member)
        for stranger in (
            member._replace(generation=member.generation - 1),
            member._replace(member_id="somebody-else"),
        ):
            async with producer(settings, "b") as other:
                with pytest.raises(NotOwned):
                    await other.commit([output(b"2")], {source: 9}, group_id=group, member=stranger)
        async with producer(settings, "c") as old:
            await old.commit([output(b"4")], {source: 2}, group_id=group, member=member)
            async with producer(settings, "c"):
                with pytest.raises(KafkaError):  # its successor fenced it
                    await old.commit([output(b"5")], {source: 9}, group_id=group, member=member)
        async with beside(settings, source, stable=True) as reader:
            assert await offset(reader, source) == 2
        # Without a name the broker asks for none: that is why the member is noted beforehand.
        async with producer(settings, "d") as nobody:
            await nobody.commit(
                [output(b"6")], {source: 3}, group_id=group, member=GroupMember(-1, "", None)
            )
    finally:
        await consumer.stop()
    assert await values(settings, target) == [b"1", b"4", b"6"]


async def open_transaction(
    settings: Settings, own: GroupProducer, source: TopicPartition, member: GroupMember
) -> None:
    """While one is open over an offset, a stable reader waits and another one reads the old."""
    inner = own._producer
    await inner.begin_transaction()
    own._commit_as(member)
    await inner.send_offsets_to_transaction(
        {source: OffsetAndMetadata(2, "")}, settings.ingest_group
    )
    async with (
        beside(settings, source, stable=True) as stable,
        beside(settings, source, stable=False) as plain,
    ):
        assert await offset(plain, source) == 1
        waiting = asyncio.create_task(offset(stable, source))
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        await inner.commit_transaction()
        assert await asyncio.wait_for(waiting, 10) == 2


def test_only_members_of_this_generation_commit(kafka: str, unique: str) -> None:
    settings = Settings(
        brokers=(kafka,), topic_prefix=f"{unique}.", application_id=unique, session_timeout_s=6
    )
    source, target = TopicPartition(f"{unique}.source", 0), TopicPartition(f"{unique}.target", 0)
    with admin_session(settings.connection) as client:
        wanted = {"num_partitions": 1, "replication_factor": 1}
        client.create_topics({source.topic: wanted, target.topic: wanted})
        client.wait_for_topics([source.topic, target.topic])
    asyncio.run(story(settings, source, target))
