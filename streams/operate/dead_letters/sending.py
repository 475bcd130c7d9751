"""Sending records again: all of a run in one transaction, or none."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Final

from streams.operate.dead_letters.replaying import ReplayedRecord
from streams.settings import Settings
from streams.topics import explain
from streams.wire.arrival import partition_for

TRANSACTION_TIMEOUT_S: Final = 300
IN_FLIGHT: Final = 2_000


async def send_all(settings: Settings, records: AsyncIterator[ReplayedRecord]) -> int:
    """Send records in one transaction and return how many.

    A run that was killed leaves nothing behind: the next one fences it. Raises ConsentryError
    where the broker is away or refuses; then none of the records is visible.
    """
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

    producer = AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("dead-letters"),
        transactional_id=f"{settings.application_id}-replay",
        transaction_timeout_ms=TRANSACTION_TIMEOUT_S * 1000,
        acks="all",
        max_request_size=settings.output_max_bytes,
    )
    try:
        await producer.start()
        try:
            async with producer.transaction():
                return await _send(producer, records)
        finally:
            await producer.stop()
    except KafkaError as error:
        raise explain(error, settings.connection) from None


async def _send(producer: Any, records: AsyncIterator[ReplayedRecord]) -> int:
    waiting: deque[asyncio.Future[object]] = deque()
    sent = 0
    async for one in records:
        numbers = await producer.partitions_for(one.topic)
        waiting.append(
            await producer.send(
                one.topic,
                one.value,
                key=one.key,
                partition=_partition(one, len(numbers)),
                headers=one.headers,
            )
        )
        sent += 1
        while len(waiting) >= IN_FLIGHT:
            await waiting.popleft()
    for future in waiting:
        await future
    return sent


def _partition(one: ReplayedRecord, count: int) -> int | None:
    """Where the record stood, as long as that is there; else where its key belongs."""
    if one.partition is not None and one.partition < count:
        return one.partition
    return None if one.key is None else partition_for(one.key, count)
