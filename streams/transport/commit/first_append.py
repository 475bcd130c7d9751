"""How soon the first append of a transaction is asked for again.

A broker answers CONCURRENT_TRANSACTIONS (51) until the markers of the transaction before are
written, a few milliseconds after it was said to be committed (KAFKA-5477). aiokafka then waits
for 20 ms, which is most of what a small transaction takes.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final, TypeVar

import aiokafka
from aiokafka.client import CoordinationType
from aiokafka.producer import sender as stock
from aiokafka.structs import TopicPartition

FIRST_WAIT_S: Final = 0.001
LONGEST_WAIT_S: Final = stock.BACKOFF_OVERRIDE
"""aiokafka's own; waits double up to it, for a broker whose markers take long."""

ProducerT = TypeVar("ProducerT", bound=aiokafka.AIOKafkaProducer)


def ask_again_soon(producer: ProducerT) -> ProducerT:
    """Let a transactional producer wait for 1 ms first where aiokafka waits for 20; it is returned."""
    sender = producer._sender
    waits = Waits()

    async def add_partitions(places: AbstractSet[TopicPartition]) -> Any:
        name = sender._txn_manager.transactional_id
        node = await sender._find_coordinator(CoordinationType.TRANSACTION, name)
        return await AddPartitions(sender, places, waits).do(node)

    sender._do_add_partitions_to_txn = add_partitions
    return producer


class Waits:
    """The waits between the requests of one transaction, in seconds."""

    def __init__(self) -> None:
        self._next = FIRST_WAIT_S

    def next(self) -> float:
        """The wait from here to the next request."""
        wait, self._next = self._next, min(2 * self._next, LONGEST_WAIT_S)
        return wait

    def begin(self) -> None:
        """The partitions are in; the next transaction waits shortly again."""
        self._next = FIRST_WAIT_S


class AddPartitions(stock.AddPartitionsToTxnHandler):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own, with other waits while the transaction before has no markers."""

    def __init__(self, sender: Any, places: AbstractSet[TopicPartition], waits: Waits) -> None:
        super().__init__(sender, places)
        self._waits = waits

    def handle_response(self, response: Any) -> float | None:
        """The seconds to wait before asking again, None when the partitions are in."""
        wait: float | None = super().handle_response(response)
        if wait is None:
            self._waits.begin()
        elif wait == stock.BACKOFF_OVERRIDE:
            return self._waits.next()
        return wait
