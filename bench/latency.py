"""Time from producing a share to reading its finding, beside a bare hop on the same broker.

    python -m bench.latency [--rate 100] [--seconds 30]

Starts a local Kafka and a worker of its own. Every share lacks consent, so each yields a
finding. Both clocks are this machine's. The bare hop is the same producer and the same
records, read straight from the input topic: what no stream processor can go below.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.core.events import DataShare
from streams.core.identifiers import ControllerId, EventId, RecipientId, SubjectId, subject_key
from streams.core.instants import Instant
from streams.core.vocabulary import DataCategory, EventType, Purpose
from streams.dev.broker import LocalBroker
from streams.dev.demo.worker import WorkerProcess
from streams.settings import Settings
from streams.topics import create_topics
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_finding

PARTITIONS = 4
WARM_UP_S = 3.0


def main() -> None:
    """Run once and print percentiles in milliseconds."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rate", type=float, default=100.0, help="shares a second")
    arguments.add_argument("--seconds", type=float, default=30.0)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, LocalBroker(Path(name) / "kafka") as broker:
        settings = Settings(
            brokers=(broker.bootstrap,), partitions=PARTITIONS, replication_factor=1
        )
        create_topics(settings)
        handed_over = {"brokers": broker.bootstrap, "partitions": str(PARTITIONS)}
        with WorkerProcess(Path(name), handed_over) as worker:
            worker.start()
            hop, whole = asyncio.run(_measure(settings, given.rate, given.seconds))
    print(f"{given.rate:g} shares a second for {given.seconds:g} s, {PARTITIONS} partitions")
    _report("bare hop, produce to read", hop)
    _report("produce to finding read", whole)
    print(f"p50 ratio {_percentile(whole, 50) / _percentile(hop, 50):.1f}")


async def _measure(
    settings: Settings, rate: float, seconds: float
) -> tuple[list[float], list[float]]:
    sent: dict[str, float] = {}
    hop: dict[str, float] = {}
    whole: dict[str, float] = {}
    share_topic = settings.topics.inputs[EventType.DATA_SHARE]
    options = settings.connection.aiokafka_options()
    producer = AIOKafkaProducer(**options, linger_ms=0, acks="all")
    readers = [
        AIOKafkaConsumer(topic, **options, isolation_level="read_committed")
        for topic in (share_topic, settings.topics.violations)
    ]
    for client in (producer, *readers):
        await client.start()
    for reader in readers:
        await reader.seek_to_end()

    readers_at_work = [
        asyncio.create_task(_note_inputs(readers[0], hop)),
        asyncio.create_task(_note_findings(readers[1], whole)),
    ]
    count = int(rate * (seconds + WARM_UP_S))
    await _send_paced(producer, share_topic, sent, rate, count)
    await _wait_for(whole, count)
    for task in readers_at_work:
        task.cancel()
    await asyncio.gather(*readers_at_work, return_exceptions=True)
    for client in (producer, *readers):
        await client.stop()
    if len(whole) < count:
        raise SystemExit(f"{count - len(whole)} of {count} findings were not read within 20 s")
    measured = list(sent)[int(rate * WARM_UP_S) :]
    return (
        [(hop[event_id] - sent[event_id]) * 1000 for event_id in measured],
        [(whole[event_id] - sent[event_id]) * 1000 for event_id in measured],
    )


async def _note_inputs(reader: AIOKafkaConsumer, seen: dict[str, float]) -> None:
    async for record in reader:
        seen.setdefault(dict(record.headers)["id"].decode(), time.perf_counter())


async def _note_findings(reader: AIOKafkaConsumer, seen: dict[str, float]) -> None:
    async for record in reader:
        now = time.perf_counter()
        seen.setdefault(decode_finding(record.value).event_id, now)


async def _send_paced(
    producer: AIOKafkaProducer, topic: str, sent: dict[str, float], rate: float, count: int
) -> None:
    began = time.perf_counter()
    for position in range(count):
        await asyncio.sleep(max(0.0, began + position / rate - time.perf_counter()))
        share = _share(position)
        key = subject_key(share.controller_id, share.subject_id)
        value = event_to_json(share)
        sent[share.event_id] = time.perf_counter()
        await producer.send(topic, key=key, value=value, headers=[("id", share.event_id.encode())])
    await producer.flush()


async def _wait_for(seen: dict[str, float], count: int) -> None:
    for _ in range(400):
        if len(seen) >= count:
            return
        await asyncio.sleep(0.05)


def _share(position: int) -> DataShare:
    now = Instant(int(time.time() * 1000))
    return DataShare(
        event_id=EventId(f"latency-{position:06d}"),
        controller_id=ControllerId("OURCO"),
        subject_id=SubjectId(f"s-{position % 5000:05d}"),
        occurred_at=now,
        recorded_at=now,
        recipient_id=RecipientId("ACME"),
        purpose=Purpose.THIRD_PARTY_DIRECT_MARKETING,
        data_categories=(DataCategory.EMAIL,),
    )


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]


def _report(name: str, values: list[float]) -> None:
    figures = ", ".join(f"p{p} {_percentile(values, p):.1f}" for p in (50, 95, 99))
    print(f"{name}: {figures}, highest {max(values):.1f} ms, n = {len(values)}")


if __name__ == "__main__":
    main()
