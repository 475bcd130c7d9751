"""One verification from end to end: partition number by partition number, then across."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from streams.core.policy import Policy
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.tasks.judging_basis import JudgingBasis
from streams.verify.across import Across
from streams.verify.bus import LiveBus
from streams.verify.compare import Comparison
from streams.verify.pace import Advance, Pace
from streams.verify.partition import Partition, Shared
from streams.verify.result import Verification
from streams.verify.spill import Spill
from streams.verify.topics import count_partitions, topic_ids


def verify(
    settings: Settings,
    policy: Policy,
    *,
    numbers: Iterable[int] | None = None,
    with_inputs: bool = True,
    limit: int = 50,
    advance: Advance | None = None,
) -> Verification:
    """Verify the partition numbers (None: all) of the bus that the settings name.

    Works while workers run, and writes nothing to the bus. `limit` differences are kept,
    all are counted. Raises ConsentryError when there is nothing that could be verified: no
    state, another policy, no broker, a topic that is missing, a transaction that hangs.
    """
    began = time.monotonic()
    count = count_partitions(settings)
    chosen = sorted(set(range(count) if numbers is None else numbers))
    if wrong := [number for number in chosen if not 0 <= number < count]:
        raise ConsentryError(
            f"there is no partition {wrong[0]}",
            f"The topics have the partitions 0 to {count - 1}.",
        )
    result = Verification(limit=limit, with_inputs=with_inputs)
    asyncio.run(_verify(settings, policy, count, chosen, result, Pace(advance)))
    result.seconds = time.monotonic() - began
    return result


async def _verify(
    settings: Settings,
    policy: Policy,
    count: int,
    chosen: list[int],
    result: Verification,
    pace: Pace,
) -> None:
    names = settings.topics
    comparison = Comparison(names, policy)
    across = Across(names, policy, count)
    try:
        async with LiveBus(settings, pace) as bus:
            basis = JudgingBasis(policy)
            ids = await asyncio.to_thread(topic_ids, settings)
            shared = Shared(
                settings, policy, count, bus, across, comparison, basis, pace, result, ids
            )
            before = {number: await bus.end(names.violations, number) for number in chosen}
            await _expect(shared, chosen)
            read_until = {}
            for number in chosen:
                spill = Spill()
                try:
                    read_until[number] = await Partition(shared, number, spill).verify()
                finally:
                    spill.close()
            if result.with_inputs:
                await _across(shared, before, read_until)
            result.records = bus.records
    finally:
        across.close()
    result.earlier_texts = comparison.earlier


async def _expect(shared: Shared, chosen: list[int]) -> None:
    """How much there is to read, for those who wait."""
    names = shared.settings.topics
    topics = [names.changelog, names.violations, names.duties]
    if shared.result.with_inputs:
        topics += names.judged
        topics += [names.dead_letters, names.quarantine]
    for number in chosen:
        for topic in topics:
            end = await shared.bus.end(topic, number)
            shared.pace.expect(end - await shared.bus.start(topic, number))


async def _across(shared: Shared, before: dict[int, int], read_until: dict[int, int]) -> None:
    """Compare what crosses partition numbers, now that all that it follows from was read."""
    result, across, names = shared.result, shared.across, shared.settings.topics
    await across.read_rekeyed(shared.bus)
    result.add(across.not_sent())
    for number, start in read_until.items():
        await across.catch_up(shared.bus, number, start)
    result.add(across.unpublished(shared.comparison, read_until))
    if len(read_until) < shared.count:
        result.notes.append(
            "whether findings about dead letters are too many shows only when all partition "
            "numbers are verified"
        )
    elif any(line.start for line in result.balance if line.topic != names.ticks):
        result.notes.append(
            "whether findings about dead letters are too many shows only while the inputs are "
            "retained from their start"
        )
    else:
        result.add(across.unfounded(before))
