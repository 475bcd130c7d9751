"""What stands on the output topics of partition numbers and their state does not say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from streams.core.policy import Policy
from streams.operate.rebuilding.read_outputs import ReadOutputs
from streams.settings import Settings
from streams.transport.state.changelog_restore import unreadable_row
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify.bus import LiveBus
from streams.verify.pace import Advance, Pace
from streams.verify.spill import Spill
from streams.verify.stored_rows import NoStateError, StoredRows
from streams.wire.rows import CorruptRow


def unsaid(
    settings: Settings, policy: Policy, numbers: Iterable[int], advance: Advance | None = None
) -> Iterator[tuple[int, ReadOutputs]]:
    """Each partition number with what was read of it; ask it for what is unsaid before the next one.

    Works while workers run, and writes nothing: what they publish meanwhile is looked up again by
    them. Raises ConsentryError where state or topics cannot be read.
    """
    for number in numbers:
        found = ReadOutputs()
        try:
            if asyncio.run(_read(settings, policy, number, found, Pace(advance))):
                yield number, found
        finally:
            found.close()


async def _read(
    settings: Settings, policy: Policy, number: int, found: ReadOutputs, pace: Pace
) -> bool:
    """Read one partition number; False where there is no state that could say anything."""
    names = settings.topics
    spill = Spill()
    try:
        async with LiveBus(settings, pace) as bus:
            rows = StoredRows(bus, names.changelog, number, spill)
            # Before the outputs: what is published later than the rows is in line with others.
            await rows.advance()
            await rows.advance()
            require_own_state(rows.progress, owner_of(settings), names.changelog, number)
            clock = rows.progress.partition_time
            found.state(spill.execute("SELECT key, value FROM row"), policy, clock)
            for topic in (names.violations, names.duties):
                start, end = await bus.start(topic, number), await bus.settled(topic, number)
                async for records in bus.read(topic, number, start, end):
                    found.take(records, bus.registry, duty=topic == names.duties)
    except NoStateError:
        return False
    except CorruptRow:
        raise unreadable_row(names.changelog, number) from None
    finally:
        spill.close()
    return True
