"""The small job in a loop around librdkafka (confluent-kafka), at-least-once."""

from __future__ import annotations

import sys
import time
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from bench.programs.job import Job, read_job
from bench.programs.small_job import CONSENT, SHARE, Events, Latest

COMMIT_EVERY_S = 0.1
AT_ONCE = 5000
POLL_S = 0.1


def run(given: Job) -> None:
    """Read until killed. A loop for full topics: with few events, it waits for more."""
    consumer: Any = Consumer(
        {
            "bootstrap.servers": given.brokers,
            "group.id": given.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "queued.min.messages": 200_000,
            "queued.max.messages.kbytes": 131_072,
        }
    )
    producer: Any = Producer(
        {
            "bootstrap.servers": given.brokers,
            "acks": "all",
            "linger.ms": 5,
            "batch.size": 262_144,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    inputs = given.inputs.values()
    consumer.assign(
        [TopicPartition(topic, n, -2) for topic in inputs for n in range(given.partitions)]
    )
    events, latest = Events(), Latest()
    positions: dict[tuple[str, int], int] = {}
    committed_at = time.monotonic()
    while True:
        for message in consumer.consume(AT_ONCE, POLL_S):
            if message.error() is not None:
                raise RuntimeError(message.error().str())
            event = events.read(message.value())
            topic, partition = message.topic(), message.partition()
            if given.keep:
                own = message.key() + b"\x1f" + event.fields["event_id"].encode()
                _produce(producer, given.state, message.value(), own, partition)
            if event.kind == CONSENT:
                for place, row in latest.consents(event.fields):
                    _produce(producer, given.state, row, "\x1f".join(place).encode(), partition)
            elif event.kind == SHARE and not latest.covers(event.fields):
                published = event.fields["event_id"].encode() + b"\x1fNO_CONSENT"
                _produce(producer, given.violations, published, message.key(), partition)
            positions[topic, partition] = message.offset() + 1
        producer.poll(0)
        if positions and time.monotonic() - committed_at >= COMMIT_EVERY_S:
            producer.flush()
            offsets = [TopicPartition(t, n, at) for (t, n), at in positions.items()]
            consumer.commit(offsets=offsets, asynchronous=False)
            positions.clear()
            committed_at = time.monotonic()


def _produce(producer: Any, topic: str, value: bytes, key: bytes | None, partition: int) -> None:
    while True:
        try:
            producer.produce(topic, value, key, partition)
        except BufferError:
            producer.poll(0.05)
        else:
            return


if __name__ == "__main__":
    run(read_job(sys.argv[1]))
