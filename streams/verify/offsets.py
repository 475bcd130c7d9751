"""The group's committed offsets beside the state: both are written in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from streams.verify.bus import LiveBus
from streams.verify.result import Difference, DifferenceKind
from streams.wire.progress import Progress

SETTLING_S = 5.0
"""How long the coordinator may take to show offsets whose transaction just ended."""


def ahead(committed: Mapping[str, int], progress: Progress, number: int) -> list[Difference]:
    """Offsets past the state: records between them would never be judged.

    `committed` was asked for before the state was read, so the state can only be later.
    """
    return [
        _difference(topic, number, f"offset {offset} is committed, past {position}, where the "
                    "state ends")
        for topic, offset in sorted(committed.items())
        if offset > (position := progress.positions.get(topic, 0))
    ]  # fmt: skip


async def behind(bus: LiveBus, progress: Progress, number: int) -> list[Difference]:
    """Offsets that are not where the state ends, or later, though it was read before."""
    deadline = time.monotonic() + SETTLING_S
    while True:
        committed = await bus.committed(progress.positions, number)
        short = {
            topic: (committed.get(topic), position)
            for topic, position in sorted(progress.positions.items())
            if committed.get(topic, -1) < position
        }
        if not short or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.2)
    return [
        _difference(
            topic,
            number,
            f"the state ends at {position}, and "
            + ("no offset is committed" if offset is None else f"offset {offset} is committed"),
        )
        for topic, (offset, position) in short.items()
    ]


def _difference(topic: str, number: int, what: str) -> Difference:
    return Difference(kind=DifferenceKind.OFFSETS, topic=topic, partition=number, what=what)
