"""Transactions are as many as a worker can spare, and never late where they are few."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.transport.commit import pace as rule
from streams.transport.commit.pace import (
    AT_ONCE,
    LONGEST_PAUSE_S,
    OPEN_SHARE,
    PER_PARTITION,
    PER_SECOND,
    OwnPause,
    TransactionPace,
)
from tests.transport.producers import BOUNDS, Producer, batch, committer


def test_who_has_not_committed_for_a_while_never_waits() -> None:
    pace = TransactionPace()
    assert [pace.turn(100 + 0.1 * n) for n in range(50)] == [0.0] * 50


@pytest.mark.parametrize("partitions", [1, 4, 12])
def test_the_more_have_something_to_commit_the_longer_each_waits(partitions: int) -> None:
    """Each asks again as soon as it had its turn, as with a record after each transaction."""
    pace = TransactionPace()
    pace.partitions = partitions
    due = [0.0] * partitions
    turns: list[list[float]] = [[] for _ in due]
    for _ in range(200 * partitions):
        one = min(range(partitions), key=lambda number: due[number])
        due[one] += pace.turn(due[one])
        turns[one].append(due[one])
    for times in turns:
        gaps = [later - earlier for earlier, later in pairwise(times[100:])]
        assert max(gaps) == pytest.approx(partitions / PER_SECOND, rel=0.05)


@given(
    st.lists(st.floats(0, 0.05), min_size=1, max_size=400),
    st.integers(1, 200),
)
def test_there_are_never_more_than_the_bound_in_any_time(
    pauses: list[float], partitions: int
) -> None:
    pace = TransactionPace()
    pace.partitions = partitions
    now, begun = 0.0, []
    for pause in pauses:
        now += pause
        begun.append(now + pace.turn(now))
    assert begun == sorted(begun)
    rate = max(PER_SECOND, PER_PARTITION * partitions)
    at_once = max(AT_ONCE, partitions)
    for first, begin in enumerate(begun):
        for last in range(first, len(begun), 7):
            assert last - first + 1 <= (begun[last] - begin) * rate + at_once + 1 + 1e-6


def test_one_of_each_partition_number_may_begin_at_once_however_many_they_are() -> None:
    pace = TransactionPace()
    pace.partitions = 100
    assert [pace.turn(5.0) for _ in range(100)] == pytest.approx([0.0] * 100)
    assert pace.turn(5.0) == pytest.approx(1 / max(PER_SECOND, PER_PARTITION * 100))


def busy(monkeypatch: pytest.MonkeyPatch) -> TransactionPace:
    """A pace at which a second transaction waits for a while."""
    monkeypatch.setattr(rule, "PER_SECOND", 5.0)
    monkeypatch.setattr(rule, "AT_ONCE", 1)
    return TransactionPace()


def test_what_comes_while_a_committer_waits_goes_into_the_same_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    producer, pace = Producer(), busy(monkeypatch)

    async def run() -> None:
        one = committer(producer, pace=pace)
        one.start()
        one.put(batch(1, position=1))
        await one.drained()
        for position in (2, 3, 4):
            one.put(batch(1, position=position))
            await asyncio.sleep(0.01)
        assert len(producer.committed) == 1
        await one.drained()

    asyncio.run(run())
    assert [transaction[-1] for transaction in producer.committed] == [
        ("group", {"in": 1}),
        ("group", {"in": 4}),
    ]


def test_a_transaction_that_is_full_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    producer, pace = Producer(), busy(monkeypatch)

    async def run() -> None:
        one = committer(producer, BOUNDS._replace(records=2), pace=pace)
        one.start()
        one.put(batch(1, position=1))
        await one.drained()
        async with asyncio.timeout(0.15):
            one.put(batch(2, position=2))
            await one.drained()

    asyncio.run(run())
    assert len(producer.committed) == 2


@given(st.lists(st.floats(0.001, 0.05), min_size=60, max_size=120))
def test_a_partition_number_has_a_transaction_open_for_half_of_its_time(takes: list[float]) -> None:
    """Each begins as soon as it may, as where there is always something to commit."""
    pause, now, open_s = OwnPause(), 0.0, 0.0
    for takes_s in takes:
        now += pause.left_s(now)
        pause.took(now, now + takes_s)
        now += takes_s
        open_s += takes_s
    now += pause.left_s(now)
    # How long one takes is known from those before: the first few count for less than they took.
    assert open_s - 0.05 / rule.LATEST <= OPEN_SHARE * now


def test_a_broker_that_was_away_is_not_waited_for_afterwards() -> None:
    pause = OwnPause()
    pause.took(100.0, 130.0)
    assert pause.left_s(130.0) == pytest.approx(LONGEST_PAUSE_S)
    assert pause.left_s(131.0) == 0.0


class Slow(Producer):
    """Its transactions take 40 ms to end; notes when each began and was through."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[tuple[float, float]] = []
        self._began = 0.0

    async def begin_transaction(self) -> None:
        self._began = time.monotonic()
        await super().begin_transaction()

    async def commit_transaction(self) -> None:
        await asyncio.sleep(0.04)
        await super().commit_transaction()
        self.times.append((self._began, time.monotonic()))


@pytest.mark.parametrize("pace", [TransactionPace(), None])
def test_slow_transactions_leave_time_between_them(pace: TransactionPace | None) -> None:
    """Without a pace, the next one begins as soon as one is through."""
    producer = Slow()

    async def run() -> None:
        one = committer(producer, BOUNDS._replace(records=1_000), pace)
        one.start()
        position = 0
        while len(producer.times) < 8:
            position += 1
            one.put(batch(1, position=position))
            await asyncio.sleep(0.005)
        await one.drained()
        assert producer.committed[-1][-1] == ("group", {"in": position})

    asyncio.run(run())
    between = [later[0] - earlier[1] for earlier, later in pairwise(producer.times)]
    assert (min(between[4:7]) >= 0.025) == (pace is not None)
