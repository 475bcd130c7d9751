"""The stream of one run: a sample that knows its truth, as careless producers would send it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.core.instants import Instant
from streams.dev.samples import SampleOptions, Truth, make_sample
from streams.settings import Settings
from streams.wire.arrival import partition_for

SETTLED_MS = 40_000
"""So long before the start the sample ends; most of its last deadlines have passed then."""

WRONG_KEY = 0.01
WRONG_PARTITION = 0.01
NO_KEY = 0.005

MOMENT_S = 0.05
RETRY_S = 0.5

log = logging.getLogger(__name__)


class Wire(NamedTuple):
    """A record as it is sent."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes


class Stream(NamedTuple):
    """Records in the order of sending, and what must be found in them."""

    records: list[Wire]
    truth: Truth


def make_stream(settings: Settings, seed: int, subjects: int) -> Stream:
    """Events with disorder, duplicates, conflicts, bad records, wrong keys and partitions.

    About ten records a subject.
    """
    until = Instant(int(time.time() * 1000) - SETTLED_MS)
    sample = make_sample(
        SampleOptions(
            subjects=subjects,
            seed=seed,
            until=until,
            disorder=0.1,
            duplicates=0.05,
            conflicts=0.01,
            bad=0.01,
        )
    )
    rnd = Random(f"{seed}/keys")
    inputs, count = settings.topics.inputs, settings.partitions
    records = []
    for one in sample.records:
        key: bytes | None = one.key
        partition = partition_for(one.key, count)
        fate = rnd.random()
        # A bad record has no key to be put right by, so only good ones go astray.
        if one.event is None:
            pass
        elif fate < WRONG_KEY:
            key = b"another"
            partition = partition_for(key, count)
        elif fate < WRONG_KEY + WRONG_PARTITION:
            partition = rnd.randrange(count)
        elif fate < WRONG_KEY + WRONG_PARTITION + NO_KEY:
            key, partition = None, rnd.randrange(count)
        records.append(Wire(inputs[one.topic], partition, key, one.value))
    return Stream(records, sample.truth)


class Feeder:
    """Sends a stream over some seconds, from a thread of its own, whatever the broker does.

    What the broker did not acknowledge is sent again, so a record may stand on its topic
    more than once, and none is missing.
    """

    def __init__(self, brokers: str, records: Sequence[Wire], seconds: float) -> None:
        self._brokers = brokers
        self._records = records
        self._seconds = seconds
        self._thread = threading.Thread(target=self._run, name="feeder", daemon=True)
        self._giving_up = False
        self.sent = 0
        """Records that the broker has."""

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether all is sent."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Wait until all is sent, or leave it there after a failure."""
        self._giving_up = True
        self._thread.join(60)

    def _run(self) -> None:
        asyncio.run(self._send())

    async def _send(self) -> None:
        began = time.monotonic()
        producer: AIOKafkaProducer | None = None
        total = len(self._records)
        while self.sent < total and not self._giving_up:
            elapsed = time.monotonic() - began
            due = min(total, int(total * elapsed / self._seconds) + 1)
            if due <= self.sent:
                await asyncio.sleep(MOMENT_S)
                continue
            try:
                if producer is None:
                    producer = self._new_producer()
                    await producer.start()
                await send_batches(producer, self._records[self.sent : due])
                self.sent = due
            except KafkaError as error:
                log.info("sending again: %s", type(error).__name__)
                if producer is not None:
                    await abandon(producer)
                producer = None
                await asyncio.sleep(RETRY_S)
        if producer is not None:
            await producer.stop()

    def _new_producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._brokers,
            enable_idempotence=True,
            request_timeout_ms=10_000,
            retry_backoff_ms=50,
        )


async def send_batches(producer: AIOKafkaProducer, records: Sequence[Wire]) -> None:
    """Send records as whole batches, and return when the broker has them all."""
    by_place: dict[tuple[str, int], list[Wire]] = defaultdict(list)
    for record in records:
        by_place[record.topic, record.partition].append(record)
    deliveries: list[asyncio.Future[Any]] = []
    for (topic, partition), part in by_place.items():
        batch = producer.create_batch()
        for record in part:
            if batch.append(timestamp=None, key=record.key, value=record.value) is None:
                deliveries.append(await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(timestamp=None, key=record.key, value=record.value)
        deliveries.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*deliveries)


async def abandon(producer: AIOKafkaProducer) -> None:
    """Close a producer that failed, whatever it says to that."""
    try:
        await asyncio.wait_for(producer.stop(), 5)
    except (KafkaError, TimeoutError) as error:
        log.info("closing: %s", type(error).__name__)
