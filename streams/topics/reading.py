"""Reading a whole topic, outside any consumer group."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from streams.errors import ConsentryError
from streams.settings import Connection
from streams.topics.failures import explain

_POLL_MS = 200


async def read_topic(connection: Connection, topic: str) -> AsyncIterator[Sequence[Any]]:
    """The committed records of all partitions up to the end that there is now, in batches.

    Raises ConsentryError when the topic does not exist or cannot be read.
    """
    from aiokafka.errors import KafkaError
    from aiokafka.structs import TopicPartition

    from streams.topics.reader import Reader

    reader = Reader(
        **connection.consumer_options(),
        client_id=connection.client_name("deliver"),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    try:
        await reader.start()
        try:
            await reader._client.set_topics((topic,))
            numbers = reader.partitions_for_topic(topic)
            if not numbers:
                raise ConsentryError(
                    f"the topic {topic} does not exist", "`consentry topics create` makes it."
                )
            places = [TopicPartition(topic, number) for number in sorted(numbers)]
            reader.assign(places)
            starts = await reader.beginning_offsets(places)
            ends = await reader.end_offsets(places)
            for place in places:
                reader.seek(place, starts[place])
            waiting = {place for place in places if starts[place] < ends[place]}
            while waiting:
                for records in (await reader.getmany(*waiting, timeout_ms=_POLL_MS)).values():
                    yield records
                for place in list(waiting):
                    if await reader.position(place) >= ends[place]:
                        waiting.discard(place)
                        reader.pause(place)
        finally:
            await reader.stop()
    except KafkaError as error:
        raise explain(error, connection) from None
