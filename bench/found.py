"""What a contestant reported, read from its output as any consumer would."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.bus import Bus

LIMIT_S = 60.0


def violations(bus: Bus, topic: str, event_id: Callable[[bytes], str | None]) -> Counter[str]:
    """How often each uncovered share was reported. Raises TimeoutError when that takes long."""
    return asyncio.run(asyncio.wait_for(_violations(bus, topic, event_id), LIMIT_S))


async def _violations(
    bus: Bus, topic: str, event_id: Callable[[bytes], str | None]
) -> Counter[str]:
    places = [TopicPartition(topic, number) for number in range(bus.partitions)]
    reader = AIOKafkaConsumer(
        **bus.settings.connection.aiokafka_options(),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await reader.start()
    found: Counter[str] = Counter()
    try:
        reader.assign(places)
        ends = await reader.end_offsets(places)
        for place in places:
            while await reader.position(place) < ends[place]:
                for records in (await reader.getmany(place, timeout_ms=200)).values():
                    ids = (event_id(record.value) for record in records if record.value)
                    found.update(one for one in ids if one is not None)
    finally:
        await reader.stop()
    return found


def difference(found: Counter[str], expected: frozenset[str]) -> str | None:
    """In what a contestant differs from the plain count, None where it does not.

    Reporting twice the same share is no difference: at-least-once allows it.
    """
    missing, more = len(expected - set(found)), len(set(found) - expected)
    if not missing and not more:
        return None
    return (
        f"it reported {len(found):,} uncovered shares where the plain count finds "
        f"{len(expected):,}: {missing:,} are missing, {more:,} are none"
    )
