"""Records to Kafka: what was put is on all in-sync replicas, or the sender hears that it is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import structlog

from streams.receive.raw_record import RawRecord
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

HOPELESS_AFTER_S: Final = 60.0
"""Errors for so long that are no time-outs: a new start may help, waiting does not."""

log = structlog.get_logger("consentry.receive")


class Publisher:
    """An idempotent producer with acks=all, and a bounded wait for it.

    A record whose acknowledgement did not come in time may still be written later; the sender
    sends it again, and ingest makes the same event ids of both.
    """

    def __init__(
        self,
        settings: Settings,
        timeout_s: float,
        new_producer: Callable[[Settings], AIOKafkaProducer] | None = None,
    ) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._new_producer = new_producer or _producer
        self._producer: Any = None
        self._unanswered: set[asyncio.Task[Any]] = set()
        self._away_since: float | None = None
        self._failing_since: float | None = None

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        self._producer = self._new_producer(self._settings)
        await self._producer.start()

    async def stop(self, timeout_s: float) -> None:
        """Disconnect; what nobody was promised need not be written."""
        for task in self._unanswered:
            task.cancel()
        if self._producer is not None:
            stopping = asyncio.ensure_future(self._producer.stop())
            await asyncio.wait({stopping}, timeout=timeout_s)

    @property
    def away_s(self) -> float | None:
        """For how long Kafka has not answered; None: it does."""
        return None if self._away_since is None else time.monotonic() - self._away_since

    @property
    def hopeless(self) -> bool:
        """Whether only a new start can help."""
        since = self._failing_since
        return since is not None and time.monotonic() - since > HOPELESS_AFTER_S

    async def put(self, topic: str, record: RawRecord) -> None:
        """Write a record; returns once all in-sync replicas have it. Raises RequestRefused."""
        if self._away_since is not None and self._unanswered:
            # One of those shows when Kafka is back; more of them would only fill memory.
            raise RequestRefused(RefusalReason.KAFKA_AWAY)
        writing = asyncio.ensure_future(
            self._producer.send_and_wait(topic, record.value, record.key, headers=record.headers)
        )
        self._unanswered.add(writing)
        writing.add_done_callback(self._settled)
        await asyncio.wait({writing}, timeout=self._timeout_s)
        if not writing.done():
            self._went_away("no acknowledgement in time")
            raise RequestRefused(RefusalReason.KAFKA_AWAY)
        error = None if writing.cancelled() else writing.exception()
        if writing.cancelled() or error is not None:
            raise RequestRefused(_reason(error))

    def _settled(self, writing: asyncio.Task[Any]) -> None:
        self._unanswered.discard(writing)
        if writing.cancelled():
            return
        error = writing.exception()
        if error is None:
            if self._away_since is not None:
                log.info("kafka.back", away_s=round(self.away_s or 0.0, 1))
            self._away_since = self._failing_since = None
            return
        if _reason(error) is RefusalReason.KAFKA_AWAY:
            self._went_away(type(error).__name__)
            if self._failing_since is None and not _passing(error):
                self._failing_since = time.monotonic()

    def _went_away(self, why: str) -> None:
        if self._away_since is None:
            self._away_since = time.monotonic()
            log.warning("kafka.away", why=why)


def _reason(error: BaseException | None) -> RefusalReason:
    from aiokafka.errors import MessageSizeTooLargeError, RecordTooLargeError

    too_large = isinstance(error, MessageSizeTooLargeError | RecordTooLargeError)
    return RefusalReason.TOO_LARGE if too_large else RefusalReason.KAFKA_AWAY


def _passing(error: BaseException) -> bool:
    """Whether it passes by itself, or somebody must act on the cluster: a start helps neither."""
    from aiokafka.errors import (
        KafkaError,
        KafkaTimeoutError,
        TopicAuthorizationFailedError,
        UnknownTopicOrPartitionError,
    )

    others = KafkaTimeoutError | TopicAuthorizationFailedError | UnknownTopicOrPartitionError
    return isinstance(error, KafkaError) and (bool(error.retriable) or isinstance(error, others))


def _producer(settings: Settings) -> AIOKafkaProducer:
    import aiokafka

    return aiokafka.AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("receive"),
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_request_size=settings.output_max_bytes,
    )
