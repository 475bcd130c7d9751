"""The requests of a transaction beside each other, where Kafka does not ask for their order.

aiokafka sends one after another: partitions added, records written, the group added, offsets
written, the end. Kafka asks that a partition is added before it is written to, the group before
its offsets, and both before the end (KIP-98). So the group is added right behind the partitions,
and offsets are written right behind records: three round trips in place of five.

Right behind, on one connection, and not at once on two: where one broker checks two requests of
a transaction at the same time (KIP-890), it refuses one of them for a while.

What each answer means stays aiokafka's to say: what is asked again and after which wait, with
the same sequence numbers, and what ends the producer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

import aiokafka
from aiokafka import errors
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.producer import sender as stock
from aiokafka.structs import TopicPartition


def pipelined(producer: aiokafka.AIOKafkaProducer) -> aiokafka.AIOKafkaProducer:
    """Have a transactional producer that was not started yet do so; it is returned.

    To gain by it, give it the offsets before the records are acknowledged.
    """
    sender = producer._sender
    one_by_one = sender._maybe_do_transactional_request

    def next_request() -> asyncio.Task[Any] | None:
        manager = sender._txn_manager
        places, group_id = manager.partitions_to_add(), manager.consumer_group_to_add()
        if not places or group_id is None:
            alone: asyncio.Task[Any] | None = one_by_one()
            return alone
        return asyncio.create_task(_add_both(sender, places, group_id))

    sender._maybe_do_transactional_request = next_request
    sender._do_txn_offset_commit = partial(_write_offsets, sender)
    return producer


async def _add_both(sender: Any, places: AbstractSet[TopicPartition], group_id: str) -> None:
    """Add partitions and group to the transaction. Raises what ends either.

    Nothing is written before both are answered: the broker refuses what it has to check while
    it adds something.
    """
    answers = await asyncio.gather(
        sender._do_add_partitions_to_txn(places), _add_group(sender, group_id),
        return_exceptions=True,
    )  # fmt: skip
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer


async def _add_group(sender: Any, group_id: str) -> Any:
    name = sender._txn_manager.transactional_id
    node = await sender._find_coordinator(CoordinationType.TRANSACTION, name)
    return await AddGroupBeside(sender, group_id).do(node)


class AddGroupBeside(stock.AddOffsetsToTxnHandler):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own, but that it does not wait where the partitions wait for the same."""

    def handle_response(self, response: Any) -> float | None:
        """The seconds to wait before the next request, None for none."""
        if errors.for_code(response.error_code) is errors.ConcurrentTransactions:
            # The transaction before is not written out yet. The group is asked for again
            # with the partitions, or alone, and then waits.
            return None
        wait: float | None = super().handle_response(response)
        return wait


async def _write_offsets(sender: Any, offsets: Mapping[TopicPartition, Any], group_id: str) -> None:
    """As aiokafka does it, on the other connection."""
    try:
        node = await sender._find_coordinator(CoordinationType.GROUP, group_id)
    except errors.GroupAuthorizationFailedError as error:
        sender._txn_manager.error_transaction(error)
        return
    await OffsetsBesideRecords(sender, offsets, group_id).do(node)


class OffsetsBesideRecords(stock.TxnOffsetCommitHandler):  # type: ignore[misc]
    """aiokafka's own, on the connection that records go over."""

    group = ConnectionGroup.DEFAULT
