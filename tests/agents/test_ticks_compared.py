"""The time that a broker gives a tick is compared with the worker's own clock."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from streams.agents.ticks import Ticks
from streams.core.instants import days, hours
from streams.settings import Settings
from streams.transport import process_exit
from streams.transport.clock import machine_time

SETTINGS = Settings()


class Ended(BaseException):
    """The process would have ended here."""


class Broker:
    """Stamps what it is sent with a clock of its own."""

    def __init__(self, ahead_ms: int) -> None:
        self.ahead_ms = ahead_ms
        self.sent = 0

    async def send(self, *_: object) -> Any:
        async def answered() -> Any:
            return SimpleNamespace(
                offset=self.sent, timestamp=float(machine_time() + self.ahead_ms)
            )

        self.sent += 1
        return answered()


def tick(broker: Broker, times: int = 1) -> None:
    positions = {SETTINGS.topics.ticks: 10}
    partition = SimpleNamespace(progress=SimpleNamespace(positions=positions))
    assignment = SimpleNamespace(open=True, partitions={4: partition})
    app = SimpleNamespace(
        settings=SETTINGS, producer=broker, consumer=SimpleNamespace(current_assignment=assignment)
    )
    ticks = Ticks(cast("Any", app))
    for _ in range(times):
        asyncio.run(ticks.tick())


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise Ended

    monkeypatch.setattr(process_exit, "leave", leave)
    return codes


def test_a_broker_far_ahead_ends_the_worker_in_words(
    left: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Ended):
        tick(Broker(hours(2)))
    assert left == [process_exit.STOPPED]
    said = capsys.readouterr().err
    assert "clock is behind" in said
    assert f"{SETTINGS.topics.ticks}, partition 4, offset 1" in said


def test_a_broker_far_behind_is_said_once(left: list[int]) -> None:
    with capture_logs() as lines:
        tick(Broker(-days(1)), times=3)
    assert [line["event"] for line in lines] == ["clock.ahead_of_broker"]
    assert not left


@pytest.mark.parametrize("ahead_ms", [0, hours(1) - 60_000, -hours(1) + 60_000])
def test_clocks_that_nearly_agree_are_no_news(left: list[int], ahead_ms: int) -> None:
    with capture_logs() as lines:
        tick(Broker(ahead_ms))
    assert (lines, left) == ([], [])
