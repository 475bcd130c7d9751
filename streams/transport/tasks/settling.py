"""Answers of a broker that may be too old for a moment are asked for again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from streams.transport.fetch.log_range import LogRange, log_ranges
from streams.transport.tasks.task_plan import GroupOffsets, TaskPlan
from streams.wire.progress import Progress

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

SETTLING_S = 5.0
"""How long the coordinator may take to show offsets whose transaction just ended.

aiokafka cannot ask for stable offsets only (`require_stable`, KIP-447), so those of a
transaction that has just ended may not show yet. They can only be too old, never too new,
and never be taken for right by mistake: the progress row of the same transaction stands
in the changelog, whose end is settled, since the broker answers the start of the new
producer only after the markers of the old transaction are written everywhere.
"""

_ASK_AGAIN_S = 0.2


async def settled_offsets(
    group: GroupOffsets, number: int, progress: Progress | None, committed: dict[str, int]
) -> dict[str, int]:
    """Ask again for a while when the offsets are not yet those of the state."""
    deadline = time.monotonic() + SETTLING_S
    while progress is not None and progress.differences(committed) and time.monotonic() < deadline:
        await asyncio.sleep(_ASK_AGAIN_S)
        committed = await group.committed(number)
    return committed


async def settled_logs(
    reader: AIOKafkaConsumer, plan: TaskPlan, committed: Mapping[int, Mapping[str, int]]
) -> dict[int, dict[str, LogRange]]:
    """From where to where the inputs reach, by partition number.

    Asked again for a while when one ends before what is committed: a leader that was
    just elected may not know yet how far its log is replicated.
    """
    deadline = time.monotonic() + SETTLING_S
    while True:
        logs = await log_ranges(reader, plan.topics, plan.changelog, list(committed))
        short = any(
            topic in logs[number] and position > logs[number][topic].end
            for number, offsets in committed.items()
            for topic, position in offsets.items()
        )
        if not short or time.monotonic() > deadline:
            return logs
        await asyncio.sleep(_ASK_AGAIN_S)
