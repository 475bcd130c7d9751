"""Going on with a topic that was paused, by an operator's order (docs/adr/0093)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from streams.errors import ConsentryError
from streams.operate.owning import change_progress, stored_progress
from streams.settings import Settings
from streams.transport.tasks.state_owner import owner_of, require_own_state
from streams.verify.bus import LiveBus
from streams.verify.pace import Pace
from streams.verify.topics import count_partitions
from streams.wire.progress import Paused, Progress


class Resumed(NamedTuple):
    """A partition number of the topic that is read again, from where it was paused."""

    partition: int
    paused: Paused


def resume(
    settings: Settings, topic: str, numbers: Iterable[int] | None = None
) -> tuple[Resumed, ...]:
    """Have a topic read again in these partition numbers (None: all) where it is paused.

    Its window begins again. The workers of those numbers end, and read it once they are
    started again. Raises ConsentryError where there is no such topic or partition.
    """
    if topic not in settings.topics.input_types:
        raise ConsentryError(
            f"{topic} is no input",
            f"Inputs are {', '.join(settings.topics.input_types)}.",
        )
    count = count_partitions(settings)
    chosen = sorted(set(range(count) if numbers is None else numbers))
    if wrong := [number for number in chosen if not 0 <= number < count]:
        raise ConsentryError(
            f"{topic} has no partition {wrong[0]}",
            f"The topics have the partitions 0 to {count - 1}.",
        )
    return asyncio.run(_resume(settings, topic, chosen))


async def _resume(settings: Settings, topic: str, numbers: list[int]) -> tuple[Resumed, ...]:
    found = []
    changelog = settings.topics.changelog
    async with LiveBus(settings, Pace(None)) as bus:
        for number in numbers:
            # Before anybody is fenced for nothing.
            progress = await stored_progress(settings, number)
            require_own_state(progress, owner_of(settings), changelog, number)
            if topic not in progress.paused:
                continue
            paused = await change_progress(settings, bus, number, lambda p: go_on(p, topic))
            if paused is not None:
                found.append(Resumed(number, paused))
    return tuple(found)


def go_on(progress: Progress, topic: str) -> tuple[bool, Paused | None]:
    """Take the pause out of a progress row, and the window that it was decided by."""
    paused = progress.paused.pop(topic, None)
    if paused is not None:
        progress.windows.pop(topic, None)
    return paused is not None, paused
