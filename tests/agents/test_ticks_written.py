"""Which ticks are written: one where the last one was judged, in an open holding, in time."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.exceptions import ProducerSendError
from structlog.testing import capture_logs

from streams.agents.ticks import VALUE, Ticks, install
from streams.core.instants import format_instant, hours, parse_instant
from streams.transport import process_exit
from streams.transport.clock import machine_time
from tests.agents.ticking import INTERVAL_S, TOPIC, App, Broker, Stopped, stopped, tick

__all__ = ["stopped"]


@pytest.mark.parametrize(("source", "written"), [("worker", True), ("external", False)])
def test_a_scheduler_of_ones_own_is_left_alone(source: str, *, written: bool) -> None:
    app = App(Broker(), {}, tick_source=source)
    install(cast("Any", app))
    assert [run.__func__ for run in app.tasks] == [Ticks.run] * written


def test_each_number_that_is_owned_gets_one_with_its_place_and_no_key() -> None:
    broker = Broker()
    tick(App(broker, {3: 0, 7: 50}))
    assert broker.sent == [(TOPIC, None, VALUE, n, None, None) for n in (3, 7)]
    assert broker.answered == 2


def test_no_further_one_is_written_before_the_last_was_judged() -> None:
    """The position is the next offset to read: past the tick, once it was judged."""
    broker = Broker()
    app = App(broker, {1: 0, 2: 0})
    ticks = tick(app)
    for number, position, numbers in [
        (1, 101, [1, 2]),  # the tick of 1 stands at 101, and is still to be read
        (1, 102, [1, 2, 1]),
        (1, 102, [1, 2, 1]),
        (2, 201, [1, 2, 1]),
        (2, 202, [1, 2, 1, 2]),
        (1, 103, [1, 2, 1, 2, 1]),
    ]:
        app.judged(number, position)
        tick(app, ticks)
        assert broker.numbers == numbers


def test_the_first_one_is_written_on_a_topic_that_is_empty() -> None:
    broker = Broker()
    tick(App(broker, {0: 0}))
    assert broker.numbers == [0]


@pytest.mark.parametrize("assignment", [None, SimpleNamespace(open=False, partitions={1: None})])
def test_what_is_not_held_or_is_given_up_gets_none(assignment: object) -> None:
    broker = Broker()
    app = App(broker, {1: 0})
    app.current_assignment = assignment
    tick(app)
    assert broker.sent == []


def test_an_answer_without_a_time_is_compared_with_nothing(stopped: list[int]) -> None:
    broker = Broker(None)
    with capture_logs() as lines:
        app = App(broker, {1: 0, 2: 0})
        ticks = tick(app)
        tick(app, ticks)
    assert (lines, stopped) == ([], [])
    assert broker.numbers == [1, 2], "what was written is known all the same"


def test_a_clock_that_is_ahead_is_said_with_place_and_both_times() -> None:
    broker = Broker(-hours(30))
    before = machine_time()
    with capture_logs() as lines:
        tick(App(broker, {4: 0}))
    [line] = lines
    assert line["event"] == "clock.ahead_of_broker"
    assert line["log_level"] == "warning"
    assert (line["topic"], line["partition"], line["offset"]) == (TOPIC, 4, 401)
    assert format_instant(before) <= line["here"] <= format_instant(machine_time())
    behind = parse_instant(line["broker"]) + hours(30)
    assert before <= behind <= machine_time()
    assert line["remedy"] == (
        "Set the clock that is wrong right (NTP): where it is the broker's, deadlines pass too "
        "late."
    )


def test_it_is_said_once_more_only_after_the_clocks_agreed() -> None:
    broker = Broker(-hours(30))
    app = App(broker, {4: 0})
    ticks = app.ticks
    said = []
    for ahead in (-hours(30), -hours(30), 0, 0, -hours(30), -hours(30)):
        broker.ahead_ms = ahead
        app.judged(4, 1_000)
        with capture_logs() as lines:
            tick(app, ticks)
        said.append(len(lines))
    assert said == [1, 0, 0, 0, 1, 0]


def test_how_far_ahead_is_the_setting(stopped: list[int]) -> None:
    with pytest.raises(Stopped):
        tick(App(Broker(hours(3)), {4: 0}))
    assert stopped == [process_exit.STOPPED]
    tick(App(Broker(hours(3)), {4: 0}, clock_jump_max_s=4 * 3600.0))
    assert stopped == [process_exit.STOPPED]


class TestRun:
    @pytest.fixture
    def slept(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """How long was waited for, in a loop that waits for nothing."""
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        monkeypatch.setattr(asyncio, "sleep", sleep)
        return slept

    def run(self, app: App, tick: Any) -> None:
        ticks = app.ticks
        ticks.tick = tick  # type: ignore[method-assign]
        asyncio.run(ticks.run())

    def test_one_an_interval_until_the_app_stops(self, slept: list[float]) -> None:
        app = App(Broker(), {}, tick_interval_s=2.5)
        written: list[list[float]] = []

        async def tick() -> None:
            written.append(list(slept))
            app.should_stop = len(written) == 3

        self.run(app, tick)
        assert written == [[2.5], [2.5] * 2, [2.5] * 3], "it waits before each"

    def test_none_in_an_app_that_is_stopping(self, slept: list[float]) -> None:
        app = App(Broker(), {})
        app.should_stop = True

        async def tick() -> None:
            raise AssertionError

        self.run(app, tick)
        assert slept == []

    def test_one_that_could_not_be_sent_is_made_up_for(self, slept: list[float]) -> None:
        app = App(Broker(), {})
        times = 0

        async def tick() -> None:
            nonlocal times
            times += 1
            app.should_stop = times == 2
            if times == 1:
                raise ProducerSendError("jan@example.org")

        with capture_logs() as lines:
            self.run(app, tick)
        assert times == len(slept) == 2
        assert lines == [
            {"event": "ticks.failed", "error": "ProducerSendError", "log_level": "warning"}
        ]

    def test_what_nobody_foresaw_is_not_kept_silent(self, slept: list[float]) -> None:
        async def tick() -> None:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            self.run(App(Broker(), {}), tick)
        assert slept == [INTERVAL_S]
