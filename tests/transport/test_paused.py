"""A paused topic is fetched no further and holds up nobody; the others keep their order."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from faust.types import TP

from streams.transport.fetch.partition_group import AlignmentBounds, PartitionGroup
from streams.transport.fetch.poll_batch import OffsetSpan
from streams.transport.poll_loop import Polling
from streams.transport.tasks.assignment import Assignment
from tests.transport.records import polled
from tests.transport.test_poll_loop import BOUNDS, Poller, at_end

ROOMY = AlignmentBounds(records=100, bytes=10_000, seconds=10.0)


def group() -> PartitionGroup:
    return PartitionGroup(0, 1, ("a", "b"), ROOMY)


def test_others_wait_for_it_no_longer() -> None:
    one = group()
    one.add(polled("a", 0, [5], stable_end=1))
    one.add(polled("b", 0, [], stable_end=9))
    assert one.release() is None
    assert one.pause(["b"]) == ["b"]
    released = one.release()
    assert released is not None
    assert dict(released.spans) == {"a": OffsetSpan(0, 1)}


def test_what_is_there_of_it_is_dropped_and_what_comes_is_not_taken() -> None:
    one = group()
    one.add(polled("a", 0, [5], stable_end=1))
    one.add(polled("b", 0, [1, 2], stable_end=2))
    one.pause(["b"])
    assert one.pause(["b"]) == []
    one.add(polled("b", 2, [3], stable_end=3))
    assert set(one.room()) == {"a"}
    released = one.release()
    assert released is not None
    assert (set(released.spans), [record.topic for record in released.records]) == ({"a"}, ["a"])
    assert one.release() is None
    assert not one.ready
    assert one.overdue(1000.0) == []


def test_a_topic_that_never_came_can_be_paused_too() -> None:
    one = group()
    one.pause(["b"])
    one.add(polled("a", 0, [5], stable_end=1))
    released = one.release()
    assert released is not None
    assert set(released.spans) == {"a"}


def test_judging_pauses_and_the_next_poll_holds_the_place_once() -> None:
    assignment = Assignment(1, frozenset({0, 1}), open_slices=8)
    paused: dict[str, Any] = {}
    task = SimpleNamespace(progress=SimpleNamespace(paused=paused))
    assignment.take(cast("Any", {0: task}))
    poller = Poller(
        [*at_end(0, "a", "b"), *at_end(1, "a", "b")], [polled("b", 0, [1], stable_end=1)]
    )

    async def run() -> None:
        polling = Polling(assignment, poller, ("a", "b"), BOUNDS, lambda: 0.0)
        await polling.poll_batches()
        paused["b"] = object()
        assert await polling.poll_batches() == []
        await polling.poll_batches()

    asyncio.run(run())
    assert poller.held == [{TP("b", 0)}]
    everything = {TP(topic, number) for topic in "ab" for number in (0, 1)}
    assert poller.asked == [everything, *[everything - {TP("b", 0)}] * 2]
