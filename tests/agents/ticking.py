"""A broker that takes ticks, and an app that writes them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.agents.ticks import Ticks
from streams.settings import Settings
from streams.transport import process_exit
from streams.transport.clock import machine_time

SETTINGS = Settings()
TOPIC = SETTINGS.topics.ticks
INTERVAL_S = SETTINGS.tick_interval_s


class Stopped(Exception):
    """The process would have ended here."""


class Broker:
    """Keeps what it is sent, and answers with offsets that rise, each with its partition's."""

    def __init__(self, ahead_ms: int | None = 0) -> None:
        self.ahead_ms = ahead_ms
        self.sent: list[tuple[Any, ...]] = []
        self.answered = 0

    async def send(self, *sent: Any) -> Any:
        self.sent.append(sent)
        partition = sent[3]
        offset = 100 * partition + [one[3] for one in self.sent].count(partition)

        async def answer() -> Any:
            self.answered += 1
            at = None if self.ahead_ms is None else float(machine_time() + self.ahead_ms)
            return SimpleNamespace(offset=offset, timestamp=at)

        return answer()

    @property
    def numbers(self) -> list[int]:
        return [sent[3] for sent in self.sent]


class App:
    """As much of the app as ticks look at."""

    def __init__(self, broker: Broker, positions: dict[int, int], **settings: Any) -> None:
        self.settings = SETTINGS.model_copy(update=settings)
        self.producer = broker
        self.positions = positions
        self.current_assignment: Any = SimpleNamespace(
            open=True,
            partitions={
                number: SimpleNamespace(progress=SimpleNamespace(positions={TOPIC: position}))
                for number, position in positions.items()
            },
        )
        self.should_stop = False
        self.tasks: list[Any] = []

    @property
    def consumer(self) -> Any:
        return SimpleNamespace(current_assignment=self.current_assignment)

    def judged(self, number: int, position: int) -> None:
        """The worker has come to this offset of the ticks."""
        self.current_assignment.partitions[number].progress.positions[TOPIC] = position

    def task(self, run: Any) -> None:
        self.tasks.append(run)

    @property
    def ticks(self) -> Ticks:
        return Ticks(cast("Any", self))


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise Stopped

    monkeypatch.setattr(process_exit, "leave", leave)
    return codes


def tick(app: App, ticks: Ticks | None = None) -> Ticks:
    ticks = ticks or app.ticks
    asyncio.run(ticks.tick())
    return ticks
