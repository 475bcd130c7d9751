"""Records wait for each look of the collector: short ones come often, a full one in a quiet hour."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from streams.cli import garbage
from streams.cli.garbage import LOOK_AGAIN_S, QUIET_S, Housekeeping

MOST = 10_000
"""Objects in a look that keeps records waiting for some 10 ms."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    gc.collect()  # the knots of the test before
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Knot:
    """An object in a cycle."""

    def __init__(self) -> None:
        self.itself = self


def knots() -> int:
    """How many stand anywhere; the collector does not see those that were set aside."""
    gc.unfreeze()
    return sum(type(one) is Knot for one in gc.get_objects())


def test_a_look_is_short_however_many_stay() -> None:
    looked: list[int] = []

    def look(phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            looked.append(sum(len(gc.get_objects(one)) for one in range(about["generation"] + 1)))

    garbage.settle_collector()
    gc.callbacks.append(look)
    try:
        kept = [[number] for number in range(200_000)]
    finally:
        gc.callbacks.remove(look)
    assert len(looked) > len(kept) // MOST
    assert max(looked) <= MOST


def test_what_has_stayed_is_looked_at_no_more() -> None:
    kept = [[number] for number in range(1_000)]
    assert any(one is kept for one in gc.get_objects())
    garbage.set_aside()
    assert not any(one is kept for one in gc.get_objects())


def test_young_cycles_go_before_the_rest_is_set_aside() -> None:
    gc.collect()
    Knot()
    garbage.set_aside()
    assert knots() == 0


class Clock:
    """A clock and the time of the latest record, to be moved."""

    now = 0.0
    record = 0.0


def housekeeping() -> tuple[Clock, Housekeeping]:
    """One that has just looked at all, and holds a cycle that was set aside before it was garbage."""
    clock = Clock()
    garbage.settle_collector()
    tidy = Housekeeping(lambda: clock.record, lambda: clock.now)
    kept = Knot()
    garbage.set_aside()
    del kept
    return clock, tidy


@pytest.mark.parametrize(
    ("quiet_s", "passed_s", "left"),
    [
        pytest.param(QUIET_S, LOOK_AGAIN_S, 0, id="quiet, and long ago"),
        pytest.param(QUIET_S - 1, LOOK_AGAIN_S, 1, id="records come"),
        pytest.param(QUIET_S, LOOK_AGAIN_S - 1, 1, id="looked at not long ago"),
    ],
)
def test_a_full_look_waits_for_a_quiet_hour(quiet_s: float, passed_s: float, left: int) -> None:
    clock, tidy = housekeeping()
    clock.now = passed_s
    clock.record = clock.now - quiet_s
    tidy.tidy()
    assert knots() == left


def test_two_full_looks_are_an_hour_apart() -> None:
    clock, tidy = housekeeping()
    clock.now = LOOK_AGAIN_S
    tidy.tidy()
    kept = Knot()
    garbage.set_aside()
    del kept
    clock.now += LOOK_AGAIN_S - 1
    tidy.tidy()
    assert knots() == 1
