"""A first start whose inputs no longer begin at their start: it would judge on less.

Without state, all that is known of a person is what the inputs still hold. A share whose consent
was deleted by retention would be a finding, and a false one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog
from aiokafka.structs import TopicPartition

from streams.core.instants import Instant, format_instant
from streams.errors import ConsentryError
from streams.transport.fetch.log_range import LogRange

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

_PATIENCE_S: Final = 10.0
"""How long the first records may take; they only make the message better."""

log = structlog.get_logger("consentry.worker")


class MissingHistory(NamedTuple):
    """What the broker deleted of inputs that nobody has judged.

    `records` are offsets, of which some may have been no records; `topics` those concerned.
    The inputs are whole from `whole_from` on, None where that cannot be seen.
    """

    records: int
    topics: tuple[str, ...]
    partitions: tuple[int, ...]
    whole_from: Instant | None


async def missing_history(
    reader: AIOKafkaConsumer, logs: Mapping[int, Mapping[str, LogRange]], apart: frozenset[str]
) -> MissingHistory | None:
    """What is missing of the inputs of partition numbers without state; None for nothing.

    `apart` are topics that hold no history.
    """
    cut = {
        TopicPartition(topic, number): reach
        for number, reaches in logs.items()
        for topic, reach in reaches.items()
        if topic not in apart and reach.start > 0
    }
    if not cut:
        return None
    times = await _first_times(reader, cut)
    return MissingHistory(
        sum(reach.start for reach in cut.values()),
        tuple(sorted({place.topic for place in cut})),
        tuple(sorted({place.partition for place in cut})),
        max(times) if times else None,
    )


def require_accepted(missing: MissingHistory, *, accept: bool) -> None:
    """Log what is missing, where an operator accepts it. Raises ConsentryError otherwise."""
    whole = None if missing.whole_from is None else format_instant(missing.whole_from)
    if not accept:
        since = "" if whole is None else f", which are whole only from {whole} on"
        raise ConsentryError(
            f"there is no state yet, and {missing.records} older records of "
            f"{', '.join(missing.topics)} are deleted already{since}: what rests on them would be "
            "judged without them",
            "For the first installation on this bus, start once with accept_missing_history = true. "
            "Where an earlier installation or generation judged them, bring its facts: `consentry "
            "facts export` there, `facts import` here.",
        )
    log.warning(
        "input.history_missing",
        topics=missing.topics,
        partitions=missing.partitions,
        records=missing.records,
        whole_from=whole,
    )


async def _first_times(
    reader: AIOKafkaConsumer, cut: Mapping[TopicPartition, LogRange]
) -> list[Instant]:
    """The timestamps of the first records that are left, as far as they come in time."""
    waiting = {place for place, reach in cut.items() if reach.start < reach.end}
    found: list[Instant] = []
    if not waiting:
        return found
    reader.assign(list(waiting))
    for place in waiting:
        reader.seek(place, cut[place].start)
    deadline = time.monotonic() + _PATIENCE_S
    while waiting and time.monotonic() < deadline:
        polled = await reader.getmany(*waiting, timeout_ms=200)
        for place, records in polled.items():
            if records and place in waiting:
                found.append(Instant(records[0].timestamp))
                waiting.discard(place)
                reader.pause(place)
    return found
