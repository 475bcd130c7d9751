"""A topic of the same or another Kafka, for tools that read there.

The record key is the identity, so that revisions of one finding stay in order. The producer
is idempotent: its own retries write once. A batch that is sent again after a failure is
written again, under the same `ce_id` or `metadata.uid`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from streams.errors import ConsentryError
from streams.siem.cloudevents import KafkaRecord
from streams.sinks.batch import UpdateBatch, in_time
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.kafka_refusal import require_topic, why_not
from streams.sinks.kafka_target import KafkaTarget
from streams.sinks.render import rejected, rendered
from streams.topics.codecs import producer_option

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

_JSON: Final = (("content-type", b"application/json"),)


class KafkaOptions(KafkaTarget):
    """A topic of a Kafka."""

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return KafkaSink(self)


class KafkaSink:
    """An idempotent producer; acknowledged by all in-sync replicas.

    A removal is a tombstone: a compacted topic then lets go of all under that key.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._settings = options.producer
        self._producer: AIOKafkaProducer | None = None

    async def send(self, loads: Sequence[FindingUpdate | Removal]) -> Sequence[DeliveryResult]:
        """Produce in order and wait for the brokers."""
        batch = UpdateBatch([update.identity for update in loads])
        records: list[tuple[int, KafkaRecord | Removal]] = []
        for at, update in enumerate(loads):
            made = self._record(update)
            if isinstance(made, DeliveryResult):
                batch.set(at, made)
            else:
                records.append((at, made))
        whole = False
        try:
            found = await in_time(batch, self._send(records, batch), self._options.timeout_s)
            whole = all(outcome.settled for outcome in found)
            return found
        finally:
            if not whole:
                # What it still holds would arrive behind what is sent next.
                await self._let_go(drop=True)

    async def check(self) -> Sequence[SinkCheck]:
        """Log in, and look for the topic."""
        from aiokafka.errors import KafkaError

        what = f"the topic {self._options.topic} can be written"
        try:
            async with asyncio.timeout(self._options.timeout_s):
                producer = await self._opened()
                partitions = await producer.partitions_for(self._options.topic)
        except TimeoutError:
            return [SinkCheck(what=what, ok=False, answer="no answer in time")]
        except SinkDown as down:
            answer = f"{down.problem}. {down.remedy}".strip()
            return [SinkCheck(what=what, ok=False, answer=answer)]
        except KafkaError as error:
            return [SinkCheck(what=what, ok=False, answer=type(error).__name__)]
        return [SinkCheck(what=what, ok=bool(partitions), answer=f"{len(partitions)} partitions")]

    async def close(self) -> None:
        """Hand over what is buffered and close."""
        await self._let_go()

    def _record(self, update: FindingUpdate | Removal) -> KafkaRecord | Removal | DeliveryResult:
        if isinstance(update, Removal):
            return update
        made = rendered(update, self._options.format, self._settings)
        if isinstance(made, (KafkaRecord, DeliveryResult)):
            return made
        return KafkaRecord(_JSON, update.identity.encode(), msgspec.json.encode(made))

    async def _send(
        self, records: Sequence[tuple[int, KafkaRecord | Removal]], batch: UpdateBatch
    ) -> None:
        if not records:
            return
        from aiokafka.errors import KafkaError

        producer, topic = await self._opened(), self._options.topic
        sent: list[tuple[int, asyncio.Future[Any]]] = []
        for at, record in records:
            try:
                if isinstance(record, Removal):
                    future = await producer.send(topic, value=None, key=record.identity.encode())
                else:
                    future = await producer.send(
                        topic, value=record.value, key=record.key, headers=list(record.headers)
                    )
            except KafkaError as error:
                self._judge(error, at, batch)
                continue
            sent.append((at, future))
        for at, future in sent:
            try:
                await future
            except KafkaError as error:
                self._judge(error, at, batch)
            else:
                batch.set(at, DELIVERED)

    def _judge(self, error: KafkaError, at: int, batch: UpdateBatch) -> None:
        """Reject what is too large; raise SinkDown for what is not the update's fault."""
        from aiokafka import errors

        if isinstance(error, errors.MessageSizeTooLargeError):
            batch.set(at, rejected("larger than the topic takes"))
            return
        lasting = isinstance(
            error,
            (
                errors.TopicAuthorizationFailedError,
                errors.ClusterAuthorizationFailedError,
                errors.UnknownTopicOrPartitionError,
            ),
        )
        raise SinkDown(f"Kafka: {type(error).__name__}", lasting=lasting) from None

    async def _opened(self) -> AIOKafkaProducer:
        if self._producer is not None:
            return self._producer
        from aiokafka import AIOKafkaProducer, errors

        options = self._options
        try:
            producer = AIOKafkaProducer(
                **options.connection.aiokafka_options(),
                client_id=options.connection.client_name("sink"),
                enable_idempotence=True,
                compression_type=producer_option(options.compression),
                request_timeout_ms=max(1_000, int(options.timeout_s * 1_000)),
                max_request_size=options.batch_max_bytes + 65_536,
                linger_ms=5,
            )
        except ConsentryError as error:
            raise SinkDown(error.problem, error.remedy, lasting=True) from None
        try:
            await producer.start()
        except errors.KafkaError as error:
            await producer.stop()
            raise await why_not(error, options.connection, options.timeout_s) from None
        except BaseException:
            await producer.stop()
            raise
        try:
            # Without this the client looks for a missing topic until its time is up.
            await require_topic(producer, options.topic, options.connection)
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer
        return producer

    async def _let_go(self, *, drop: bool = False) -> None:
        """Close the producer; `drop`: without what it still holds.

        An idempotent one gives no batch up, and goes on with it when its `stop` is let go.
        """
        producer, self._producer = self._producer, None
        if producer is None:
            return
        with contextlib.suppress(TimeoutError, Exception):
            async with asyncio.timeout(self._options.timeout_s):
                if not drop:
                    await producer.stop()
                    return
        producer._closed = True  # noqa: SLF001 - there is no public way to drop what it holds
        for part in (producer._sender, producer.client):  # noqa: SLF001 - the same
            with contextlib.suppress(TimeoutError, Exception):
                async with asyncio.timeout(self._options.timeout_s):
                    await part.close()
