"""Schedules in which facts move, or policies meet a taking over: found by the model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.play import Event, play
from tests.model.searching import ALL_JUDGED
from tests.model.staging import staged
from tests.model.world import World


@pytest.fixture(autouse=True, scope="module")
def stage() -> Iterator[None]:
    with staged():
        yield


def test_who_is_being_erased_is_erased_where_the_facts_go() -> None:
    """A fault of the export: the row that says so stayed behind."""
    begun: list[Event] = [("erase", 3, 0), ("run", 150, 1), ("import", 0, 0)]
    play(World(3), [*ALL_JUDGED, *begun, *[("send", 5, 0)] * 5])


def test_a_policy_that_came_while_a_partition_was_taken_over_is_taken_up() -> None:
    """A fault of taking over: the last owner knew it, and who read the log before stopped."""
    schedule = [
        ("grow", 1, 152), ("overtake", 211, 1), ("import", 0, 1), ("grow", 1, 59), ("mix", 5, 1),
        ("send", 1, 228), ("start", 1, 33), ("policy", 1, 0), ("start", 1, 187),
        ("overtake", 132, 1), ("run", 237, 1),
    ]  # fmt: skip
    play(World(14), schedule)


def test_a_command_that_no_worker_has_read_is_waited_for_before_growth() -> None:
    """A fault of growth: of a partition without a state no command was looked at."""
    schedule = [
        ("start", 1, 0),
        ("rebalance", 1, 83),
        ("run", 0, 1),
        ("grow", 1, 149),
        ("kill", 1, 228),
        ("import", 1, 59),
        ("restrict", 0, 1),
        ("run", 227, 1),
        ("grow", 1, 178),
    ]
    play(World(167, lasting=True), schedule, survivors=True)


def test_what_was_killed_and_timed_out_is_said_again() -> None:
    """A fault of the import: what an aborted transaction leaves was taken for a state."""
    first = 20  # the first transaction is not committed, and aborted before it is said again
    moves: list[Event] = [("grow", 1, first), ("import", 0, first)]
    play(World(3), [*ALL_JUDGED, *moves])
