"""What the worker's own clock says of the times on the topics."""

from __future__ import annotations

import pytest

from streams.core.instants import Instant, days, hours, parse_instant
from streams.errors import ConsentryError
from streams.transport.clock import OwnClock, machine_time

NOW = parse_instant("2026-11-28T05:00:00.000Z")
CLOCK = OwnClock(3600, lambda: NOW)


@pytest.mark.parametrize("at", [0, -1, NOW - days(4000), NOW, NOW + hours(1)])
def test_ticks_of_the_past_and_of_now_are_ordinary(at: int) -> None:
    CLOCK.check_tick("ticks", 3, 7, at)
    CLOCK.check_state("changelog", 3, Instant(at))


def test_a_state_without_a_time_is_one_of_before_the_first_tick() -> None:
    CLOCK.check_state("changelog", 3, None)


def test_a_tick_far_ahead_names_place_and_both_instants_and_what_to_do() -> None:
    with pytest.raises(ConsentryError) as caught:
        CLOCK.check_tick("consentry.ticks", 3, 7, NOW + days(6 * 365))
    problem, remedy = caught.value.problem, caught.value.remedy
    assert "consentry.ticks, partition 3, offset 7" in problem
    assert "2032-11-26T05:00:00.000Z" in problem
    assert "2190.0 days ahead of this machine's clock (2026-11-28T05:00:00.000Z)" in problem
    assert "clock_jump_max_s allows 1.0 hours" in problem
    assert "consentry skip --topic consentry.ticks --partition 3 --offset 7 --why" in remedy
    assert "clock is behind" in remedy


@pytest.mark.parametrize("at", [NOW + hours(1) + 1, NOW + days(9_999_999), 10**30])
def test_the_first_millisecond_too_many_counts(at: int) -> None:
    with pytest.raises(ConsentryError, match="this tick says"):
        CLOCK.check_tick("ticks", 0, 0, at)
    with pytest.raises(ConsentryError, match="time of this state says") as caught:
        CLOCK.check_state("changelog", 0, Instant(at))
    assert "generation" in caught.value.remedy


def test_the_setting_is_how_far() -> None:
    OwnClock(7200, lambda: NOW).check_tick("ticks", 0, 0, NOW + hours(2))
    with pytest.raises(ConsentryError, match=r"allows 30\.0 seconds"):
        OwnClock(30, lambda: NOW).check_tick("ticks", 0, 0, NOW + 30_001)


def test_this_machine_is_compared_where_nothing_else_is_said() -> None:
    assert abs(OwnClock(1).now - machine_time()) < 10_000
