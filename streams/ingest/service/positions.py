"""Where reading of a source begins, and where it cannot go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiokafka.structs import TopicPartition

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.topics.reader import Reader


async def first_offsets(
    consumer: Reader, places: Sequence[TopicPartition], begins: Mapping[TopicPartition, Instant]
) -> dict[TopicPartition, int]:
    """Where partitions begin that the group has no offset of.

    `begins`: the record timestamp from which some are read; the others from their first record.
    """
    found: dict[TopicPartition, int] = await consumer.beginning_offsets(places)
    if begins:
        ends = await consumer.end_offsets(list(begins))
        later = await consumer.offsets_for_times({place: int(at) for place, at in begins.items()})
        for place, one in later.items():
            found[place] = ends[place] if one is None else one.offset
    return found


async def log_range(consumer: Reader, place: TopicPartition) -> tuple[int, int]:
    """The first offset that the broker has, and that after the last."""
    start: int = (await consumer.beginning_offsets([place]))[place]
    end: int = (await consumer.end_offsets([place]))[place]
    return start, end


def lost(
    place: TopicPartition, offset: int, log: tuple[int, int], source: str, group: str
) -> ConsentryError:
    """The error for records of a source that are gone, and were not mapped."""
    return ConsentryError(
        f"{place.topic}, partition {place.partition}: the broker no longer has offset {offset}, "
        f"where the source {source} is to go on (group {group}); the log reaches from {log[0]} to "
        f"{log[1]} now: records were deleted before they were mapped, or the topic was deleted "
        "and created again",
        "What consent or objection they held is not known to Consentry. Send it again from its "
        "system, then start once with accept_lost_input = true.",
    )
