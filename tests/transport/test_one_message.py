"""What a poll gives goes to the agent as one Faust message, and each part comes back by itself."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from streams.transport.faust_driver import Consumer
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch
from streams.transport.tasks.assignment import Assignment

NUMBERS = range(12)


class Polling:
    """Polls that give a poll batch of each of some partition numbers, and what else happens."""

    def __init__(self, *numbers: int, happens: Any = None) -> None:
        self._numbers = numbers
        self._happens = happens

    async def poll_batches(self) -> list[PollBatch]:
        if self._happens is not None:
            self._happens()
        return [PollBatch(n, 1, {"a": OffsetSpan(4, 9)}, [], 10) for n in self._numbers]


def consumer(assignment: Assignment, polling: Polling) -> Any:
    """A consumer without Faust around it."""
    one: Any = Consumer.__new__(Consumer)
    one.current_assignment = assignment
    one._polling = polling
    one._unacked_messages = set()
    one.app = SimpleNamespace(consumer_generation_id=3)
    return one


def opened() -> Assignment:
    assignment = Assignment(1, frozenset(NUMBERS), open_slices=1)
    assignment.begin()
    return assignment


def given(one: Any) -> list[Any]:
    async def run() -> list[Any]:
        return [message async for _, message in one.getmany(1.0)]

    return asyncio.run(run())


def test_a_poll_of_twelve_partition_numbers_is_one_message() -> None:
    assignment = opened()
    [message] = given(consumer(assignment, Polling(*NUMBERS)))
    assert [one.partition for one in message.value.poll_batches] == list(NUMBERS)
    assert assignment.with_room() == set()
    assert message.generation_id == 3


def test_a_poll_that_brings_nothing_is_none() -> None:
    assignment = opened()
    assert given(consumer(assignment, Polling())) == []
    assert assignment.with_room() == set(NUMBERS)


def test_what_an_ended_assignment_polled_is_handed_to_nobody() -> None:
    assignment = opened()
    assert given(consumer(assignment, Polling(*NUMBERS, happens=assignment.end))) == []
    assert assignment.with_room() == set(NUMBERS)


def test_room_comes_back_with_each_part_and_the_message_is_through_with_the_last() -> None:
    assignment = opened()
    one = consumer(assignment, Polling(0, 5, 11))
    [message] = given(one)
    one._unacked_messages.add(message)
    first, second, third = message.value.poll_batches
    assignment.judged(message.value.poll_batches)
    one.committed(second, message)
    assert assignment.with_room() == set(NUMBERS) - {0, 11}
    one.committed(first, message)
    assert not message.acked
    one.committed(third, message)
    assert message.acked
    assert one._unacked_messages == set()
    assert assignment.with_room() == set(NUMBERS)
