"""How far the sweeps of an installation are, from the progress rows on the changelog."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.transport.tasks.kafka_clients import changelog_reader
from streams.transport.tasks.state_owner import latest_progress
from streams.verify.topics import count_partitions
from streams.wire.sweeps import Basis, Sweep


class PartitionSweep(NamedTuple):
    """What verdicts of a partition number rest on, and the latest sweep; None: there was none."""

    partition: int
    basis: Basis
    sweep: Sweep | None

    @property
    def share(self) -> float:
        """Which share of its subjects is of that basis, from 0 to 1."""
        return 1.0 if self.sweep is None else self.sweep.share


def sweep_status(settings: Settings) -> tuple[PartitionSweep, ...]:
    """The state of every partition number that has one, in order.

    Reads committed records only, and writes nothing. Raises ConsentryError where nothing was
    judged yet, and for a broker that does not answer.
    """
    count = count_partitions(settings)
    found = asyncio.run(_read(settings, range(count)))
    if not found:
        raise ConsentryError(
            f"{settings.topics.changelog} holds no state: nothing was judged yet",
            "Start a worker first.",
        )
    return tuple(found)


async def _read(settings: Settings, numbers: Sequence[int]) -> list[PartitionSweep]:
    reader = changelog_reader(settings)
    await reader.start()
    try:
        rows = await latest_progress(reader, settings.topics.changelog, numbers)
    finally:
        await reader.stop()
    return [PartitionSweep(number, one.basis, one.sweep) for number, one in sorted(rows.items())]
