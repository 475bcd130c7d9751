"""Records into the open transaction of a producer, as whole batches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from streams.transport.commit.filled_batch import batches
from streams.transport.commit.output_batch import Output

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer


async def send_all(
    producer: AIOKafkaProducer, outputs: Iterable[Output]
) -> list[asyncio.Future[Any]]:
    """Append records as whole batches, in order within each topic and partition.

    Returns the futures of their delivery, each to be waited for.
    """
    by_place: dict[tuple[str, int], list[Output]] = {}
    place: tuple[str, int] | None = None
    records: list[Output] = []
    for output in outputs:
        # Most go where the one before went: to the changelog.
        if place is None or output.topic != place[0] or output.partition != place[1]:
            place = output.topic, output.partition
            records = by_place.setdefault(place, [])
        records.append(output)
    deliveries = []
    for (topic, partition), records in by_place.items():
        deliveries += [
            await producer.send_batch(batch, topic, partition=partition)
            for batch in batches(producer, records)
        ]
    return deliveries
