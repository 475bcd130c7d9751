"""Fetches are farther apart where the process has little of its core left."""

from __future__ import annotations

import pytest

from streams.measures.core_share import EASY, HARD, WINDOW_S
from streams.transport.fetch.gap import LONGEST_S, FetchGap

LEAST_S = 0.005


class Clocks:
    """The time, and the processor time, of a process that is so busy."""

    def __init__(self) -> None:
        self.now = 100.0
        self.used = 7.0

    def run(self, seconds: float, busy: float) -> None:
        self.now += seconds
        self.used += seconds * busy


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    one = Clocks()
    monkeypatch.setattr("streams.measures.core_share.time.monotonic", lambda: one.now)
    monkeypatch.setattr("streams.measures.core_share.time.process_time", lambda: one.used)
    return one


def after(clocks: Clocks, one: FetchGap, seconds: float, busy: float) -> float:
    """The gap when it was so busy for so long, with a fetch every 10 ms."""
    found = 0.0
    for _ in range(round(seconds * 100)):
        clocks.run(0.01, busy)
        found = one.between(clocks.now)
    return found


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        (0.0, LEAST_S),
        (EASY, LEAST_S),
        ((EASY + HARD) / 2, 0.0125),
        (HARD, LONGEST_S),
        (1.4, LONGEST_S),
    ],
)
def test_it_grows_with_what_the_process_takes(clocks: Clocks, busy: float, expected: float) -> None:
    assert after(clocks, FetchGap(LEAST_S), 10, busy) == pytest.approx(expected, rel=1e-3)


def test_a_moment_changes_little_and_a_second_all(clocks: Clocks) -> None:
    one = FetchGap(LEAST_S)
    assert after(clocks, one, 10, 0.5) == LEAST_S
    assert after(clocks, one, WINDOW_S, 1.0) == LEAST_S
    assert after(clocks, one, 3, 1.0) == LONGEST_S
    assert after(clocks, one, 3, 0.5) == LEAST_S
