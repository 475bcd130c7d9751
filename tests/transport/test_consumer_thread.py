"""One poll of the consumer's thread, with aiokafka's own state of the subscription."""

from __future__ import annotations

import asyncio

import pytest
from faust.types import TP

from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.consumer_thread import Thread
from streams.transport.fetch.poll_batch import OffsetSpan
from streams.transport.fetch.record_queue import Room
from tests.transport.fetcher import ROOM, A, B, Fetcher, brought, run


def test_a_place_without_records_is_reported_when_its_end_becomes_known_and_when_it_moves() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        assert brought(await thread.poll(ROOM, 0)) == {
            "a": (OffsetSpan(0, 0), 0, None),
            "b": (OffsetSpan(0, 0), 0, None),
        }
        fetcher.answer(A, 0, 0)
        fetcher.answer(B, 1, 1)
        assert brought(await thread.poll(ROOM, 0)) == {
            "a": (OffsetSpan(0, 0), 0, 0),
            "b": (OffsetSpan(0, 1), 1, 1),
        }
        assert await thread.poll(ROOM, 0) == []
        fetcher.answer(A, 0, 7)
        assert brought(await thread.poll(ROOM, 0)) == {"a": (OffsetSpan(0, 0), 0, 7)}

    run(story)


def test_ends_are_reported_again_after_a_rebalance() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.answer(A, 0, 0)
        await thread.poll(ROOM, 0)
        fetcher._subscriptions.assign_from_subscribed({A, B})
        for place in (A, B):
            fetcher.state(place).seek(0)
        fetcher.answer(A, 0, 0)
        assert brought(await thread.poll(ROOM, 0))["a"] == (OffsetSpan(0, 0), 0, 0)

    run(story)


def test_a_place_whose_room_is_used_up_is_paused_until_it_is_polled_again() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.answer(A, 2, 9)
        fetcher.answer(B, 1, 9)
        await thread.poll(ROOM, 0)
        assert (fetcher.state(A).paused, fetcher.state(B).paused) == (True, False)
        await thread.poll({B: Room(1, 5)}, 0)
        assert fetcher.asked == {B}
        assert fetcher.state(A).paused
        fetcher.answer(B, 1, 9)
        await thread.poll({A: Room(1, 1), B: Room(2, 5)}, 0)
        assert fetcher.asked == {A, B}
        assert (fetcher.state(A).paused, fetcher.state(B).paused) == (False, True)

    run(story)


def test_a_place_that_is_fetched_no_further_is_none_of_those_left_out_for_the_moment() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        left_out = thread._full  # as the fetches have it
        for place in (A, B):
            fetcher.answer(place, 2, 5)
        await thread.poll({A: Room(1, 1), B: Room(1, 1)}, 0)
        assert left_out == {A, B}
        await thread.hold([A])
        assert left_out == {B}
        await thread.poll({B: Room(9, 999)}, 0)
        assert not left_out

    run(story)


def test_a_poll_that_is_cut_short_ends_at_once_and_leaves_nobody_fetching() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.answer(A, 1, 1)
        await thread.poll(ROOM, 0)
        polling = asyncio.create_task(thread.poll(ROOM, 60))
        await fetcher.waiting.wait()
        assert fetcher._subscriptions._fetch_count == 1
        thread.cut_short()
        assert await asyncio.wait_for(polling, 5) == []
        assert fetcher._subscriptions._fetch_count == 0
        fetcher.answer(A, 1, 2)
        assert brought(await thread.poll(ROOM, 60)) == {"a": (OffsetSpan(1, 2), 1, 2)}

    run(story)


def test_a_poll_that_is_cut_short_reports_what_was_passed_over_by_then() -> None:
    """The end of a transaction is no record; the next poll begins behind it."""

    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.answer(A, 1, 2)
        await thread.poll(ROOM, 0)
        fetcher.passed = {A: 1}
        polling = asyncio.create_task(thread.poll(ROOM, 60))
        await fetcher.waiting.wait()
        thread.cut_short()
        assert brought(await asyncio.wait_for(polling, 5)) == {"a": (OffsetSpan(1, 2), 0, 2)}

    run(story)


