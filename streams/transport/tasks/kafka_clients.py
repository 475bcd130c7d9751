"""The Kafka clients that taking over needs beside Faust's consumer."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import aiokafka
from aiokafka.structs import TopicPartition

from streams.settings import Settings
from streams.topics import admin_session
from streams.topics.reader import Reader
from streams.transport.commit.direct_producer import DirectProducer
from streams.transport.commit.first_append import ask_again_soon
from streams.transport.commit.partition_count import declared
from streams.transport.consumer_thread import Thread

RETRY_BACKOFF_MS = 5
"""Between two tries of a request that a broker refuses for a while; 100 ms is the default."""

WRITE_BATCH_BYTES = 1 << 20
READ_BATCH_BYTES = 1 << 22

READ_WAIT_MS = 5
"""Ends are known, so nothing is waited for; a fetch held open would hold up other answers."""


def worker_producer(settings: Settings, partition: int) -> DirectProducer:
    """The one producer of a partition number that is judged; starting it fences the one before."""
    return ask_again_soon(DirectProducer(**_of_owner(settings, partition)))


def transactional_producer(settings: Settings, partition: int) -> aiokafka.AIOKafkaProducer:
    """The same for those who write without judging: aiokafka's own."""
    return ask_again_soon(aiokafka.AIOKafkaProducer(**_of_owner(settings, partition)))


def _of_owner(settings: Settings, partition: int) -> dict[str, Any]:
    """The options of the one that owns a partition number."""
    return {
        **settings.connection.aiokafka_options(),
        "client_id": settings.connection.client_name("worker"),
        "transactional_id": settings.transactional_id(partition),
        "transaction_timeout_ms": int(settings.transaction_timeout_s * 1000),
        "acks": "all",
        "linger_ms": 0,
        "max_batch_size": WRITE_BATCH_BYTES,
        "max_request_size": settings.output_max_bytes,
        "retry_backoff_ms": RETRY_BACKOFF_MS,
    }


def changelog_reader(settings: Settings) -> Reader:
    """A consumer without a group that sees committed records only."""
    return Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("worker"),
        kept_max_bytes=settings.output_max_bytes,
        isolation_level="read_committed",
        auto_offset_reset="none",
        enable_auto_commit=False,
        max_partition_fetch_bytes=READ_BATCH_BYTES,
        fetch_max_wait_ms=READ_WAIT_MS,
    )


async def topic_id(settings: Settings, topic: str) -> str:
    """The id that a topic was given when it was created, "" where the broker states none.

    Raises ConsentryError when the broker cannot be asked.
    """
    return await asyncio.to_thread(_topic_id, settings, topic)


def _topic_id(settings: Settings, topic: str) -> str:
    with admin_session(settings.connection) as client:
        found = client.describe_topics([topic])[0].get("topic_id")
    return "" if found is None or not UUID(str(found)).int else str(found)


class GroupView:
    """What taking over asks of the group, answered by the consumer."""

    def __init__(self, thread: Thread, topics: tuple[str, ...]) -> None:
        self._thread = thread
        self._topics = topics

    async def committed(self, partition: int) -> dict[str, int]:
        """Committed offsets of one partition number."""
        return await self._thread.committed_offsets(self._topics, partition)

    async def declared_counts(self, count: int) -> frozenset[int]:
        """The partition counts that the offsets of the first `count` numbers declare."""
        places = [TopicPartition(topic, n) for topic in self._topics for n in range(count)]
        # The consumer's own `committed` gives offsets without their metadata.
        coordinator = self._thread._ensure_consumer()._coordinator
        offsets = await coordinator.fetch_committed_offsets(places)
        return declared(offset.metadata for offset in offsets.values())

    async def counts(self) -> dict[str, int]:
        """The partition counts of the topics that the consumer knows now."""
        consumer = self._thread._ensure_consumer()
        known = {topic: consumer.partitions_for_topic(topic) for topic in self._topics}
        return {topic: len(numbers) for topic, numbers in known.items() if numbers}
