"""The small job in a loop around aiokafka, whole record batches out, at-least-once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.programs.job import Job, read_job
from bench.programs.small_job import CONSENT, SHARE, Events, Latest

COMMIT_EVERY_S = 0.1
POLL_MS = 100

Row = tuple[bytes, bytes]


class Loop:
    """State, and what is to be written for one partition number."""

    def __init__(self, given: Job) -> None:
        self._job = given
        self._events = Events()
        self._latest = Latest()

    def judge(self, values: Iterable[tuple[bytes | None, bytes]]) -> tuple[list[Row], list[Row]]:
        """Rows of state and violations."""
        rows: list[Row] = []
        published: list[Row] = []
        for key, value in values:
            event = self._events.read(value)
            if event.kind == CONSENT:
                for place, row in self._latest.consents(event.fields):
                    rows.append(("\x1f".join(place).encode(), row))
            elif event.kind == SHARE and not self._latest.covers(event.fields):
                published.append(
                    (key or b"", event.fields["event_id"].encode() + b"\x1fNO_CONSENT")
                )
        return rows, published

    async def run(self) -> None:
        """Read until killed."""
        given, batch = self._job, 262_144
        consumer = AIOKafkaConsumer(
            bootstrap_servers=given.brokers,
            group_id=given.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=1 << 20,
        )
        producer = AIOKafkaProducer(
            bootstrap_servers=given.brokers, acks="all", linger_ms=5, max_batch_size=batch
        )
        await consumer.start()
        await producer.start()
        consumer.assign(
            [TopicPartition(t, n) for t in given.inputs.values() for n in range(given.partitions)]
        )
        open_: list[Any] = []
        positions: dict[TopicPartition, int] = {}
        committed_at = time.monotonic()
        while True:
            polled = await consumer.getmany(timeout_ms=POLL_MS)
            for place, records in polled.items():
                rows, published = self.judge((one.key, one.value) for one in records)
                open_ += await _send(producer, given.state, place.partition, rows)
                open_ += await _send(producer, given.violations, place.partition, published)
                positions[place] = records[-1].offset + 1
            if positions and time.monotonic() - committed_at >= COMMIT_EVERY_S:
                for delivery in open_:
                    await delivery
                await consumer.commit(positions)
                open_, positions, committed_at = [], {}, time.monotonic()


async def _send(producer: Any, topic: str, partition: int, rows: list[Row]) -> list[Any]:
    sent: list[Any] = []
    if not rows:
        return sent
    batch = producer.create_batch()
    for key, value in rows:
        if batch.append(key=key, value=value, timestamp=None) is None:
            sent.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=None)
    sent.append(await producer.send_batch(batch, topic, partition=partition))
    return sent


if __name__ == "__main__":
    uvloop.run(Loop(read_job(sys.argv[1])).run())