def test_what_was_passed_over_is_reported_beside_a_place_outside_of_its_log() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.passed, fetcher.outside, fetcher.logs[B] = {A: 1}, {B: 0}, (5, 6)
        assert brought(await thread.poll(ROOM, 0)) == {
            "a": (OffsetSpan(0, 1), 0, None),
            "b": (OffsetSpan(0, 5), 0, 6),
        }

    run(story)


def test_a_poll_that_was_cut_short_before_it_began_does_not_wait() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        thread.cut_short()
        await asyncio.wait_for(thread.poll(ROOM, 60), 5)
        assert not fetcher.waiting.is_set()
        with_patience = asyncio.create_task(thread.poll(ROOM, 60))
        await fetcher.waiting.wait()
        thread.cut_short()
        await with_patience

    run(story)


def test_places_of_another_assignment_bring_nothing() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        assert await thread.poll({TP("a", 1): Room(1, 1)}, 0) == []
        fetcher._subscriptions.subscription.assignment._unassign()
        assert await thread.poll(ROOM, 0) == []

    run(story)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ((7, 9), ("a, partition 0", "offset 3 up to 7", "deleted before", "from 7 to 9")),
        ((0, 2), ("a, partition 0: offset 3 is the next to judge", "from 0 to 2", "created again")),
    ],
    ids=["before the start", "past the end"],
)
def test_a_position_outside_of_the_log_is_named_and_not_left(
    log: tuple[int, int], words: tuple[str, ...]
) -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.state(A).seek(3)
        fetcher.outside, fetcher.logs[A] = {A: 3}, log
        with pytest.raises(ConsentryError) as refused:
            await thread.poll(ROOM, 0)
        assert all(word in refused.value.problem for word in words)
        assert "generation" in refused.value.remedy or "accept_lost" in refused.value.remedy
        assert fetcher.state(A).position == 3

    run(story)


def test_a_leader_that_did_not_know_better_is_asked_again() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.state(A).seek(3)
        fetcher.outside, fetcher.logs[A] = {A: 3}, (0, 9)
        assert await thread.poll(ROOM, 0) == []
        fetcher.answer(A, 1, 4)
        assert brought(await thread.poll(ROOM, 0))["a"] == (OffsetSpan(3, 4), 1, 4)

    run(story)


def test_ticks_that_were_deleted_are_passed_over_and_the_position_says_so() -> None:
    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.outside, fetcher.logs[B] = {B: 0}, (5, 6)
        assert brought(await thread.poll(ROOM, 0)) == {"b": (OffsetSpan(0, 5), 0, 6)}
        fetcher.answer(B, 1, 6)
        assert brought(await thread.poll(ROOM, 0))["b"] == (OffsetSpan(5, 6), 1, 6)

    run(story)


def test_ticks_that_begin_again_end_the_process_which_may_start_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Crashed(BaseException):
        pass

    def crash(_reason: str, **where: object) -> None:
        assert where == {"topic": "b", "partition": 0, "expected": 8, "end": 1}
        raise Crashed

    monkeypatch.setattr(process_exit, "crash", crash)

    async def story(thread: Thread, fetcher: Fetcher) -> None:
        fetcher.state(B).seek(8)
        fetcher.outside, fetcher.logs[B] = {B: 8}, (0, 1)
        with pytest.raises(Crashed):
            await thread.poll(ROOM, 0)

    run(story)


def test_a_poller_can_be_cancelled_and_its_poll_with_it() -> None:
    """A poll that is cut short brings nothing; a cancelled poller sees that it is."""

    async def story(thread: Thread, fetcher: Fetcher) -> None:
        polling = asyncio.create_task(thread.poll(ROOM, 60))
        await fetcher.waiting.wait()
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling
        fetcher.answer(A, 1, 1)
        assert brought(await thread.poll(ROOM, 60))["a"] == (OffsetSpan(0, 1), 1, 1)

    run(story)
