"""The transactional producer of a member of a consumer group."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import aiokafka
from aiokafka import errors
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.producer.sender import TxnOffsetCommitHandler
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.settings import Settings
from streams.topics.codecs import Compression, producer_option
from streams.transport.commit.appending import send_all
from streams.transport.commit.first_append import ask_again_soon
from streams.transport.commit.output_batch import Output
from streams.transport.group.requests import GroupMember, TxnOffsetCommit
from streams.transport.tasks.kafka_clients import RETRY_BACKOFF_MS, WRITE_BATCH_BYTES

ABORT_S: Final = 2.0
"""How long a producer that stops may take to abort; a broker that is away does not answer."""

FENCED_INSTANCE: Final = 82
"""https://kafka.apache.org/protocol.html#protocol_error_codes"""


class NotOwned(Exception):
    """The group has gone on without this member: what it read is another member's now."""


class InstanceTaken(Exception):
    """Another process uses the same instance id."""


class GroupProducer:
    """Writes records and offsets in transactions that only the owner of the partitions can end."""

    def __init__(
        self, settings: Settings, transactional_id: str, compression: Compression = "none"
    ) -> None:
        """Starting it fences whatever had the same transactional id before."""
        producer = aiokafka.AIOKafkaProducer(
            **settings.connection.aiokafka_options(),
            client_id=settings.connection.client_id or transactional_id,
            transactional_id=transactional_id,
            transaction_timeout_ms=int(settings.transaction_timeout_s * 1000),
            acks="all",
            linger_ms=0,
            max_batch_size=WRITE_BATCH_BYTES,
            max_request_size=settings.output_max_bytes,
            request_timeout_ms=int(settings.transaction_timeout_s * 1000),
            retry_backoff_ms=RETRY_BACKOFF_MS,
            compression_type=producer_option(compression),
        )
        self._producer = ask_again_soon(producer)

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        await self._producer.start()

    async def stop(self) -> None:
        """Disconnect, after a transaction that failed half-way was aborted.

        One that cannot be aborted now ends with the next producer of its id, or by its timeout.
        """
        if self._producer._txn_manager.is_in_transaction():
            with contextlib.suppress(errors.KafkaError, TimeoutError):
                async with asyncio.timeout(ABORT_S):
                    await self._producer.abort_transaction()
        await self._producer.stop()

    async def commit(
        self,
        outputs: Iterable[Output],
        positions: Mapping[TopicPartition, int],
        *,
        group_id: str,
        member: GroupMember,
        metadata: str = "",
    ) -> None:
        """Write records and next offsets in one transaction.

        Raises NotOwned where the group has gone on without the member, InstanceTaken, and
        KafkaError; then nothing of it is ever seen, and the producer is to be stopped.
        """
        producer = self._producer
        await producer.begin_transaction()
        # Every one that fails is reported; what is raised first says it for all.
        producer._txn_manager.wait_for_transaction_end().add_done_callback(_noted)
        deliveries = await send_all(producer, outputs)
        for delivery in deliveries:
            delivery.add_done_callback(_noted)
        # aiokafka commits a transaction in which the broker refused a batch; only the
        # batch's own future shows. So all are looked at before the offsets go in.
        for delivery in deliveries:
            await delivery
        offsets = {
            place: OffsetAndMetadata(position, metadata) for place, position in positions.items()
        }
        self._commit_as(member)
        await producer.send_offsets_to_transaction(offsets, group_id)
        await producer.commit_transaction()

    def _commit_as(self, member: GroupMember) -> None:
        sender = self._producer._sender

        async def commit(offsets: Mapping[TopicPartition, Any], group_id: str) -> None:
            try:
                node = await sender._find_coordinator(CoordinationType.GROUP, group_id)
            except errors.GroupAuthorizationFailedError as error:
                sender._txn_manager.error_transaction(error)
                return
            await _OffsetCommit(sender, offsets, group_id, member).do(node)

        sender._do_txn_offset_commit = commit


def _noted(future: asyncio.Future[Any]) -> None:
    """Take note of an error that nobody waits for any more."""
    if not future.cancelled():
        future.exception()


class _OffsetCommit(TxnOffsetCommitHandler):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own, in the version that names the member."""

    group = ConnectionGroup.COORDINATION

    def __init__(
        self, sender: Any, offsets: Mapping[TopicPartition, Any], group_id: str, member: GroupMember
    ) -> None:
        super().__init__(sender, offsets, group_id)
        self._member = member

    def create_request(self) -> TxnOffsetCommit:
        """The request for these offsets."""
        by_topic: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for place, one in sorted(self._offsets.items()):
            by_topic[place.topic].append((place.partition, one.offset, one.metadata))
        transaction = self._sender._txn_manager
        return TxnOffsetCommit(
            transaction.transactional_id,
            self._group_id,
            (transaction.producer_id, transaction.producer_epoch),
            self._member,
            by_topic,
        )

    def handle_response(self, response: Any) -> float | None:
        """Say that the group has gone on; everything else is aiokafka's to handle."""
        plain: list[tuple[str, Sequence[tuple[int, int]]]] = []
        for topic, partitions, _ in response.errors:
            for _, error_code, _ in partitions:
                if error_code == FENCED_INSTANCE:
                    self._refused(InstanceTaken())
                    return None
                if errors.for_code(error_code) in (
                    errors.IllegalGenerationError,
                    errors.UnknownMemberIdError,
                ):
                    self._refused(NotOwned())
                    return None
            plain.append((topic, [(number, error_code) for number, error_code, _ in partitions]))
        response.errors = plain
        again: float | None = super().handle_response(response)
        return again

    def _refused(self, error: Exception) -> None:
        """Let the offsets fail, and nothing else.

        aiokafka's own way for errors forgets what the transaction wrote to, and then aborts it
        in memory only: readers would wait for its timeout.
        """
        _, _, waiting = self._sender._txn_manager._pending_txn_offsets.popleft()
        waiting.set_exception(error)
