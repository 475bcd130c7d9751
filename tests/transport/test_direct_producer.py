"""The requests of a transaction: beside each other where they may be, each answer taken as before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiokafka
import pytest

from streams.settings import Settings
from streams.transport.commit import open_ahead
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

LOADING, NOT_AVAILABLE, MOVED, FEW_REPLICAS, CONCURRENT = 14, 15, 16, 19, 51
FENCED = 47
"""https://kafka.apache.org/protocol.html#protocol_error_codes"""


@pytest.fixture(autouse=True)
def far_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction is opened ahead: each is looked at from its beginning to its end."""
    monkeypatch.setattr(open_ahead, "BUSY_S", -1.0)


def stock_producer() -> aiokafka.AIOKafkaProducer:
    return aiokafka.AIOKafkaProducer(transactional_id="stock", retry_backoff_ms=5)


def of_worker() -> aiokafka.AIOKafkaProducer:
    return worker_producer(Settings(), 0)


def batch(at: int) -> OutputBatch:
    one = OutputBatch()
    for number in range(3):
        one.add(Output("rows", 0, b"%d" % number, b"row"))
    one.add(Output("findings", 0, b"f", b"finding"))
    one.positions = {"in": at, "ticks": at}
    one.progress = b"p%d" % at
    return one


def committed(
    coordinator: Coordinator,
    new: Callable[[], aiokafka.AIOKafkaProducer] = of_worker,
    transactions: int = 1,
    wait_for: Callable[[Coordinator], Any] | None = None,
) -> Committer:
    """So many transactions, one after the other."""

    async def run() -> Committer:
        producer = new()
        coordinator.serve(producer)
        await producer.start()
        one = Committer(
            producer, partition=0, count=4, group_id="g", changelog="rows",
            bounds=Bounds(100, 100_000, 2.0), committed={},
        )  # fmt: skip
        for at in range(transactions):
            batches = [batch(at)]
            working = asyncio.create_task(_through(one, batches))
            if wait_for is not None:
                await wait_for(coordinator)
            await working
        await one.close()
        return one

    return asyncio.run(run())


async def _through(one: Committer, batches: Sequence[OutputBatch]) -> None:
    """As the committer's own task has it: within a bound."""
    async with asyncio.timeout(2):
        await one.commit(batches)


async def _rounds(coordinator: Coordinator) -> None:
    while END not in await coordinator.next_round():
        pass


def test_a_transaction_takes_three_round_trips() -> None:
    coordinator = Coordinator(held=True)
    one = committed(coordinator, transactions=2, wait_for=_rounds)
    assert coordinator.rounds == [{PARTITIONS, GROUP}, {RECORDS, OFFSETS}, {END}] * 2
    assert coordinator.ends == ["commit"] * 2
    assert one.committed == {"in": 1, "ticks": 1}


def test_aiokafka_alone_takes_more() -> None:
    coordinator = Coordinator(held=True)
    committed(coordinator, stock_producer, wait_for=_rounds)
    assert coordinator.rounds[:2] == [{PARTITIONS}, {GROUP, RECORDS}]
    assert len(coordinator.rounds) > 3


def test_the_broker_never_has_to_check_two_at_a_time() -> None:
    coordinator = Coordinator()
    committed(coordinator, transactions=3)
    assert coordinator.collided == []
    assert len(coordinator.asked) == 3 * 5


def test_offsets_given_early_to_aiokafka_alone_collide() -> None:
    coordinator = Coordinator()
    committed(coordinator, stock_producer)
    assert coordinator.collided


