"""librdkafka, kafka-python and aiokafka as producers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import confluent_kafka
from aiokafka import AIOKafkaProducer
from kafka import KafkaProducer

from tests.clients.message import Message

_LINGER_MS = 100


class _Librdkafka:
    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producers: dict[str, confluent_kafka.Producer] = {}

    def send(self, messages: Sequence[Message]) -> None:
        failed: list[object] = []

        def failing(error: object, _message: object) -> None:
            if error is not None:
                failed.append(error)

        for one in messages:
            producer = self._producers.get(one.codec)
            if producer is None:
                producer = self._producers[one.codec] = confluent_kafka.Producer(
                    {
                        "bootstrap.servers": self._bootstrap,
                        "compression.codec": one.codec,
                        "partitioner": "murmur2_random",
                        "linger.ms": _LINGER_MS,
                        "acks": "all",
                    }
                )
            producer.produce(one.topic, key=one.key, value=one.value, on_delivery=failing)
        left = sum(producer.flush(30) for producer in self._producers.values())
        assert not failed
        assert not left


@contextmanager
def librdkafka(bootstrap: str) -> Iterator[_Librdkafka]:
    """confluent-kafka, the same as in Go, .NET and C++."""
    yield _Librdkafka(bootstrap)


class _KafkaPython:
    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self.producers: dict[str, KafkaProducer] = {}

    def send(self, messages: Sequence[Message]) -> None:
        sending = []
        for one in messages:
            producer = self.producers.get(one.codec)
            if producer is None:
                producer = self.producers[one.codec] = KafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    compression_type=None if one.codec == "none" else one.codec,
                    linger_ms=_LINGER_MS,
                    acks="all",
                )
            sending.append(producer.send(one.topic, key=one.key, value=one.value))
        for future in sending:
            future.get(30)


@contextmanager
def kafka_python(bootstrap: str) -> Iterator[_KafkaPython]:
    """kafka-python with python-snappy, lz4 and zstandard."""
    client = _KafkaPython(bootstrap)
    try:
        yield client
    finally:
        for producer in client.producers.values():
            producer.close()


class _Aiokafka:
    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def send(self, messages: Sequence[Message]) -> None:
        asyncio.run(self._send(messages))

    async def _send(self, messages: Sequence[Message]) -> None:
        for codec in dict.fromkeys(one.codec for one in messages):
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                compression_type=None if codec == "none" else codec,
                linger_ms=_LINGER_MS,
                acks="all",
            )
            await producer.start()
            try:
                sending: list[Any] = [
                    await producer.send(one.topic, one.value, key=one.key)
                    for one in messages
                    if one.codec == codec
                ]
                await asyncio.gather(*sending)
            finally:
                await producer.stop()


@contextmanager
def aiokafka(bootstrap: str) -> Iterator[_Aiokafka]:
    """aiokafka with cramjam, as Faust has it."""
    yield _Aiokafka(bootstrap)
