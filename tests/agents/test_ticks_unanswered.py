"""Ticks of a partition that has no leader, refuses, or loses them: the others go on."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    LeaderNotAvailableError,
    TopicAuthorizationFailedError,
)
from structlog.testing import capture_logs

from streams.agents import ticks as module
from streams.agents.ticks import LOST_AFTER_S
from tests.agents.ticking import App, Broker, tick


class Silent(Broker):
    """Answers for partition 1 only when a test says what."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: asyncio.Future[Any]

    async def send(self, *sent: Any) -> Any:
        answer = await super().send(*sent)
        if sent[3] != 1:
            return answer
        answer.close()
        self.waiting = asyncio.get_running_loop().create_future()
        return self.waiting


def app_of(broker: Broker, *numbers: int) -> App:
    return App(broker, dict.fromkeys(numbers, 0), tick_interval_s=0.01)


def test_a_partition_that_gives_no_answer_holds_up_no_other() -> None:
    broker = Silent()
    app = app_of(broker, 1, 2)
    ticks = app.ticks

    async def play() -> None:
        for position in (0, 1_000, 2_000):
            app.judged(2, position)
            async with asyncio.timeout(5):
                await ticks.tick()
        assert broker.numbers == [1, 2, 2, 2], "one is on its way to the first, and no more"
        broker.waiting.set_result(SimpleNamespace(offset=7, timestamp=None))
        for position, count in ((0, 1), (7, 1), (8, 2)):
            app.judged(1, position)
            await ticks.tick()
            assert broker.numbers.count(1) == count

    asyncio.run(play())


@pytest.mark.parametrize("error", [LeaderNotAvailableError(), KafkaTimeoutError()])
def test_one_that_was_not_taken_is_made_up_for(error: KafkaError) -> None:
    broker = Silent()
    ticks = app_of(broker, 1).ticks

    async def play() -> None:
        await ticks.tick()
        broker.waiting.set_exception(error)
        await ticks.tick()
        await ticks.tick()

    with capture_logs() as lines:
        asyncio.run(play())
    name = type(error).__name__
    assert lines == [
        {"event": "ticks.failed", "partition": 1, "error": name, "log_level": "warning"}
    ]
    assert broker.numbers == [1, 1]


def test_what_waiting_does_not_help_is_not_kept_silent() -> None:
    broker = Silent()
    ticks = app_of(broker, 1).ticks

    async def play() -> None:
        await ticks.tick()
        broker.waiting.set_exception(TopicAuthorizationFailedError("ticks"))
        await ticks.tick()

    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(play())


def test_one_that_is_lost_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [5.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    broker = Broker()
    app = App(broker, {1: 0})
    ticks = app.ticks
    for at, count in ((5.0, 1), (4.0 + LOST_AFTER_S, 1), (5.0 + LOST_AFTER_S, 2)):
        now[0] = at
        tick(app, ticks)
        assert len(broker.sent) == count
