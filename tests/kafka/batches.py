"""What a topic really holds: the batches of its log, with the codec of each."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from aiokafka.structs import TopicPartition

from streams.settings import Settings
from streams.topics.codecs import CODECS
from streams.topics.reader import Fetched, Placed, Reader


class Stored(NamedTuple):
    """A record, and how its batch is packed."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    codec: str
    headers: tuple[()] = ()


class _WithCodec(Placed):
    def _consumer_record(self, tp: Any, record: Any) -> Stored:
        codec = CODECS[self._records.codec]
        return Stored(tp.partition, record.offset, record.key, record.value, codec)


def stored(settings: Settings, topic: str, partitions: int) -> list[Stored]:
    """Every committed record of a topic, by partition."""
    return asyncio.run(_stored(settings, topic, partitions))


async def _stored(settings: Settings, topic: str, partitions: int) -> list[Stored]:
    reader = Reader(
        **settings.connection.aiokafka_options(),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await reader.start()
    try:
        reader._fetcher._records = Fetched({}, _WithCodec)
        places = [TopicPartition(topic, number) for number in range(partitions)]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        found: list[Stored] = []
        for place in places:
            await reader.seek_to_beginning(place)
            while await reader.position(place) < ends[place]:
                for records in (await reader.getmany(place, timeout_ms=200)).values():
                    found.extend(records)
            reader.pause(place)
        return found
    finally:
        await reader.stop()
