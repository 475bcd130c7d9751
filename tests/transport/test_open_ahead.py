"""The next transaction is opened before there is anything to write, and ended if nobody uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from streams.settings import Settings
from streams.transport.commit import open_ahead
from streams.transport.commit.direct_producer import DirectProducer
from streams.transport.commit.output_batch import Bounds, Output, OutputBatch
from streams.transport.commit.transactions import Committer
from streams.transport.tasks.kafka_clients import worker_producer
from tests.transport.coordinator import (
    END,
    GROUP,
    OFFSETS,
    PARTITIONS,
    RECORDS,
    Coordinator,
)
from tests.transport.producers import Ended, exits

__all__ = ["exits"]

WHOLE = [PARTITIONS, GROUP, RECORDS, OFFSETS, END]
FENCED, CONCURRENT = 47, 51


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the machine does, transactions follow each other here."""
    monkeypatch.setattr(open_ahead, "BUSY_S", 60.0)
    monkeypatch.setattr(open_ahead, "UNUSED_S", 60.0)


def batch(at: int, topic: str = "findings") -> OutputBatch:
    one = OutputBatch()
    one.add(Output("rows", 0, b"r", b"row"))
    one.add(Output(topic, 0, b"f", b"finding"))
    one.positions = {"in": at}
    one.progress = b"p%d" % at
    return one


@asynccontextmanager
async def worker(coordinator: Coordinator) -> AsyncIterator[tuple[Committer, DirectProducer]]:
    """A committer and its producer, which has nothing behind it."""
    producer = worker_producer(Settings(), 0)
    coordinator.serve(producer)
    await producer.start()
    one = Committer(
        producer, partition=0, count=4, group_id="g", changelog="rows",
        bounds=Bounds(100, 100_000, 2.0), committed={},
    )  # fmt: skip
    yield one, producer
    await one.close()


async def commit(one: Committer, batches: Sequence[OutputBatch]) -> None:
    for each in batches:
        await one.commit([each])


async def quiet(coordinator: Coordinator) -> None:
    """Let everything that goes on without us come to its end."""
    asked = -1
    while asked != len(coordinator.asked):
        asked = len(coordinator.asked)
        await asyncio.sleep(0.01)


def played(*batches: OutputBatch, refusals: Any = None) -> tuple[Coordinator, list[str]]:
    """Transactions one right after the other: the coordinator, and what was asked until then."""
    coordinator = Coordinator(refusals)
    asked: list[str] = []

    async def run() -> None:
        async with worker(coordinator) as (one, _):
            await commit(one, batches)
            await quiet(coordinator)
            asked.extend(coordinator.asked)

    asyncio.run(run())
    return coordinator, asked


def test_where_transactions_follow_each_other_the_next_is_open_already() -> None:
    coordinator, asked = played(batch(1), batch(2))
    assert asked == [*WHOLE, *WHOLE, PARTITIONS, GROUP]
    assert coordinator.out_of_order == []


def test_what_comes_then_takes_two_round_trips() -> None:
    coordinator = Coordinator()

    async def run() -> None:
        async with worker(coordinator) as (one, _):
            await commit(one, [batch(1), batch(2)])
            await quiet(coordinator)
            before = len(coordinator.asked)
            await commit(one, [batch(3)])
            assert coordinator.asked[before:][:3] == [RECORDS, OFFSETS, END]
            assert one.committed == {"in": 3}

    asyncio.run(run())
    assert coordinator.collided == []
    assert coordinator.out_of_order == []
    assert coordinator.written == {"rows": [0, 2, 4], "findings": [0, 1, 2]}
    assert coordinator.ends == ["commit"] * 3 + ["abort"]


def test_a_single_transaction_opens_none() -> None:
    coordinator, asked = played(batch(1))
    assert asked == WHOLE
    assert coordinator.ends == ["commit"]


def test_nor_do_transactions_far_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_ahead, "BUSY_S", -1.0)
    _, asked = played(batch(1), batch(2), batch(3))
    assert asked == WHOLE * 3


