"""A holding: what may be judged, and who gets credits back."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.tasks.assignment import Assignment


def piece(assignment: int, partition: int = 0) -> PollBatch:
    return PollBatch(partition, assignment, {"a": OffsetSpan(0, 1)}, [])


def test_only_slices_of_an_open_holding_are_judged() -> None:
    async def run() -> None:
        holding = Assignment(2, frozenset({0}), open_slices=1)
        partition = cast("Any", object())
        holding.take({0: partition})
        assert holding.partition_of(piece(2)) is None
        holding.begin()
        assert holding.partition_of(piece(2)) is partition
        assert holding.partition_of(piece(1)) is None
        holding.end()
        assert holding.partition_of(piece(2)) is None

    asyncio.run(run())


def test_a_slice_of_an_earlier_assignment_gives_back_no_credit() -> None:
    holding = Assignment(2, frozenset({0}), open_slices=1)
    holding.hand_on(piece(2))
    holding.give_back(piece(1))
    assert holding.with_room() == set()
    holding.give_back(piece(2))
    assert holding.with_room() == {0}


def test_room_that_comes_back_is_told_and_room_that_was_there_is_not() -> None:
    told: list[int] = []
    holding = Assignment(1, frozenset({0, 1}), open_slices=2)
    holding.on_room = told.append
    for one in (piece(1, 1), piece(1, 1), piece(1, 0)):
        holding.hand_on(one)
    holding.give_back(piece(1, 0))
    assert told == []
    holding.give_back(piece(1, 1))
    holding.give_back(piece(1, 1))
    assert told == [1]
