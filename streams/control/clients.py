"""The Kafka clients of the policy log."""

from __future__ import annotations

from typing import Final

import aiokafka

from streams.settings import Settings
from streams.topics.reader import Reader

READ_WAIT_MS: Final = 5
"""Ends are known, so nothing is waited for."""

FOLLOW_WAIT_MS: Final = 20_000
"""How long the broker holds the question for a new policy: it answers as soon as one is there."""

REQUEST_TIMEOUT_MS: Final = 40_000
RETRY_BACKOFF_MS: Final = 10
RECONNECT_MAX_MS: Final = 5_000


def control_reader(settings: Settings, wait_ms: int = READ_WAIT_MS) -> Reader:
    """A consumer without a group that sees committed records only."""
    return Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("policy"),
        kept_max_bytes=settings.output_max_bytes,
        isolation_level="read_committed",
        auto_offset_reset="none",
        enable_auto_commit=False,
        fetch_max_wait_ms=wait_ms,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=RETRY_BACKOFF_MS if wait_ms == READ_WAIT_MS else RECONNECT_MAX_MS,
    )


def control_producer(settings: Settings) -> aiokafka.AIOKafkaProducer:
    """The one writer: starting it fences the writer before."""
    return aiokafka.AIOKafkaProducer(
        **settings.connection.aiokafka_options(),
        client_id=settings.connection.client_name("policy"),
        transactional_id=settings.control_transactional_id,
        transaction_timeout_ms=int(settings.transaction_timeout_s * 1000),
        acks="all",
        linger_ms=0,
        max_request_size=settings.output_max_bytes,
        retry_backoff_ms=RETRY_BACKOFF_MS,
    )