RETRIED: Mapping[str, Sequence[int]] = {
    PARTITIONS: (LOADING, NOT_AVAILABLE, MOVED, CONCURRENT),
    GROUP: (LOADING, NOT_AVAILABLE, MOVED, CONCURRENT),
    RECORDS: (FEW_REPLICAS,),
    OFFSETS: (LOADING, NOT_AVAILABLE, MOVED),
    END: (LOADING, NOT_AVAILABLE, MOVED, CONCURRENT),
}


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name, codes in RETRIED.items() for code in codes]
)
def test_what_passes_is_asked_again(name: str, code: int) -> None:
    coordinator = Coordinator({name: [code, code]})
    one = committed(coordinator, transactions=2)
    assert coordinator.ends == ["commit"] * 2
    assert coordinator.out_of_order == []
    assert one.committed == {"in": 1, "ticks": 1}
    assert coordinator.asked.count(name) == 4


def test_all_at_once_is_asked_again() -> None:
    coordinator = Coordinator(RETRIED)
    one = committed(coordinator)
    assert coordinator.ends == ["commit"]
    assert coordinator.out_of_order == []
    assert one.committed == {"in": 0, "ticks": 0}


def test_records_that_are_sent_again_keep_their_sequence_numbers() -> None:
    coordinator = Coordinator({RECORDS: [FEW_REPLICAS, FEW_REPLICAS]})
    committed(coordinator, transactions=2)
    # Three rows and a progress row, one finding; each tried three times, then the next.
    assert coordinator.written == {"rows": [0, 0, 0, 4], "findings": [0, 0, 0, 1]}


@pytest.mark.parametrize("name", [PARTITIONS, GROUP, RECORDS, OFFSETS, END])
def test_who_was_fenced_commits_nothing_and_ends(name: str, exits: list[int]) -> None:
    coordinator = Coordinator({name: [FENCED]})
    published: list[int] = []

    async def run() -> None:
        producer = of_worker()
        coordinator.serve(producer)
        await producer.start()
        one = Committer(
            producer, partition=0, count=4, group_id="g", changelog="rows",
            bounds=Bounds(100, 100_000, 2.0), committed={},
        )  # fmt: skip
        each = batch(1)
        each.done = lambda: published.append(1)
        one.put(each)
        with pytest.raises(Ended):
            await one._run()
        assert one.committed == {}
        producer._txn_manager.wait_for_transaction_end().cancel()  # nobody waits for it
        await producer.client.close()
        producer._closed = True

    asyncio.run(run())
    assert exits == [70]
    assert (coordinator.ends, published) == ([], [])


@pytest.mark.parametrize("code", [10, 29])
def test_records_that_are_refused_are_never_committed(code: int, exits: list[int]) -> None:
    """MESSAGE_TOO_LARGE, TOPIC_AUTHORIZATION_FAILED: the offsets are in, and do not hold."""
    coordinator = Coordinator({RECORDS: [code]})
    with pytest.raises(Exception, match=r".*"):
        committed(coordinator)
    assert coordinator.ends == []
    assert END not in coordinator.asked


def test_a_sender_that_does_not_wait_for_the_partitions_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the coordinator here holds to bites."""

    def hurried() -> aiokafka.AIOKafkaProducer:
        producer = of_worker()
        producer._txn_manager.partitions_to_add = set
        return producer

    coordinator = Coordinator()
    with pytest.raises(Exception, match=r".*"):
        committed(coordinator, hurried)
    assert "Produce" in coordinator.out_of_order


def test_a_batch_that_read_nothing_is_committed_where_the_group_stands() -> None:
    """Who was leaving when the last owner ended goes on leaving before anything is read."""
    coordinator = Coordinator()

    async def run() -> Committer:
        producer = of_worker()
        coordinator.serve(producer)
        await producer.start()
        one = Committer(
            producer, partition=0, count=4, group_id="g", changelog="rows",
            bounds=Bounds(100, 100_000, 2.0), committed={"in": 5, "ticks": 7},
        )  # fmt: skip
        rest = batch(0)
        rest.positions = {}
        await _through(one, [rest])
        await one.close()
        return one

    one = asyncio.run(run())
    assert coordinator.ends == ["commit"]
    assert coordinator.asked.count(OFFSETS) == 1
    assert one.committed == {"in": 5, "ticks": 7}
