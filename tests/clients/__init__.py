"""Producers of other libraries and languages, as those who send events have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Final, Protocol

from tests.clients.child import java, kafkajs
from tests.clients.message import Message
from tests.clients.python import aiokafka, kafka_python, librdkafka

__all__ = ["CLIENTS", "Client", "Message", "Opening"]


class Client(Protocol):
    """A producer in every codec."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send in order, several records a batch; return when the broker has all."""


Opening = Callable[[str], AbstractContextManager[Client]]
"""Opens a client for brokers. Skips the test, or fails it, where the client is missing."""

CLIENTS: Final = MappingProxyType[str, Opening](
    {
        "librdkafka": librdkafka,
        "kafka-python": kafka_python,
        "aiokafka": aiokafka,
        "java": java,
        "kafkajs": kafkajs,
    }
)