def test_only_what_the_last_two_wrote_to_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[Any] = []

    class Noting(Coordinator):
        def _AddPartitionsToTxn(self, request: Any, code: int) -> Any:  # noqa: N802
            added.append(sorted(topic for topic, _ in request._topics))
            return super()._AddPartitionsToTxn(request, code)

    coordinator = Noting()

    async def run() -> None:
        async with worker(coordinator) as (one, _):
            await commit(one, [batch(1), batch(2, "letters")])
            await quiet(coordinator)
            await commit(one, [batch(3)])
            await quiet(coordinator)
            await commit(one, [batch(4)])
            await quiet(coordinator)
            await commit(one, [batch(5, "letters")])
            await quiet(coordinator)

    asyncio.run(run())
    both = ["findings", "rows"]
    assert added[:4] == [both, ["letters", "rows"], ["rows"], ["findings"]]
    # The next two find all they need; what the last of them does not use is not added again.
    assert added[4:8] == [["rows"], ["findings"], both, ["letters"]]
    assert added[8:] == [["rows"]]
    assert coordinator.out_of_order == []
    assert coordinator.ends[:5] == ["commit"] * 5


def test_one_that_nobody_uses_is_ended_and_the_next_is_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_ahead, "UNUSED_S", 0.005)
    coordinator = Coordinator()

    async def run() -> None:
        async with worker(coordinator) as (one, producer):
            await commit(one, [batch(1), batch(2)])
            while len(coordinator.ends) < 3:  # noqa: ASYNC110 - a timer's
                await asyncio.sleep(0.001)
            assert coordinator.asked[10:] == [PARTITIONS, GROUP, END]
            await quiet(coordinator)
            assert not producer._txn_manager.is_in_transaction()
            await commit(one, [batch(3)])
            assert coordinator.asked[13:18] == WHOLE

    asyncio.run(run())
    assert coordinator.ends[:4] == ["commit", "commit", "abort", "commit"]


def test_the_markers_of_the_one_before_are_waited_for_meanwhile() -> None:
    coordinator, asked = played(
        batch(1), batch(2), refusals={PARTITIONS: [0, 0, CONCURRENT, CONCURRENT]}
    )
    assert asked[10:] == [PARTITIONS, GROUP, PARTITIONS, PARTITIONS]
    assert coordinator.out_of_order == []


@pytest.mark.parametrize("name", [PARTITIONS, GROUP])
def test_who_was_fenced_meanwhile_commits_nothing_and_ends(name: str, exits: list[int]) -> None:
    coordinator = Coordinator({name: [0, 0, FENCED]})
    published: list[int] = []

    async def run() -> None:
        async with worker(coordinator) as (one, producer):
            await commit(one, [batch(1), batch(2)])
            await quiet(coordinator)
            each = batch(3)
            each.done = lambda: published.append(3)
            one.put(each)
            with pytest.raises(Ended):
                await one._run()
            assert one.committed == {"in": 2}
            producer._txn_manager.wait_for_transaction_end().cancel()  # nobody waits for it
            one._task = None

    asyncio.run(run())
    assert exits == [70]
    assert (coordinator.ends, published) == (["commit"] * 2, [])


def test_who_is_fenced_by_the_time_it_writes_commits_nothing(exits: list[int]) -> None:
    """Opening ahead gives no right: each request is checked on its own."""
    coordinator = Coordinator({RECORDS: [0, 0, FENCED]})

    async def run() -> None:
        async with worker(coordinator) as (one, producer):
            await commit(one, [batch(1), batch(2)])
            await quiet(coordinator)
            one.put(batch(3))
            with pytest.raises(Ended):
                await one._run()
            producer._txn_manager.wait_for_transaction_end().cancel()

    asyncio.run(run())
    assert exits == [70]
    assert coordinator.ends == ["commit"] * 2


def test_a_producer_that_stops_does_not_wait_for_a_broker_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_ahead, "END_S", 0.01)
    coordinator = Coordinator()

    async def run() -> None:
        async with worker(coordinator) as (one, _):
            await commit(one, [batch(1), batch(2)])
            await quiet(coordinator)
            coordinator._held = True

    asyncio.run(asyncio.wait_for(run(), 2))
    assert coordinator.asked[-1] == END
    assert coordinator.ends == ["commit"] * 2
