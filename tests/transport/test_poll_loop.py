"""Polling: how long a poll may wait, what it asks for, and who gets slices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Any

import pytest
from faust.types import TP
from structlog.testing import capture_logs

from streams.transport.fetch.partition_group import AlignmentBounds
from streams.transport.fetch.poll_batch import OffsetSpan, Poll, PollBatch, Polled
from streams.transport.fetch.record_queue import Room
from streams.transport.poll_loop import POLL_S, WAITING_POLL_S, Polling, as_message
from streams.transport.tasks.assignment import Assignment
from tests.transport.records import One, polled

BOUNDS = AlignmentBounds(records=4, bytes=1000, seconds=10.0)
WIDE = AlignmentBounds(records=100, bytes=1 << 20, seconds=10.0)


class Poller:
    """Brings what it was given, poll by poll."""

    def __init__(self, *brought: list[Polled]) -> None:
        self.brought = list(brought)
        self.asked: list[set[TP]] = []
        self.waited: list[float] = []
        self.cut = 0
        self.held: list[set[TP]] = []

    async def poll(self, room: Mapping[TP, Room], timeout: float) -> list[Polled]:  # noqa: ASYNC109
        self.asked.append(set(room))
        self.waited.append(timeout)
        return self.brought.pop(0) if self.brought else []

    def cut_short(self) -> None:
        self.cut += 1

    async def hold(self, places: Collection[TP]) -> None:
        self.held.append(set(places))


def turns(
    poller: Poller,
    assignment: Assignment,
    polls: int = 1,
    *,
    clock: Callable[[], float] = lambda: 0.0,
) -> list[list[PollBatch]]:
    """What so many polls give, each poll batch judged, and with its room taken."""

    async def run() -> list[list[PollBatch]]:
        mine = Polling(assignment, poller, ("a", "b"), BOUNDS, clock)
        got = []
        for _ in range(polls):
            got.append(await mine.poll_batches())
            if got[-1]:
                assignment.hand_on(got[-1])
                assignment.judged(got[-1])
        return got

    return asyncio.run(run())


def one_number() -> Assignment:
    return Assignment(1, frozenset({0}), open_slices=1)


def at_end(number: int, *topics: str) -> list[Polled]:
    return [polled(topic, 0, [], stable_end=0, partition=number) for topic in topics]


def test_what_is_there_and_at_its_end_is_handed_on_at_once() -> None:
    poller = Poller([polled("a", 0, [5], stable_end=1), *at_end(0, "b")])
    [[poll_batch]] = turns(poller, one_number())
    assert [record.offset for record in poll_batch.records] == [0]
    assert poller.waited == [POLL_S]


def test_a_poll_is_short_while_records_wait_for_a_topic() -> None:
    poller = Poller([polled("a", 0, [5], stable_end=1)], [], at_end(0, "b"))
    first, second, third = turns(poller, one_number(), 3)
    assert (first, second) == ([], [])
    assert len(third) == 1
    assert poller.waited == [POLL_S, WAITING_POLL_S, WAITING_POLL_S]


def test_a_poll_does_not_wait_while_something_can_be_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("fetch.partition_group", "fetch.record_queue"):
        monkeypatch.setattr(f"streams.transport.{module}.SLICE_RECORDS", 1)
    assignment = Assignment(1, frozenset({0}), open_slices=8)
    poller = Poller([polled("a", 0, [5, 6], stable_end=2), *at_end(0, "b")])
    assert [len(poll_batches) for poll_batches in turns(poller, assignment, 3)] == [1, 1, 0]
    assert poller.waited == [POLL_S, 0.0, POLL_S]


def test_without_room_records_are_taken_until_the_share_is_full_and_kept() -> None:
    """Four records for two topics: two of each."""
    assignment = one_number()
    poller = Poller(
        [polled("a", 0, [1], stable_end=1), *at_end(0, "b")],
        [polled("a", 1, [2], stable_end=2)],
        [polled("a", 2, [3], stable_end=3)],
    )
    handed_on = turns(poller, assignment, 4)
    assert [len(poll_batches) for poll_batches in handed_on] == [1, 0, 0, 0]
    a, b = TP("a", 0), TP("b", 0)
    assert poller.asked == [{a, b}, {a, b}, {a, b}, {b}]
    assert poller.waited == [POLL_S] * 4


def test_a_number_without_room_stops_no_other() -> None:
    assignment = Assignment(1, frozenset({0, 1}), open_slices=1)
    open_one = [PollBatch(0, 1, {"a": OffsetSpan(0, 0)}, [])]
    assignment.hand_on(open_one)
    assignment.judged(open_one)
    poller = Poller(
        [
            part
            for number in (0, 1)
            for part in (
                polled("a", 0, [1], stable_end=1, partition=number),
                *at_end(number, "b"),
            )
        ]
    )
    [[poll_batch]] = turns(poller, assignment)
    assert poll_batch.partition == 1


def test_room_that_comes_back_ends_a_poll_where_something_can_be_handed_on() -> None:
    assignment = one_number()
    handed: list[PollBatch] = []
    poller = Poller(
        [polled("a", 0, [1], stable_end=1), *at_end(0, "b")],
        [polled("a", 1, [2], stable_end=2)],
    )

    async def run() -> list[PollBatch]:
        mine = Polling(assignment, poller, ("a", "b"), BOUNDS)
        handed.extend(await mine.poll_batches())
        assignment.hand_on(handed)
        assignment.judged(handed)
        assert await mine.poll_batches() == []
        assert poller.cut == 0
        assignment.give_back(handed[0])
        assert poller.cut == 1
        return await mine.poll_batches()

    [poll_batch] = asyncio.run(run())
    assert [record.offset for record in poll_batch.records] == [1]
    assert poller.waited[-1] == 0.0


def test_room_that_comes_back_ends_no_poll_where_nothing_waits() -> None:
    assignment = one_number()
    poller = Poller([polled("a", 0, [1], stable_end=1), *at_end(0, "b")])
    [[poll_batch]] = turns(poller, assignment)
    assignment.give_back(poll_batch)
    assert poller.cut == 0


def test_what_comes_while_two_polls_are_to_be_judged_is_handed_on_in_one_piece_after_it() -> None:
    assignment = Assignment(1, frozenset({0}), open_slices=8)
    poller = Poller(
        [polled("a", 0, [1], stable_end=1), *at_end(0, "b")],
        [polled("a", 1, [2], stable_end=2)],
        [polled("a", 2, [3], stable_end=3)],
        [polled("a", 3, [4], stable_end=4)],
    )

    async def run() -> list[PollBatch]:
        mine = Polling(assignment, poller, ("a", "b"), WIDE)
        first = await mine.poll_batches()
        assignment.hand_on(first)
        assignment.hand_on(await mine.poll_batches())
        assert await mine.poll_batches() == []
        assert await mine.poll_batches() == []
        assert poller.waited == [POLL_S] * 4  # nobody asks again and again
        assert poller.cut == 0
        assignment.judged(first)
        assert poller.cut == 1
        return await mine.poll_batches()

    [poll_batch] = asyncio.run(run())
    assert [record.offset for record in poll_batch.records] == [2, 3]


def test_what_fills_a_poll_batch_is_handed_on_whatever_waits_to_be_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would stay where it is, and keep the others from being fetched."""
    for module in ("fetch.partition_group", "fetch.record_queue"):
        monkeypatch.setattr(f"streams.transport.{module}.SLICE_RECORDS", 2)
    assignment = Assignment(1, frozenset({0}), open_slices=3)
    poller = Poller(
        [polled("a", 0, [1, 2, 3, 4, 5, 6, 7], stable_end=7), *at_end(0, "b")],
    )

    async def run() -> list[list[PollBatch]]:
        mine = Polling(assignment, poller, ("a", "b"), WIDE)
        given = []
        for _ in range(5):
            given.append(await mine.poll_batches())
            if given[-1]:
                assignment.hand_on(given[-1])
        assignment.judged(given[0])
        assignment.judged(given[1])
        assignment.give_back(given[0][0])
        given.append(await mine.poll_batches())
        return given

    given = asyncio.run(run())
    # The third one is full, the bound on open ones is kept, and what is left goes when there is room.
    assert [[len(one.records) for one in some] for some in given] == [[2], [2], [2], [], [], [1]]


