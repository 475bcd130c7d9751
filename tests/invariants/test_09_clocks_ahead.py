"""A clock far ahead: nobody may leave, and nothing may pass, by a time that nobody believes."""

from __future__ import annotations

from contextlib import suppress

import pytest

from streams.core.instants import Instant, days, hours
from streams.transport.clock import OwnClock, machine_time
from streams.transport.process_exit import STOPPED
from streams.wire import arrival
from tests.invariants.bus import new_broker, send, tick
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.invariants.settings import NAMES
from tests.kafka.stories import START, share, story

SIX_YEARS = days(6 * 365)


async def a_broker_has_a_wrong_clock() -> None:
    """One tick says that six years have passed: nobody may leave, nothing may pass for it."""
    broker = new_broker()
    events = story(0)
    send(broker, *events)
    tick(broker, Instant(START + hours(5)))
    worker = Process(broker)
    await worker.assign(0)
    await worker.judge_all()
    published = len(broker.visible(NAMES.violations, 0))
    tick(broker, Instant(machine_time() + SIX_YEARS))
    for one in (worker, Process(broker)):
        if one is not worker:
            await one.assign(0)
        with suppress(Ended):
            await one.judge_all()
        require(one.code == STOPPED, "time passed by a clock that nobody believes")
        committed = broker.committed(one.settings.group_id, 0)
        require(committed[NAMES.ticks] <= 1, "the tick is committed")
    require(len(broker.visible(NAMES.violations, 0)) == published, "something was published for it")


def test_a_tick_far_ahead_holds() -> None:
    run(a_broker_has_a_wrong_clock())


def test_a_tick_far_ahead_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OwnClock, "check_tick", lambda *_: None)
    with pytest.raises(Broken, match="nobody believes"):
        run(a_broker_has_a_wrong_clock())


async def a_state_comes_from_the_future() -> None:
    """It was judged by a release, or under a setting, that believed the tick."""
    broker = new_broker()
    events = story(0)
    send(broker, *events)
    tick(broker, Instant(machine_time() + SIX_YEARS))
    credulous = Process(broker, clock_jump_max_s=1e10)
    await credulous.assign(0)
    await credulous.judge_all()
    worker = Process(broker)
    with suppress(Ended):
        await worker.assign(0)
    require(worker.code == STOPPED, "it goes on under a time that nobody believes")


def test_a_state_far_ahead_holds() -> None:
    run(a_state_comes_from_the_future())


def test_a_state_far_ahead_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OwnClock, "check_state", lambda *_: None)
    with pytest.raises(Broken, match="goes on"):
        run(a_state_comes_from_the_future())


async def a_producer_lives_in_the_future() -> None:
    """Event and record say 2032: no verdict, and no policy entry, may wait for that year."""
    broker = new_broker()
    at = Instant(machine_time() + SIX_YEARS)
    send(broker, share("s", "1", at), at=at)
    worker = Process(broker)
    await worker.assign(0)
    await worker.judge_all()
    letters = broker.visible(NAMES.dead_letters, 0)
    require(letters, "an event of the future is judged by a record of the future")
    judged_until = worker.consumer.owned[0].progress.judged_until
    require(judged_until is None, "a policy must wait for the year of a wrong clock")


def test_reading_records_of_the_future_as_now_holds() -> None:
    run(a_producer_lives_in_the_future())


def test_reading_records_of_the_future_as_now_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival.Arrivals, "read_at", lambda *_: None)
    with pytest.raises(Broken, match="judged by a record of the future"):
        run(a_producer_lives_in_the_future())
