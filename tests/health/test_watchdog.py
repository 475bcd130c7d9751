"""The watchdog: what counts as standing still, and what does not."""

from __future__ import annotations

from streams.health.watchdog import Watchdog, WatchedPlace

TICKS = "ticks"


def stalled(*looks: dict[str, WatchedPlace], every_s: float = 1.0) -> bool:
    """Whether partition 0 is stalled after looks at it, with ten seconds allowed."""
    dog = Watchdog(10.0, TICKS)
    for step, places in enumerate(looks):
        dog.look(step * every_s, {0: places})
    return dog.stalled == {0}


def at(
    committed: int, end: int | None = 100, ticks: tuple[int, int] = (5, 5)
) -> dict[str, WatchedPlace]:
    return {
        "in": WatchedPlace(committed, end),
        "idle": WatchedPlace(0, 0),
        TICKS: WatchedPlace(*ticks),
    }


def test_lag_that_stands_still_is_a_stall_after_the_time_allowed() -> None:
    assert not stalled(*[at(7)] * 10)
    assert stalled(*[at(7)] * 11)
    assert Watchdog(10.0, TICKS).standing_s(0) == 0


def test_without_lag_nothing_stands_still() -> None:
    assert not stalled(*[at(100)] * 60)
    assert not stalled(*[at(7, None)] * 60)


def test_what_moves_is_not_stalled_however_large_the_lag() -> None:
    assert not stalled(*(at(step, 1_000_000 * (step + 1)) for step in range(60)))


def test_one_step_forward_starts_the_time_again() -> None:
    assert not stalled(*[at(7)] * 10, *[at(8)] * 10)
    assert stalled(*[at(7)] * 10, *[at(8)] * 11)


def test_ticks_that_go_on_do_not_hide_inputs_that_stand_still() -> None:
    assert stalled(*(at(7, ticks=(step, step + 1)) for step in range(11)))


def test_a_topic_may_wait_for_the_backlog_of_another() -> None:
    backlog = [{**at(7), "other": WatchedPlace(step, 1000)} for step in range(60)]
    assert not stalled(*backlog)
    ticks_wait = [at(step, 1000, ticks=(5, 60)) for step in range(60)]
    assert not stalled(*ticks_wait)


def test_ticks_alone_can_stand_still() -> None:
    assert stalled(*[at(100, ticks=(5, 60))] * 11)


def test_time_in_which_nobody_looked_does_not_count() -> None:
    assert not stalled(at(7), at(7), every_s=3600.0)
    assert stalled(*[at(7)] * 6, every_s=3600.0)


def test_a_partition_that_was_given_up_and_comes_back_starts_again() -> None:
    dog = Watchdog(10.0, TICKS)
    for step in range(11):
        dog.look(step, {0: at(7), 1: at(step)})
    assert dog.stalled == {0}
    dog.look(11, {1: at(12)})
    assert dog.stalled == frozenset()
    dog.look(12, {0: at(7), 1: at(13)})
    assert dog.stalled == frozenset()
    assert dog.standing_s(0) == 0
