"""A transactional producer whose requests are sent by the one who commits, each when it may be.

aiokafka has a task beside it that looks again and again for what is to be sent next, and sends
one request after another: partitions added, records written, the group added, offsets written,
the end. Kafka asks that a partition is added before it is written to, the group before its
offsets, and both before the end (KIP-98). So the group is added right behind the partitions, and
offsets are written right behind records: three round trips in place of five, and nobody looks.

Right behind, on one connection, and not at once on two: where one broker checks two requests of
a transaction at the same time (KIP-890), it refuses one of them for a while.

What each answer means stays aiokafka's to say: what is asked again and after which wait, with
the same sequence numbers, and what ends the producer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import aiokafka
from aiokafka import errors
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.producer import sender as stock
from aiokafka.producer.transaction_manager import TransactionState
from aiokafka.structs import TopicPartition

from streams.transport.commit.open_ahead import OpenAhead


class DirectProducer(aiokafka.AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own but for when requests go out, and for one user at a time.

    Records are written with the offsets, or before the transaction ends: nobody may wait for
    them before that.

    A transaction that follows others closely is opened ahead: partitions that both of the last two
    wrote to, and their group.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        """Options are aiokafka's."""
        super().__init__(*args, **options)
        self._ahead = OpenAhead(self._open_next, self.abort_transaction)
        self._latest = self._expected = frozenset[TopicPartition]()
        self._written = set[TopicPartition]()
        self._group_id: str | None = None

    async def start(self) -> None:
        """Connect, and fence who had the transactional id. Raises KafkaError."""
        await self.client.bootstrap()
        await self._sender._maybe_wait_for_pid()

    async def stop(self) -> None:
        """End what was opened ahead, and disconnect."""
        await self._ahead.close()
        await super().stop()

    async def begin_transaction(self) -> None:
        """Go on with the transaction that was opened ahead, or begin one.

        Raises what opening it has raised.
        """
        if not await self._ahead.take():
            await super().begin_transaction()

    async def _open_next(self) -> None:
        """Begin a transaction and add to it what the last ones had."""
        await super().begin_transaction()
        for place in self._expected:
            self._txn_manager.maybe_add_partition_to_txn(place)
        await self._add(self._group_id)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[Any]:
        """Put a batch into the open transaction; the future says where it came to stand."""
        await self.client._wait_on_metadata(topic)
        place = TopicPartition(topic, self._partition(topic, partition, None, None, None, None))
        delivery: asyncio.Future[Any] = self._message_accumulator._append_batch(batch, place).future
        return delivery

    async def send_offsets_to_transaction(
        self, offsets: Mapping[TopicPartition, Any], group_id: str
    ) -> None:
        """Write the records, and offsets beside them; return when the offsets are taken.

        Raises KafkaError for what ends the producer or the transaction. A record that is
        refused is said by its own future.
        """
        taken = self._txn_manager.add_offsets_to_txn(dict(offsets), group_id)
        await self._add(group_id)
        await asyncio.gather(self._write_records(), self._write_offsets())
        await taken

    async def commit_transaction(self) -> None:
        """End the transaction, and return when readers may see it. Raises KafkaError."""
        await self._write_rest()
        manager = self._txn_manager
        # What was added ahead and not written to is not expected again.
        places, self._group_id = frozenset(self._written), manager._txn_consumer_group
        self._written.clear()
        manager.committing_transaction()
        await self._end()
        self._expected, self._latest = places & self._latest, places
        self._ahead.committed(known=bool(self._expected) and self._group_id is not None)

    async def abort_transaction(self) -> None:
        """End the transaction so that nobody sees it. Raises KafkaError."""
        await self._write_rest()
        self._written.clear()
        self._txn_manager.aborting_transaction()
        await self._end()

    async def _write_rest(self) -> None:
        if self._message_accumulator._batches:
            await self._add()
            await self._write_records()

    async def _add(self, group_id: str | None = None) -> None:
        """Add partitions and a group to the transaction, those that it does not have yet.

        Nothing is written before all are answered: the broker refuses what it has to check
        while it adds something.
        """
        sender, manager = self._sender, self._txn_manager
        while True:
            places = manager.partitions_to_add()
            group = None if manager._txn_consumer_group is not None else group_id
            if places and group is not None:
                await _add_both(sender, places, group)
            elif places:
                await sender._do_add_partitions_to_txn(places)
            elif group is not None:
                await sender._do_add_offsets_to_txn(group)
            else:
                return
            self._require_open()

    async def _write_records(self) -> None:
        """Write all batches, in their order within each place."""
        waiting = self._message_accumulator
        while waiting._batches:
            by_node, leaders_missing = waiting.drain_by_nodes(ignore_nodes=())
            self._written.update(place for batches in by_node.values() for place in batches)
            requests = [
                stock.SendProduceReqHandler(self._sender, batches).do(node)
                for node, batches in by_node.items()
            ]
            if leaders_missing:
                requests.append(self.client.force_metadata_update())
            if len(requests) == 1:
                await requests[0]
            else:
                await asyncio.gather(*requests)

    async def _write_offsets(self) -> None:
        sender, manager = self._sender, self._txn_manager
        while (wanted := manager.offsets_to_commit()) is not None:
            offsets, group_id = wanted
            try:
                node = await sender._find_coordinator(CoordinationType.GROUP, group_id)
            except errors.GroupAuthorizationFailedError as error:
                manager.error_transaction(error)
            else:
                await OffsetsBesideRecords(sender, offsets, group_id).do(node)
            self._require_open()

    async def _end(self) -> None:
        manager = self._txn_manager
        while (result := manager.needs_transaction_commit()) is not None:
            await self._sender._do_txn_commit(result)
        await manager.wait_for_transaction_end()

    def _require_open(self) -> None:
        """Raise what an answer has ended the transaction with."""
        manager = self._txn_manager
        if manager.state is TransactionState.ABORTABLE_ERROR:
            manager.wait_for_transaction_end().result()


async def _add_both(sender: Any, places: AbstractSet[TopicPartition], group_id: str) -> None:
    """Add partitions and group. Raises what ends either."""
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


class OffsetsBesideRecords(stock.TxnOffsetCommitHandler):  # type: ignore[misc]
    """aiokafka's own, on the connection that records go over."""

    group = ConnectionGroup.DEFAULT
