"""An assignment: what may be judged, and who gets room back."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.tasks.assignment import Assignment


def poll_batch(assignment: int, partition: int = 0) -> PollBatch:
    return PollBatch(partition, assignment, {"a": OffsetSpan(0, 1)}, [])


def test_only_slices_of_an_open_holding_are_judged() -> None:
    async def run() -> None:
        assignment = Assignment(2, frozenset({0}), open_slices=1)
        partition = cast("Any", object())
        assignment.take({0: partition})
        assert assignment.partition_of(poll_batch(2)) is None
        assignment.begin()
        assert assignment.partition_of(poll_batch(2)) is partition
        assert assignment.partition_of(poll_batch(1)) is None
        assignment.end()
        assert assignment.partition_of(poll_batch(2)) is None

    asyncio.run(run())


def test_a_poll_batch_of_an_earlier_assignment_gives_back_no_room() -> None:
    assignment = Assignment(2, frozenset({0}), open_slices=1)
    assignment.hand_on([poll_batch(2)])
    assignment.judged([poll_batch(2)])
    assignment.give_back(poll_batch(1))
    assert assignment.with_room() == set()
    assignment.give_back(poll_batch(2))
    assert assignment.with_room() == {0}


def test_room_that_comes_back_is_reported_and_room_that_was_there_is_not() -> None:
    published: list[int] = []
    assignment = Assignment(1, frozenset({0, 1}), open_slices=2)
    assignment.on_room = published.append
    for one in (poll_batch(1, 1), poll_batch(1, 1), poll_batch(1, 0)):
        assignment.hand_on([one])
        assignment.judged([one])
    published.clear()
    assignment.give_back(poll_batch(1, 0))
    assert published == []
    assignment.give_back(poll_batch(1, 1))
    assignment.give_back(poll_batch(1, 1))
    assert published == [1]


def test_judging_is_behind_while_two_polls_wait_for_it() -> None:
    reported: list[int] = []
    assignment = Assignment(3, frozenset({0, 1, 2}), open_slices=1)
    assignment.on_room = reported.append
    first, second = [poll_batch(3, 0)], [poll_batch(3, 1)]
    behind = [assignment.behind]
    for some in (first, second):
        assignment.hand_on(some)
        behind.append(assignment.behind)
    assert behind == [False, False, True]
    assert assignment.with_room() == {2}
    assignment.judged([poll_batch(2, 1)])  # of an earlier assignment
    behind.append(assignment.behind)
    assert reported == []
    assignment.judged(first)
    behind.append(assignment.behind)
    assert (behind[3:], reported) == ([True, False], [2])


def test_nothing_is_judged_twice() -> None:
    assignment = Assignment(1, frozenset({0}), open_slices=2)
    assignment.hand_on([poll_batch(1)])
    assignment.judged([poll_batch(1)])
    with pytest.raises(ValueError, match="judged twice"):
        assignment.judged([poll_batch(1)])
