"""Ticks that brought nothing are committed a little later, together; everything else at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from streams.settings import Settings
from streams.transport.commit.held_ticks import LONGEST_S, TickHold, tick_hold
from streams.transport.commit.output_batch import OutputBatch
from streams.transport.commit.transactions import Committer
from tests.transport.producers import Producer, batch, committer

HOLD = TickHold(frozenset({"ticks"}), 0.2, 3)


def tick(position: int, **others: int) -> OutputBatch:
    """A tick was read, and nothing came of it."""
    one = batch(0)
    one.positions = {"ticks": position, **others}
    one.final = True
    one.progress = b"t%d" % position
    return one


def played(
    what: Callable[[Committer, Producer], Awaitable[None]], hold: TickHold = HOLD
) -> list[Any]:
    """What was committed: the offsets of each transaction."""
    producer = Producer()

    async def run() -> None:
        one = committer(producer, hold=hold)
        one.start()
        await what(one, producer)
        await one.close()

    asyncio.run(run())
    return [transaction[-1][1] for transaction in producer.committed]


async def pause() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


def test_a_tick_alone_waits_and_is_due_to_nobody_meanwhile() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(tick(1))
        await pause()
        assert producer.committed == []
        assert one.waiting_s(time.monotonic() + 60) == 0
        assert not one.idle
        await asyncio.sleep(0.3)
        assert len(producer.committed) == 1
        assert one.idle

    assert played(play) == [{"ticks": 1}]


def test_ticks_go_with_what_comes_next_in_their_order() -> None:
    done: list[int] = []

    async def play(one: Committer, producer: Producer) -> None:
        for position in (1, 2):
            held = tick(position)
            held.done = lambda position=position: done.append(position)
            one.put(held)
        await pause()
        assert done == []
        one.put(batch(1, position=7))
        await pause()
        assert len(producer.committed) == 1
        # The row of progress is that of the last of them.
        rows = [row for place in producer.committed[0] if place[0] == "log" for row in place[2]]
        assert [value for _, value, *_ in rows] == [b"p7"]

    assert played(play) == [{"ticks": 2, "in": 7}]
    assert done == [1, 2]


@pytest.mark.parametrize("read", [{"in": 1}, {"in": 0, "quiet": 4}])
def test_where_anything_else_was_read_it_is_committed_at_once(read: dict[str, int]) -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(tick(1, **read))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"ticks": 1, **read}]


def test_a_batch_that_says_where_others_were_anyway_waits() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(tick(1, quiet=3))
        await pause()
        assert producer.committed == []

    assert played(play) == [{"ticks": 1, "quiet": 3}]


def test_no_more_wait_than_leave_room_for_records() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        for position in range(1, 5):
            one.put(tick(position))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"ticks": 4}]


def test_one_that_is_not_the_end_of_its_poll_batch_does_not_wait() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        half = tick(1)
        half.final = False
        one.put(half)
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"ticks": 1}]


def test_who_waits_for_all_to_be_committed_does_not_wait_for_company() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(tick(1))
        async with asyncio.timeout(HOLD.seconds / 2):
            await one.drained()
        assert len(producer.committed) == 1

    assert played(play) == [{"ticks": 1}]


def test_a_tick_behind_what_waits_already_goes_with_it() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(batch(1, position=1))
        one.put(tick(1))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"in": 1, "ticks": 1}]


def test_what_the_settings_leave_room_for() -> None:
    ticks = frozenset({Settings().topics.ticks})
    assert tick_hold(Settings()) == TickHold(ticks, 3.0, 3)
    assert tick_hold(Settings(tick_interval_s=0.5)) == TickHold(ticks, 1.5, 3)
    assert tick_hold(Settings(tick_interval_s=60)) == TickHold(ticks, 3.0, 3)
    assert tick_hold(Settings(open_slices=3)) == TickHold(ticks, 3.0, 1)
    assert tick_hold(Settings(open_slices=2)) is None
    # Committed offsets have to move within it, or the worker would count as stalled.
    assert min(Settings.model_fields["stall_after_s"].metadata, key=str).ge > LONGEST_S
