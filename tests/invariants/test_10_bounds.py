"""Invariant 10: a transaction is bounded in records, bytes and time; nothing goes round."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents.judged_batch import JudgedBatch
from streams.agents.partition_judge import PartitionJudge
from streams.transport.commit import transactions
from streams.transport.commit.output_batch import Bounds, OutputBatch
from streams.wire import arrival
from streams.wire.arrival import Arrivals, Arrived, Misrouted
from streams.wire.record import Record
from streams.wire.refused import Refused
from tests.invariants.bus import converged, new_broker, send
from tests.invariants.ending import Ended, run, turns
from tests.invariants.guarantee import Broken, require, within
from tests.invariants.process import Process
from tests.invariants.settings import NAMES
from tests.kafka.stories import START, share, stories
from tests.model.clients import Producer

EVENTS = stories(20)
RECORDS = 10
BYTES = 6_000
SINGLE = 4
"""Outputs of a single event, and the progress row, come on top: a record is not divided."""

SINGLE_BYTES = 4_000
"""The same in bytes: a finding holds whole sentences in two languages."""

SECONDS = 0.2


class Counting(Producer):
    """Knows how much went into each transaction."""

    records = 0
    bytes = 0
    largest: tuple[int, int] = (0, 0)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Any:
        cls = type(self)
        cls.records += len(batch.contents)
        cls.bytes += sum(len(c.key or b"") + len(c.value or b"") for c in batch.contents)
        return await super().send_batch(batch, topic, partition=partition)

    async def commit_transaction(self) -> None:
        cls = type(self)
        cls.largest = max(cls.largest[0], self.records), max(cls.largest[1], self.bytes)
        cls.records = cls.bytes = 0
        await super().commit_transaction()


async def there_is_much_to_judge(count: int, **bounds: Any) -> tuple[int, int]:
    """Records and bytes of the largest transaction while a backlog is judged."""
    broker = new_broker()
    send(broker, *EVENTS)
    counting = type("Counted", (Counting,), {})
    worker = Process(broker, producer=counting, **bounds)
    await worker.assign(0)
    waits = worker.line.held["commit"] = asyncio.Event()
    poll_batches = worker.poll(100 if count == 1 else 2)
    worker.feed(*poll_batches)
    await turns(lambda: worker.line.waiting)
    while more := worker.poll(2):
        worker.feed(*more)
    for _ in range(200):
        await asyncio.sleep(0)
    waits.set()
    await worker.rest()
    converged(broker, EVENTS)
    largest: tuple[int, int] = counting.largest  # type: ignore[attr-defined]
    return largest


def bounded(count: int) -> None:
    records, _ = run(there_is_much_to_judge(count, transaction_max_records=RECORDS))
    require(records <= RECORDS + SINGLE, f"a transaction of {records} records")
    _, size = run(there_is_much_to_judge(count, transaction_max_bytes=BYTES))
    require(size <= BYTES + SINGLE_BYTES, f"a transaction of {size} bytes")


@pytest.mark.parametrize("count", [1, 50])
def test_bounds_of_a_transaction_hold(count: int) -> None:
    bounded(count)


def test_bounds_of_a_batch_bite(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = PartitionJudge._begin

    def without_end(judge: PartitionJudge, due: Callable[[], bool]) -> JudgedBatch:
        batch = begin(judge, due)
        batch.bounds = Bounds(10**9, 10**12, SECONDS)
        return batch

    monkeypatch.setattr(PartitionJudge, "_begin", without_end)
    with pytest.raises(Broken, match="a transaction of"):
        bounded(1)


def test_bounds_of_gathering_bite(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(queue: deque[OutputBatch], _bounds: Bounds) -> list[OutputBatch]:
        taken = list(queue)
        queue.clear()
        return taken

    monkeypatch.setattr(transactions, "gather", everything)
    with pytest.raises(Broken, match="a transaction of"):
        bounded(50)


async def a_commit_hangs() -> None:
    """The process ends when the time of a transaction is over."""
    broker = new_broker()
    send(broker, *EVENTS)
    worker = Process(broker, transaction_timeout_s=SECONDS)
    await worker.assign(0)
    worker.line.held["commit"] = asyncio.Event()
    worker.feed(*worker.poll())

    async def ends() -> None:
        with pytest.raises(Ended):
            await worker.rest()
        assert worker.code == 70

    await within(5 * SECONDS, ends(), "a transaction stays open for ever")


def test_the_time_of_a_transaction_holds() -> None:
    run(a_commit_hangs())


def test_the_time_of_a_transaction_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = SimpleNamespace(**{name: getattr(asyncio, name) for name in dir(asyncio)})
    patient.timeout = lambda _seconds: asyncio.timeout(None)
    monkeypatch.setattr(transactions, "asyncio", patient)
    with pytest.raises(Broken, match="stays open for ever"):
        run(a_commit_hangs())


async def two_workers_disagree_on_a_home() -> None:
    """As releases with different partitioners would: each thinks that it is the other's."""
    broker = new_broker(2)
    send(broker, share("s", "1", START))
    workers = [Process(broker), Process(broker)]
    for number, worker in enumerate(workers):
        await worker.assign(number)
    for _ in range(5):
        for worker in workers:
            await worker.judge_all()
    sent = sum(len(broker.visible(NAMES.rekeyed, number)) for number in (0, 1))
    require(sent <= 1, f"a record was sent on {sent} times and goes round")
    assert sum(len(broker.visible(NAMES.dead_letters, number)) for number in (0, 1)) == 1


@pytest.fixture
def never_here(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = Arrivals.settle

    def elsewhere(arrivals: Arrivals, record: Record, arrived: Arrived, home: int) -> Any:
        del home
        return settle(arrivals, record, arrived, 1 - record.partition)

    monkeypatch.setattr(arrival.Arrivals, "settle", elsewhere)


@pytest.mark.usefixtures("never_here")
def test_refusing_a_rekeyed_record_on_a_wrong_partition_holds() -> None:
    run(two_workers_disagree_on_a_home())


@pytest.mark.usefixtures("never_here")
def test_refusing_a_rekeyed_record_on_a_wrong_partition_bites(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settle = Arrivals.settle

    def sends_on(arrivals: Arrivals, record: Record, arrived: Arrived, home: int) -> Any:
        found = settle(arrivals, record, arrived, home)
        if isinstance(found, Refused) and record.topic == NAMES.rekeyed:
            return Misrouted(arrived.origin, arrived.key, 1 - record.partition)
        return found

    monkeypatch.setattr(Arrivals, "settle", sends_on)
    with pytest.raises(Broken, match="goes round"):
        run(two_workers_disagree_on_a_home())
