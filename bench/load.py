"""Put a made stream on the topics, whole record batches at a time.

    python -m bench.load --brokers 127.0.0.1:9092 --events 1000000 --subjects 100000

Prints how many events a second went out: the generator must outrun what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from bench.stream import key_of, make
from streams.settings import Settings
from streams.topics import create_topics

BATCH_BYTES = 262_144


async def fill(settings: Settings, events: int, subjects: int, *, first: int = 0) -> float:
    """Send events in order and wait until the broker has them. Returns the seconds taken."""
    places = [_place(key_of(subject), settings.partitions) for subject in range(subjects)]
    topics = settings.topics.inputs
    producer = AIOKafkaProducer(
        **settings.connection.aiokafka_options(), acks=1, linger_ms=0, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    began = time.perf_counter()
    open_batches: dict[tuple[str, int], Any] = {}
    sending: set[asyncio.Future[Any]] = set()
    try:
        for made in make(events, subjects, first=first):
            key, number = places[made.subject]
            place = topics[made.kind], number
            batch = open_batches.get(place)
            if batch is None:
                batch = open_batches[place] = producer.create_batch()
            if batch.append(timestamp=made.at, key=key, value=made.value) is None:
                # All at once: a batch held back would put its events behind later ones.
                sending |= await _send(producer, open_batches)
                open_batches = {place: producer.create_batch()}
                open_batches[place].append(timestamp=made.at, key=key, value=made.value)
        sending |= await _send(producer, open_batches)
        await asyncio.gather(*sending)
    finally:
        await producer.stop()
    return time.perf_counter() - began


async def _send(
    producer: AIOKafkaProducer, batches: dict[tuple[str, int], Any]
) -> set[asyncio.Future[Any]]:
    return {
        await producer.send_batch(batch, topic, partition=number)
        for (topic, number), batch in batches.items()
    }


def _place(key: bytes, partitions: int) -> tuple[bytes, int]:
    return key, (murmur2(key) & 0x7FFFFFFF) % partitions


def main() -> None:
    """Create the topics and fill them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--brokers", default="127.0.0.1:9092")
    arguments.add_argument("--prefix", default="")
    arguments.add_argument("--partitions", type=int, default=4)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--subjects", type=int, default=100_000)
    given = arguments.parse_args()
    settings = Settings(
        brokers=(given.brokers,),
        topic_prefix=given.prefix,
        partitions=given.partitions,
        replication_factor=1,
    )
    create_topics(settings)
    seconds = asyncio.run(fill(settings, given.events, given.subjects))
    print(f"{given.events:,} events in {seconds:.1f} s, {given.events / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
