"""What must agree before a partition is judged; each check with one that passes."""

from __future__ import annotations

import pytest

from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.transport.fetch.log_range import LogRange
from streams.transport.tasks.preconditions import (
    latest,
    lost_inputs,
    progress_agrees,
    same_counts,
    shared_numbers,
)
from streams.wire.progress import Gap, Progress

TOPICS = ("a", "b")


def test_all_topics_have_the_same_partition_numbers() -> None:
    assigned = {("a", 0), ("b", 0), ("a", 2), ("b", 2)}
    assert shared_numbers(TOPICS, assigned) == {0, 2}
    assert shared_numbers(TOPICS, ()) == set()


@pytest.mark.parametrize("assigned", [{("a", 0)}, {("a", 0), ("b", 1)}, {("b", 0)}])
def test_other_numbers_of_one_topic_are_refused(assigned: set[tuple[str, int]]) -> None:
    with pytest.raises(ConsentryError, match="other partition numbers") as refused:
        shared_numbers(TOPICS, assigned)
    assert "stop all" in refused.value.remedy


def test_partition_counts() -> None:
    assert same_counts({"a": 4, "b": 4}) == 4
    with pytest.raises(ConsentryError, match="a 4, b 6"):
        same_counts({"b": 6, "a": 4})


def test_progress_equals_the_committed_offsets() -> None:
    progress_agrees(None, {}, "log", 0)
    progress_agrees(Progress(positions={"a": 5, "b": 0}), {"a": 5, "b": 0}, "log", 0)


@pytest.mark.parametrize(
    ("progress", "committed", "fault"),
    [
        (None, {"a": 5}, "state of the group is missing"),
        (Progress(positions={"a": 4}), {"a": 5}, "it ends at 4, committed is 5"),
        (Progress(positions={"a": 6}), {"a": 5}, "it ends at 6, committed is 5"),
        (Progress(positions={"a": 5}), {}, "committed is None"),
        (Progress(positions={}), {"a": 5}, "it ends at None"),
    ],
)
def test_progress_that_differs_is_refused(
    progress: Progress | None, committed: dict[str, int], fault: str
) -> None:
    with pytest.raises(ConsentryError, match=fault):
        progress_agrees(progress, committed, "log", 3)


def test_input_deleted_before_it_was_judged() -> None:
    committed, logs = {"a": 5, "b": 9}, {"a": LogRange(7, 20), "b": LogRange(9, 9)}
    with pytest.raises(ConsentryError, match="offset 5 up to 7"):
        lost_inputs(committed, logs, 0, accept=False)
    assert lost_inputs(committed, logs, 0, accept=True) == [Gap("a", 5, 7)]
    assert lost_inputs({"a": 7}, logs, 0, accept=False) == []


@pytest.mark.parametrize("accept", [False, True])
def test_input_that_ends_before_what_was_judged(*, accept: bool) -> None:
    with pytest.raises(ConsentryError, match="offset 5 is the next to judge") as refused:
        lost_inputs({"a": 5}, {"a": LogRange(0, 4)}, 3, accept=accept)
    assert "a, partition 3" in refused.value.problem
    assert "from 0 to 4" in refused.value.problem
    assert "generation" in refused.value.remedy
    assert lost_inputs({"a": 4}, {"a": LogRange(0, 4)}, 3, accept=accept) == []


def test_the_latest_of_two_instants() -> None:
    assert latest(None, None) is None
    assert latest(Instant(1), None) == latest(None, Instant(1)) == 1
    assert latest(Instant(1), Instant(2)) == latest(Instant(2), Instant(1)) == 2
