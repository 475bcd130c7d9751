"""A worker as health sees it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from streams.health.health import Health
from streams.health.report import WorkerReport
from streams.settings import Settings
from streams.transport.consumer_probe import ProbeReading
from streams.wire.progress import Progress

SETTINGS = Settings(session_timeout_s=10, stall_after_s=5)
INPUT, TICKS = SETTINGS.topics.purchase, SETTINGS.topics.ticks
NOW = 1000.0


@dataclass
class FakeCommitter:
    committed: dict[str, int]
    committed_at: float | None = None
    alive: bool = True
    waits_s: float = 0.0

    def waiting_s(self, _now: float) -> float:
        return self.waits_s


@dataclass
class Owned:
    number: int
    committer: FakeCommitter
    progress: Progress = field(default_factory=lambda: Progress(positions={}))


@dataclass
class Held:
    partitions: dict[int, Owned]
    taken: bool = True

    def __post_init__(self) -> None:
        self.open = bool(self.partitions)

    @property
    def numbers(self) -> set[int]:
        return set(self.partitions)


@dataclass
class World:
    """A consumer and its thread."""

    current_assignment: Any = None
    topics: tuple[str, ...] = (INPUT, TICKS)
    reading: ProbeReading | None = None

    async def read(self) -> ProbeReading:
        if self.reading is None:
            raise RuntimeError("not started")
        return self.reading

    registry: Any = None

    def health(self) -> Health:
        return Health(cast("Any", self), self, SETTINGS, self.registry)


def judging(**committer: Any) -> World:
    """A worker in good health with partition 3, 2 records behind."""
    held = Held({3: Owned(3, FakeCommitter({INPUT: 8, TICKS: 5}, **committer))})
    ends = {(INPUT, 3): 10, (TICKS, 3): 6}
    return World(held, reading=ProbeReading(NOW, ends))


def report(world: World, looks: int = 1) -> WorkerReport:
    health = world.health()

    async def look() -> None:
        for _ in range(looks):
            await health.look()

    asyncio.run(look())
    return health.report()