def test_a_topic_waited_for_in_vain_is_named_once_without_values() -> None:
    every_five_seconds = count(0.0, 5.0)
    record = One("a", 0, 0, 5, b"secret", b"secret")
    poller = Poller([Polled("a", 0, OffsetSpan(0, 1), [record], 1)])
    with capture_logs() as lines:
        handed_on = turns(poller, one_number(), 5, clock=lambda: next(every_five_seconds))
    assert [len(poll_batches) for poll_batches in handed_on] == [0, 0, 1, 0, 0]
    assert lines == [
        {"event": "alignment.left_out", "log_level": "warning", "topic": "b", "partition": 0}
    ]


def test_the_message_of_a_poll_lies_where_the_first_part_starts() -> None:
    first = PollBatch(3, 1, {"b": OffsetSpan(7, 9)}, [])
    second = PollBatch(1, 1, {"a": OffsetSpan(2, 3)}, [])
    place, message = as_message([first, second], 5)
    assert place == TP("b", 3)
    value: Any = message.value  # Faust says bytes
    assert value.poll_batches == (first, second)
    assert (message.offset, message.generation_id) == (7, 5)


def test_a_poll_is_through_with_the_last_of_its_poll_batches() -> None:
    poll = Poll([PollBatch(number, 1, {}, []) for number in range(3)])
    assert [poll.committed() for _ in range(3)] == [False, False, True]
