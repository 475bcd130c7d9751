"""The last records of a topic, for a look: read outside any group, and nothing is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError
from streams.registry import Registry
from streams.settings import Settings
from streams.topics import explain, require_reachable
from streams.topics.reader import Reader
from streams.unpacking.cut import CutBytes
from streams.wire.errors import WireError
from streams.wire.framing import with_schema_header

_POLL_MS: Final = 300
_TRIES: Final = 3


class TopicRecord(msgspec.Struct, frozen=True):
    """A record as a map takes it, and its bytes; `fault` is why its value cannot be decoded."""

    partition: int
    offset: int
    timestamp: int
    value: Any
    content: bytes
    headers: dict[str, str]
    fault: str | None = None


def last_records(settings: Settings, topic: str, count: int) -> list[TopicRecord]:
    """The last records of all partitions together, by their timestamps; tombstones are left out.

    Values with registry framing are decoded where the settings name a registry. Raises
    ConsentryError when the topic does not exist, holds no records or cannot be read.
    """
    require_reachable(settings.connection)
    try:
        found = asyncio.run(_last(settings, topic, count))
    except KafkaError as error:
        raise explain(error, settings.connection) from None
    if not found:
        raise ConsentryError(f"the topic {topic} holds no records with a value", "Name another.")
    return found


async def _last(settings: Settings, topic: str, count: int) -> list[TopicRecord]:
    reader = Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("ingest-try"),
        kept_max_bytes=settings.output_max_bytes,
        isolation_level="read_committed",
        auto_offset_reset="none",
        enable_auto_commit=False,
    )
    await reader.start()
    try:
        # All topics, so that none is created by asking for it.
        known = await reader._client.fetch_all_metadata()  # noqa: SLF001 - the only way to ask
        numbers = known.partitions_for_topic(topic)
        if not numbers:
            raise ConsentryError(
                f"there is no topic {topic} on {settings.connection.bootstrap}",
                "Correct the name, or grant Describe and Read on it.",
            )
        places = [TopicPartition(topic, number) for number in sorted(numbers)]
        reader.assign(places)
        records = await _tail(reader, places, count)
    finally:
        await reader.stop()
    records = sorted(records, key=lambda one: (one.timestamp, one.partition, one.offset))[-count:]
    registry = Registry.of(settings, tries=_TRIES, of_events=False)
    if registry is not None:
        await registry.ensure(with_schema_header(one.value, one.headers) for one in records)
    return [_shown(one, registry) for one in records]


async def _tail(reader: Reader, places: Sequence[TopicPartition], count: int) -> list[Any]:
    starts = await reader.beginning_offsets(places)
    ends = await reader.end_offsets(places)
    for place in places:
        reader.seek(place, max(starts[place], ends[place] - count))
    waiting = {place for place in places if starts[place] < ends[place]}
    found = []
    while waiting:
        for records in (await reader.getmany(*waiting, timeout_ms=_POLL_MS)).values():
            found += [record for record in records if record.value is not None]
        for place in list(waiting):
            if await reader.position(place) >= ends[place]:
                waiting.discard(place)
                reader.pause(place)
    return found


def _framed(record: Any, registry: Registry) -> bytes | None:
    """The value with registry framing, or None where it has none."""
    value = with_schema_header(bytes(record.value), record.headers)
    return None if value is None or registry.schema_id(value) is None else value


def _shown(record: Any, registry: Registry | None) -> TopicRecord:
    headers = {
        name: value.decode("utf-8", "replace")
        for name, value in record.headers
        if value is not None
    }
    content, fault = bytes(record.value), None
    value: Any = content
    if isinstance(record.value, CutBytes):
        fault = "the record is larger than output_max_bytes allows"
    elif registry is not None and (framed := _framed(record, registry)) is not None:
        try:
            value = registry.read(framed)
            content = msgspec.json.encode(value)
        except WireError as error:
            fault = error.reason
    return TopicRecord(
        record.partition, record.offset, record.timestamp, value, content, headers, fault
    )
