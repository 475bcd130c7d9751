"""That a sink has delivered, noted where it lasts longer than the offsets of its group.

Kafka forgets the offsets of a group that stands still for a week. The note is a record on the
topic of what the alert policy remembers, written at each start; it is read only where a group
has no offsets.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from aiokafka.errors import TopicAuthorizationFailedError

from streams.core.instants import Instant
from streams.delivery.alert_state import records_of
from streams.settings import Settings

CLOSED_DAYS: Final = 90
"""For so long what was closed is delivered to a receiver that may have missed it."""

log = structlog.get_logger("consentry.deliver")


class BegunNote:
    """The note of one sink."""

    def __init__(self, settings: Settings, sink: str) -> None:
        self._settings = settings
        self._sink = sink
        self._key = f"{sink}/begun".encode()

    async def closed_since(self) -> Instant | None:
        """From when on a sink without offsets may have missed closes; None: it never delivered.

        Raises KafkaError, but where this user may not read it.
        """
        try:
            noted = self._key in await records_of(self._settings)
        except TopicAuthorizationFailedError as error:
            self._may_not(error)
            return None
        if not noted:
            return None
        log.warning("delivery.offsets_forgotten", sink=self._sink, closed_days=CLOSED_DAYS)
        return days_ago(CLOSED_DAYS)

    async def write(self) -> None:
        """Note that the sink delivers. Raises KafkaError, but where this user may not write it."""
        import aiokafka

        connection = self._settings.connection
        producer = aiokafka.AIOKafkaProducer(
            **connection.aiokafka_options(), client_id=connection.client_name("deliver"), acks="all"
        )
        try:
            await producer.start()
            await producer.send_and_wait(self._settings.topics.alert_state, b"1", self._key)
        except TopicAuthorizationFailedError as error:
            self._may_not(error)
        finally:
            await producer.stop()

    def _may_not(self, error: Exception) -> None:
        log.warning("delivery.not_noted", sink=self._sink, error=type(error).__name__)


def days_ago(days: int) -> Instant:
    """So many days before now."""
    return Instant(max(0, time.time_ns() // 1_000_000 - days * 86_400_000))
