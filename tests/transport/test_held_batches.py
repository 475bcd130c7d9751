"""What nobody else sees is committed a little later, together; findings and their like at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from streams.settings import Settings
from streams.transport.commit.held_batches import LONGEST_S, ROWS_S, Hold, hold_of
from streams.transport.commit.transactions import Committer
from tests.transport.holding import HOLD, pause, played, rows, tick
from tests.transport.producers import Producer, batch


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
def test_where_anything_else_was_read_it_waits_as_rows_do(read: dict[str, int]) -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(tick(1, **read))
        await pause()
        assert producer.committed == []
        await asyncio.sleep(0.1)
        assert len(producer.committed) == 1

    assert played(play) == [{"ticks": 1, **read}]


def test_rows_wait_for_a_finding_and_go_before_it() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(rows(1, 1))
        one.put(rows(1, 2))
        await pause()
        assert producer.committed == []
        one.put(rows(1, 3, "findings"))
        await pause()
        assert len(producer.committed) == 1
        assert [place[:2] for place in producer.committed[0][:-1]] == [
            ("log", 0), ("log", 0), ("findings", 0),
        ]  # fmt: skip

    assert played(play) == [{"in": 3}]


@pytest.mark.parametrize("topic", ["findings", "duties", "dead-letters", "rekeyed"])
def test_what_others_read_never_waits(topic: str) -> None:
    async def play(one: Committer, producer: Producer) -> None:
        one.put(rows(1, 1, topic))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"in": 1}]


def test_rows_wait_for_no_longer_than_they_may_with_ticks_before_or_behind_them() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        for first, second in ((tick(1), rows(1, 1)), (rows(1, 2), tick(2))):
            done = len(producer.committed)
            one.put(first)
            one.put(second)
            await pause()
            assert len(producer.committed) == done
            await asyncio.sleep(0.1)
            assert len(producer.committed) == done + 1

    assert played(play) == [{"ticks": 1, "in": 1}, {"in": 2, "ticks": 2}]


@pytest.mark.parametrize(("name", "most"), [("ROWS_AT_MOST", 4), ("BYTES_AT_MOST", 4 * 68)])
def test_many_rows_do_not_wait(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"streams.transport.commit.held_batches.{name}", most)

    async def play(one: Committer, producer: Producer) -> None:
        one.put(rows(4, 1))
        await pause()
        assert producer.committed == []
        one.put(rows(1, 2))
        await pause()
        assert len(producer.committed) == 1
        one.put(rows(4, 3))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"in": 2}, {"in": 3}]


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


def test_as_many_rows_wait_as_leave_room_for_others() -> None:
    async def play(one: Committer, producer: Producer) -> None:
        for position in range(1, 7):
            await pause()
            assert producer.committed == []
            one.put(rows(1, position))
        await pause()
        assert len(producer.committed) == 1

    assert played(play) == [{"in": 6}]


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
        async with asyncio.timeout(HOLD.ticks_s / 4):
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
    names = Settings().topics
    ticks = frozenset({names.ticks})
    assert hold_of(Settings()) == Hold(ticks, 3.0, names.changelog, ROWS_S, 6)
    assert hold_of(Settings(tick_interval_s=0.5)) == Hold(ticks, 1.5, names.changelog, ROWS_S, 6)
    assert hold_of(Settings(tick_interval_s=60)) == Hold(ticks, 3.0, names.changelog, ROWS_S, 6)
    assert hold_of(Settings(open_slices=3)) == Hold(ticks, 3.0, names.changelog, ROWS_S, 1)
    assert hold_of(Settings(open_slices=2)) is None
    # Committed offsets have to move within it, or the worker would count as stalled.
    assert min(Settings.model_fields["stall_after_s"].metadata, key=str).ge > LONGEST_S
