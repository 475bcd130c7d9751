"""What a receiver rejects for good, kept whole with the reason on a topic of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from streams.alerts.alert import Alert
from streams.settings import Settings
from streams.sinks.alert_fields import alert_object
from streams.unpacking.cut import CutBytes, Headers, fit
from streams.wire.origin import REPLAYED, as_written
from streams.wire.record import Record

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

_CONNECT: Final = "__connect.errors."
"""Header names of Kafka Connect's dead-letter queues, which tools know."""

SINK: Final = _CONNECT + "connector.name"
REASON: Final = _CONNECT + "exception.message"
TOPIC: Final = _CONNECT + "topic"
PARTITION: Final = _CONNECT + "partition"
OFFSET: Final = _CONNECT + "offset"
CUT: Final = "consentry-value-cut"
"""How much is left of a value that is too large for the topic, how long it was, its hash."""
OURS: Final = frozenset({SINK, REASON, TOPIC, PARTITION, OFFSET})


class DeadLetters:
    """Writes to the topic; one per process, for all sinks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.topics.delivery_dead_letters
        self._max_bytes = settings.output_max_bytes
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises KafkaError."""
        import aiokafka

        self._producer = aiokafka.AIOKafkaProducer(
            **self._settings.connection.aiokafka_options(),
            client_id=self._settings.connection.client_name("deliver"),
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_request_size=self._settings.output_max_bytes,
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Send what waits, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def put(self, sink: str, record: Record, reason: str) -> None:
        """Keep a record; returns when the brokers have it. Raises KafkaError."""
        assert self._producer is not None, "not started"
        key, value, own = fit(record.key, record.value, record.headers, self._max_bytes)
        if isinstance(value, CutBytes):
            own = (*own, (CUT, b"bytes=%d of %d sha256=%s" % (
                len(value), value.length or -1, (value.sha256 or "").encode())))  # fmt: skip
        await self._producer.send_and_wait(
            self._topic,
            None if value is None else bytes(value),
            None if key is None else bytes(key),
            headers=headers(sink, record, reason, own),
        )

    async def put_alert(self, sink: str, alert: Alert, reason: str) -> None:
        """Keep an alert as JSON, under its key; it stands on no topic. Raises KafkaError."""
        assert self._producer is not None, "not started"
        content = msgspec.json.encode(alert_object(alert))
        place = [(SINK, sink.encode()), (REASON, reason.encode())]
        await self._producer.send_and_wait(self._topic, content, alert.key.encode(), headers=place)

    async def mark(self, sink: str, reference: str) -> None:
        """Note that a dead letter, named topic/partition/offset, was delivered after all.

        Raises KafkaError.
        """
        assert self._producer is not None, "not started"
        place = [(SINK, sink.encode()), (REPLAYED, reference.encode())]
        await self._producer.send_and_wait(self._topic, None, reference.encode(), headers=place)


def headers(
    sink: str, record: Record, reason: str, own: Headers | None = None
) -> list[tuple[str, bytes | None]]:
    """Which sink, why, and where the record stood; then headers of its own (None: all)."""
    place: Sequence[tuple[str, str]] = (
        (SINK, sink),
        (REASON, reason),
        (TOPIC, record.topic),
        (PARTITION, str(record.partition)),
        (OFFSET, str(record.offset)),
    )
    first = [(name, value.encode()) for name, value in place]
    return first + as_written(record.headers if own is None else own)
