"""Backpressure: what is read, judged and not committed stays within a bound in bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.settings import Settings
from streams.transport.commit.output_batch import Bounds, Output
from streams.transport.commit.transactions import Committer
from streams.transport.fetch.poll_batch import OffsetSpan, PollBatch, Polled
from streams.transport.fetch.record_queue import RECORD_BYTES, Room
from streams.transport.fetch.weight import weight
from streams.transport.memory_budget import shares
from streams.transport.poll_loop import Polling
from streams.transport.tasks.assignment import Assignment
from tests.transport.producers import Producer, batch
from tests.transport.records import One

TOPICS = tuple("abcdefg")
FETCH_BYTES = 262_144
MIB = 1 << 20


class Flood:
    """A broker with a backlog without end of records of one size; it fills every fetch."""

    def __init__(self, size: int) -> None:
        self._value = bytes(size)
        self._at: dict[TP, int] = {}
        self.read = 0

    async def poll(self, room: Mapping[TP, Room], timeout: float) -> list[Polled]:  # noqa: ASYNC109 - as there
        del timeout
        found = []
        count = max(1, FETCH_BYTES // len(self._value))
        for place in room:
            start = self._at.get(place, 0)
            end = self._at[place] = start + count
            records = [One(*place, at, at, None, self._value) for at in range(start, end)]
            found.append(Polled(*place, OffsetSpan(start, end), records, 1 << 40))
            self.read += count
        return found

    def cut_short(self) -> None:
        """No poll waits."""

    async def hold(self, places: Collection[TP]) -> None:
        """Nothing is paused."""


def held(settings: Settings, owned: int, size: int, *, bounded: bool = True) -> int:
    """Bytes that are held when nothing commits, however often there is a poll."""
    room = shares(settings, owned)
    open_bytes = room.open_bytes if bounded else None
    assignment = Assignment(1, frozenset(range(owned)), settings.open_slices, open_bytes)
    flood = Flood(size)
    polling = Polling(assignment, flood, TOPICS, room.alignment, clock=lambda: 0.0)
    poll_batches: list[PollBatch] = []

    async def run() -> None:
        quiet = 0
        while quiet < 3:
            before = flood.read
            given = await polling.poll_batches()
            if given:
                assignment.hand_on(given)
                assignment.judged(given)
            poll_batches.extend(given)
            quiet = quiet + 1 if flood.read == before else 0

    asyncio.run(run())
    opened = sum(poll_batch.size for poll_batch in poll_batches)
    assert opened == sum(
        weight(poll_batch.records) + RECORD_BYTES * len(poll_batch.records)
        for poll_batch in poll_batches
    )
    waiting = sum(
        buffer.bytes + RECORD_BYTES * len(buffer.records)
        for partition_group in polling._partition_groups.values()
        for buffer in partition_group._buffers
    )
    return opened + waiting


SETTINGS = Settings(in_flight_max_bytes=64 * MIB)


@pytest.mark.parametrize("owned", [1, 4, 12])
@pytest.mark.parametrize("size", [50, 2_000, 100_000, 1_000_000])
def test_what_is_read_and_not_committed_is_bounded_whatever_its_size(owned: int, size: int) -> None:
    fetch = max(FETCH_BYTES, size)
    # A poll may overfill each buffer by a fetch, and all of it may leave as one slice.
    overshoot = 2 * owned * len(TOPICS) * (fetch + RECORD_BYTES * max(1, fetch // size))
    assert held(SETTINGS, owned, size) <= SETTINGS.in_flight_max_bytes // 2 + overshoot


def test_the_bound_on_open_slices_bites() -> None:
    """By their number alone eight slices of large records are many times as much."""
    settings = SETTINGS.model_copy(update={"in_flight_max_bytes": 16 * MIB, "open_slices": 1_000})
    bound = settings.in_flight_max_bytes // 2 + 4 * len(TOPICS) * 2 * 262_144
    assert held(settings, 2, 100_000) <= bound
    assert held(settings, 2, 100_000, bounded=False) > 4 * bound


@given(
    st.integers(8 * MIB, 10**12),
    st.integers(1, 200),
    st.integers(65_536, 10**9),
    st.integers(100, 10**6),
)
def test_shares_add_up_to_what_is_allowed(
    most: int, owned: int, transaction: int, records: int
) -> None:
    settings = Settings(
        in_flight_max_bytes=most,
        transaction_max_bytes=transaction,
        alignment_max_bytes=transaction,
        alignment_max_records=records,
    )
    room = shares(settings, owned)
    aligned = room.alignment.bytes + RECORD_BYTES * room.alignment.records
    # What is aligned, the open slices, and one that was opened when there was room left.
    read = aligned + room.open_bytes + aligned
    written = 4 * room.transaction.bytes
    least = 12 * 65_536  # of a worker with more partitions than it has memory for
    assert read + written <= most // owned + least
    assert room.transaction.bytes <= transaction
    assert room.alignment.records <= records
    assert min(room.alignment.records, room.alignment.bytes, room.open_bytes) >= 100


def committer(bounds: Bounds) -> Committer:
    producer: Any = Producer(hangs="commit")
    return Committer(
        producer,
        partition=0,
        count=1,
        group_id="group",
        changelog="log",
        bounds=bounds,
        committed={},
    )


def crowded(one: Committer) -> bool:
    """Asked again each time."""
    return one.crowded


def test_who_judges_waits_while_a_transaction_full_of_batches_waits() -> None:
    size = Output("out", 0, b"0", bytes(100)).size

    async def run() -> None:
        one = committer(Bounds(records=100, bytes=3 * size, seconds=60.0))
        one.start()
        for number in range(3):
            assert crowded(one) is False
            one.put(batch(1, position=number, size=100))
        assert crowded(one)
        waiting = asyncio.create_task(one.thinned())
        await asyncio.sleep(0)
        await waiting  # the first transaction took them, and hangs
        for number in range(3):
            assert crowded(one) is False
            one.put(batch(1, position=number, size=100))
        waiting = asyncio.create_task(one.thinned())
        for _ in range(50):
            await asyncio.sleep(0)
        assert not waiting.done()
        assert not one.idle
        waiting.cancel()
        assert one._task is not None
        one._task.cancel()

    asyncio.run(run())
