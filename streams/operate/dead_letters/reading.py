"""Reading the topics of what was set aside, as far as they are there and may be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import NamedTuple

from streams.errors import ConsentryError
from streams.operate.dead_letters.delivery_letter import read_delivery_letter
from streams.operate.dead_letters.kept import KeptIn, KeptRecord, read_dead_letter
from streams.operate.dead_letters.rejects import read_reject
from streams.operate.record_place import RecordPlace
from streams.settings import Settings
from streams.topics import admin_session
from streams.topics.cluster import read_cluster
from streams.verify.bus import LiveBus
from streams.wire.record import Record


class Shelves(NamedTuple):
    """The topics that can be read with their partition counts, and notes on the others."""

    partitions: Mapping[KeptIn, int]
    notes: tuple[str, ...]


def topic_of(settings: Settings, kept_in: KeptIn) -> str:
    """The name of the topic that keeps such records."""
    names = settings.topics
    match kept_in:
        case KeptIn.DEAD_LETTERS:
            return names.dead_letters
        case KeptIn.QUARANTINE:
            return names.quarantine
        case KeptIn.INGEST_REJECTS:
            return names.ingest_rejects
        case KeptIn.DELIVERY:
            return names.delivery_dead_letters


def shelves(settings: Settings, wanted: Iterable[KeptIn]) -> Shelves:
    """Which of the topics are there. Raises ConsentryError where none can be read."""
    names = {topic_of(settings, one): one for one in sorted(wanted)}
    with admin_session(settings.connection) as client:
        cluster = read_cluster(client, names)
    notes = []
    for name in names:
        if name in cluster.hidden:
            notes.append(f"{name} may not be read by this user, and was left out")
        elif name not in cluster.topics:
            notes.append(f"there is no topic {name}")
    found = {names[name]: state.partitions for name, state in cluster.topics.items()}
    if not found:
        raise ConsentryError(
            "; ".join(notes),
            "Check topic_prefix and the user: `consentry topics create --dry-run` lists the access "
            "of each role.",
        )
    return Shelves(found, tuple(notes))


def require_topics(settings: Settings, topics: Iterable[str]) -> None:
    """Raise ConsentryError where a topic is missing that records are to be sent to."""
    with admin_session(settings.connection) as client:
        cluster = read_cluster(client, topics)
    missing = sorted(set(topics) - cluster.topics.keys() - cluster.hidden)
    if missing:
        raise ConsentryError(
            f"no topic {', '.join(missing)} on {settings.connection.bootstrap}",
            "Create the topics with `consentry topics create`: it makes only what is missing.",
        )


async def read_kept(
    bus: LiveBus, settings: Settings, partitions: Mapping[KeptIn, int]
) -> AsyncIterator[list[KeptRecord]]:
    """All records that are kept there up to now, in batches."""
    for kept_in, count in partitions.items():
        topic = topic_of(settings, kept_in)
        for number in range(count):
            start = await bus.start(topic, number)
            end = await bus.end(topic, number)
            async for records in bus.read(topic, number, start, end):
                yield [read_record(record, kept_in) for record in records]


async def read_one(bus: LiveBus, kept_in: KeptIn, place: RecordPlace) -> KeptRecord | None:
    """The record that is kept at a place, None where there is none (any more)."""
    start = await bus.start(place.topic, place.partition)
    end = await bus.end(place.topic, place.partition)
    if not start <= place.offset < end:
        return None
    async for records in bus.read(place.topic, place.partition, place.offset, place.offset + 1):
        for record in records:
            if record.offset == place.offset:
                return read_record(record, kept_in)
    return None


def read_record(record: Record, kept_in: KeptIn) -> KeptRecord:
    """A record of one of the topics."""
    if kept_in is KeptIn.INGEST_REJECTS:
        return read_reject(record)
    if kept_in is KeptIn.DELIVERY:
        return read_delivery_letter(record)
    return read_dead_letter(record, kept_in)
