"""The first append of a transaction is asked for again after 1 ms, not after aiokafka's 20."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import aiokafka
import pytest
from aiokafka.producer import sender as stock
from aiokafka.structs import TopicPartition

from streams.settings import Settings
from streams.transport.group.group_producer import GroupProducer
from streams.transport.tasks.kafka_clients import worker_producer

PLACE = TopicPartition("out", 3)
IN_THE_WAY, NOT_THERE = 51, 3
"""CONCURRENT_TRANSACTIONS and UNKNOWN_TOPIC_OR_PARTITION."""


def of_worker() -> aiokafka.AIOKafkaProducer:
    return worker_producer(Settings(), 0)


def of_member() -> aiokafka.AIOKafkaProducer:
    return GroupProducer(Settings(), "member")._producer


def stock_producer() -> aiokafka.AIOKafkaProducer:
    return aiokafka.AIOKafkaProducer(transactional_id="stock", retry_backoff_ms=5)


def waits(
    new: Callable[[], aiokafka.AIOKafkaProducer],
    monkeypatch: pytest.MonkeyPatch,
    *transactions: Sequence[int],
) -> list[list[float]]:
    """The milliseconds that are waited in each transaction, whose requests are so answered."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds * 1000, 3))

    async def run() -> list[list[float]]:
        producer = new()
        sender = producer._sender
        sender._coordinators[stock.CoordinationType.TRANSACTION] = 1
        sender._txn_manager.set_pid_and_epoch(1, 0)
        found = []
        for answers in transactions:
            sender._txn_manager.begin_transaction()
            sender._txn_manager.maybe_add_partition_to_txn(PLACE)
            for answer in (*answers, 0):
                sender.client.send = answering(answer)
                with monkeypatch.context() as patch:
                    patch.setattr("aiokafka.producer.sender.asyncio.sleep", sleep)
                    await sender._do_add_partitions_to_txn({PLACE})
            assert PLACE in sender._txn_manager.txn_partitions
            found.append(waited[:])
            waited.clear()
            sender._txn_manager.committing_transaction()
            sender._txn_manager.complete_transaction()
        await producer.stop()
        return found

    return asyncio.run(run())


def answering(code: int) -> Callable[..., Any]:
    async def send(*_: Any, **__: Any) -> Any:
        return SimpleNamespace(errors=[(PLACE.topic, [(PLACE.partition, code)])])

    return send


@pytest.mark.parametrize("new", [of_worker, of_member])
def test_it_waits_for_a_millisecond_and_longer_the_longer_it_takes(
    new: Callable[[], aiokafka.AIOKafkaProducer], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waits(new, monkeypatch, [IN_THE_WAY], [IN_THE_WAY] * 7, [IN_THE_WAY], []) == [
        [1],
        [1, 2, 4, 8, 16, 20, 20],
        [1],
        [],
    ]


@pytest.mark.parametrize("new", [of_worker, of_member])
def test_other_refusals_wait_as_they_did(
    new: Callable[[], aiokafka.AIOKafkaProducer], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waits(new, monkeypatch, [NOT_THERE, NOT_THERE, IN_THE_WAY]) == [[5, 5, 1]]


def test_aiokafka_alone_waits_for_twenty(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waits(stock_producer, monkeypatch, [IN_THE_WAY] * 2) == [[20, 20]]
