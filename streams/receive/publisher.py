"""Records to Kafka: what was put is on all in-sync replicas, or the sender hears that it is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Final

import structlog

from streams.receive.raw_record import RawRecord
from streams.receive.refusal import RefusalReason, RequestRefused
from streams.settings import Settings
from streams.topics.codecs import Compression, producer_option

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

HOPELESS_AFTER_S: Final = 60.0
"""Errors for so long that are no time-outs: a new start may help, waiting does not."""

log = structlog.get_logger("consentry.receive")


class _Log:
    """One topic: the records that wait for an acknowledgement, and since when none comes."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.unanswered: set[asyncio.Task[Any]] = set()
        self.away_since: float | None = None
        self.failing_since: float | None = None

    def went_away(self, why: str) -> None:
        """Nothing was acknowledged in time, or it failed."""
        if self.away_since is None:
            self.away_since = time.monotonic()
            log.warning("kafka.away", topic=self.topic, why=why)

    def answered(self) -> None:
        """A record was acknowledged."""
        if self.away_since is not None:
            away_s = round(time.monotonic() - self.away_since, 1)
            log.info("kafka.back", topic=self.topic, away_s=away_s)
        self.away_since = self.failing_since = None


class Publisher:
    """An idempotent producer with acks=all, and a bounded wait for it.

    A record whose acknowledgement did not come in time may still be written later; the sender
    sends it again, and ingest makes the same event ids of both. Topics are looked at apart: one
    that is missing, or whose leader is away, holds up no other.
    """

    def __init__(
        self,
        settings: Settings,
        timeout_s: float,
        new_producer: Callable[[Settings, str | None], AIOKafkaProducer] | None = None,
        compression: Compression = "none",
    ) -> None:
        """Raises ConsentryError where this installation cannot compress so."""
        self._settings = settings
        self._timeout_s = timeout_s
        self._new_producer = new_producer or _producer
        self._codec = producer_option(compression)
        self._producer: Any = None
        self._logs: dict[str, _Log] = {}
        self._acknowledged_at = -inf

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        self._producer = self._new_producer(self._settings, self._codec)
        await self._producer.start()

    async def stop(self, timeout_s: float) -> None:
        """Disconnect; what nobody was promised need not be written."""
        for one in self._logs.values():
            for task in one.unanswered:
                task.cancel()
        if self._producer is not None:
            stopping = asyncio.ensure_future(self._producer.stop())
            await asyncio.wait({stopping}, timeout=timeout_s)

    @property
    def away_s(self) -> float | None:
        """For how long no topic has acknowledged anything; None: some do, or none was asked."""
        since = [one.away_since for one in self._logs.values() if one.away_since is not None]
        if not since or self._acknowledged_at > min(since):
            return None
        return time.monotonic() - min(since)

    @property
    def hopeless(self) -> bool:
        """Whether only a new start can help."""
        now = time.monotonic()
        since = (one.failing_since for one in self._logs.values())
        return any(at is not None and now - at > HOPELESS_AFTER_S for at in since)

    async def put(self, topic: str, record: RawRecord) -> None:
        """Write a record; returns once all in-sync replicas have it. Raises RequestRefused."""
        one = self._logs.get(topic)
        if one is None:
            one = self._logs[topic] = _Log(topic)
        if one.away_since is not None and one.unanswered:
            # One of those shows when Kafka is back; more of them would only fill memory.
            raise RequestRefused(RefusalReason.KAFKA_AWAY)
        writing = asyncio.ensure_future(
            self._producer.send_and_wait(topic, record.value, record.key, headers=record.headers)
        )
        one.unanswered.add(writing)
        writing.add_done_callback(partial(self._settled, one))
        await asyncio.wait({writing}, timeout=self._timeout_s)
        if not writing.done():
            one.went_away("no acknowledgement in time")
            raise RequestRefused(RefusalReason.KAFKA_AWAY)
        error = None if writing.cancelled() else writing.exception()
        if writing.cancelled() or error is not None:
            raise RequestRefused(_reason(error))

    def _settled(self, one: _Log, writing: asyncio.Task[Any]) -> None:
        one.unanswered.discard(writing)
        if writing.cancelled():
            return
        error = writing.exception()
        if error is None:
            self._acknowledged_at = time.monotonic()
            one.answered()
        elif _reason(error) is RefusalReason.KAFKA_AWAY:
            one.went_away(type(error).__name__)
            if one.failing_since is None and not _passing(error):
                one.failing_since = time.monotonic()


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


def _producer(settings: Settings, codec: str | None) -> AIOKafkaProducer:
    import aiokafka

    return aiokafka.AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("receive"),
        enable_idempotence=True,
        acks="all",
        compression_type=codec,
        linger_ms=0,
        max_request_size=settings.output_max_bytes,
    )
