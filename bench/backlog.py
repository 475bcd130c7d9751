"""Catching up on an orderly backlog, with alignment and without: what is found and taken back.

    python -m bench.backlog [--brokers 127.0.0.1:9092] [--events 200000] [--rounds 3]

A sample without troubles lies on the five topics, its record timestamps (CreateTime) those
of arrival. One worker reads it from the start, in turn with the default settings and with
`alignment_max_wait_s=0`. No ticks are written, so nothing depends on the time of day.

Even in order of time some findings are revised, since their evidence comes later. So the
same records are judged in this process, one by one in order of time. A finding that the
worker took back and this did not was spurious: it stood for the order of reading alone.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from bench.backlog_outputs import RANK, Outputs, outputs
from bench.bus import committed
from bench.process import Command, Running
from bench.watch import Watch, Window
from streams.core.findings import Finding
from streams.core.identifiers import PayloadHash
from streams.core.instants import Instant
from streams.core.judge import judge
from streams.core.policy import Policy
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.dev.broker import LocalBroker
from streams.dev.samples import POLICY_FILE, SampleOptions, SampleRecord, make_sample
from streams.policy_file import load_policy
from streams.settings import Settings
from streams.topics import create_topics
from streams.wire.canonical import payload_hash
from streams.wire.encode import event_record
from streams.wire.findings import decode_finding

EVENTS_A_SUBJECT = 9.4  # on average, rounded down
AS_SENT = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
GIVE_UP_S = 600.0


class Run(NamedTuple):
    """One worker over the whole backlog."""

    window: Window
    outputs: Outputs


def main() -> None:
    """Fill the topics, let workers read them, and print what they took back."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--brokers", help="without it a local Kafka is started")
    arguments.add_argument("--events", type=int, default=200_000, help="at least so many")
    arguments.add_argument("--partitions", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, _broker(given.brokers, Path(name)) as brokers:
        settings = Settings(
            brokers=(brokers,),
            topic_prefix=f"backlog-{time.time_ns() // 1_000_000}.",
            partitions=given.partitions,
            replication_factor=1,
            tick_source="external",
            policy_file=POLICY_FILE,
        )
        records = _sample(given.events)
        asyncio.run(_fill(settings, records))
        print(f"{len(records):,} events on five topics, {given.partitions} partitions", flush=True)
        in_order = outputs(_judged_in_order(records, load_policy(POLICY_FILE)))
        runs: dict[str, list[Run]] = {"alignment on": [], "alignment off": []}
        for round_ in range(given.rounds):
            for waits, (label, kept) in zip((None, 0.0), runs.items(), strict=True):
                tag = f"{settings.topic_prefix}{label.replace(' ', '-')}-{round_}"
                kept.append(_run(settings, Path(name), tag, waits, len(records)))
                seen = kept[-1].window
                print(f"round {round_ + 1}  {label:14} {seen.rate:9,.0f} events/s", flush=True)
    _report(in_order, runs)
    if any(run.outputs.standing != in_order.standing for kept in runs.values() for run in kept):
        sys.exit("the findings that stand at the end differ")


@contextmanager
def _broker(given: str | None, folder: Path) -> Iterator[str]:
    if given is not None:
        yield given
        return
    with LocalBroker(folder / "kafka", long_lived=True) as broker:
        yield broker.bootstrap


def _sample(events: int) -> list[SampleRecord]:
    """Records in order of time, at equal times in the order of the worker's topics."""
    options = SampleOptions(
        subjects=round(events / EVENTS_A_SUBJECT),
        seed=1,
        until=Instant(int(time.time() * 1000) - 3_600_000),
        disorder=0,
        duplicates=0,
        conflicts=0,
        bad=0,
    )
    records = make_sample(options).records
    records.sort(key=lambda record: (record.arrives_at, RANK[record.topic]))
    return records


async def _fill(settings: Settings, records: Iterable[SampleRecord]) -> None:
    admin = KafkaAdminClient(**settings.connection.kafka_python_options())
    names = settings.topics.inputs
    inputs = [
        NewTopic(name, settings.partitions, 1, topic_configs=AS_SENT) for name in names.values()
    ]
    admin.create_topics(inputs)
    admin.close()
    create_topics(settings)
    producer = AIOKafkaProducer(**settings.connection.aiokafka_options(), acks=1, linger_ms=20)
    await producer.start()
    try:
        for one in records:
            await producer.send(
                names[one.topic], one.value, key=one.key, timestamp_ms=one.arrives_at
            )
        await producer.flush()
    finally:
        await producer.stop()


def _run(settings: Settings, folder: Path, tag: str, wait_s: float | None, events: int) -> Run:
    """Let a new worker read all, under an application of its own with outputs of its own."""
    own = settings.model_copy(
        update={"application_id": tag, "topic_violations": f"{tag}.violations"}
    )
    create_topics(own)
    environment = {
        "CONSENTRY_BROKERS": own.connection.bootstrap,
        "CONSENTRY_TOPIC_PREFIX": own.topic_prefix,
        "CONSENTRY_PARTITIONS": str(own.partitions),
        "CONSENTRY_APPLICATION_ID": tag,
        "CONSENTRY_TOPIC_VIOLATIONS": own.topic_violations,
        "CONSENTRY_POLICY_FILE": str(POLICY_FILE),
        "CONSENTRY_TICK_SOURCE": "external",
        # A busy machine must not end the measurement.
        "CONSENTRY_SESSION_TIMEOUT_S": "60",
        "CONSENTRY_TRANSACTION_TIMEOUT_S": "120",
    }
    environment |= {} if wait_s is None else {"CONSENTRY_ALIGNMENT_MAX_WAIT_S": str(wait_s)}
    command = [sys.executable, "-m", "streams.cli.main", "worker", "--json-logs"]
    admin = KafkaAdminClient(**own.connection.kafka_python_options())
    inputs = own.topics.inputs.values()
    try:
        with Running(Command(command, environment), folder / f"{tag}.log") as worker:
            watch = Watch(lambda: committed(admin, own.group_id, inputs), [worker])
            watch.until(events, GIVE_UP_S)
            window = watch.window(events // 10, events)
    finally:
        admin.close()
    return Run(window, outputs(asyncio.run(_findings(own))))


async def _findings(settings: Settings) -> list[Finding]:
    """Every finding as it was sent, by partition."""
    topic = settings.topics.violations
    places = [TopicPartition(topic, number) for number in range(settings.partitions)]
    reader = AIOKafkaConsumer(
        **settings.connection.aiokafka_options(),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await reader.start()
    found = []
    try:
        reader.assign(places)
        ends = await reader.end_offsets(places)
        for place in places:
            while await reader.position(place) < ends[place]:
                for records in (await reader.getmany(place, timeout_ms=200)).values():
                    found += [decode_finding(record.value) for record in records]
    finally:
        await reader.stop()
    return found


def _judged_in_order(records: Iterable[SampleRecord], policy: Policy) -> Iterator[Finding]:
    subjects: dict[bytes, Subject] = {}
    for offset, record in enumerate(records):
        event = record.event
        assert event is not None  # no bad ones were asked for
        subject = subjects.get(record.key)
        if subject is None:
            subject = subjects[record.key] = Subject(event.controller_id, event.subject_id)
        fact = Fact(
            event=event,
            payload_hash=PayloadHash(payload_hash(event_record(event), plain=True)),
            ingested_at=record.arrives_at,
            source=FactSource("in order", 0, offset),
        )
        yield from judge(subject, fact, policy, None).findings


def _report(in_order: Outputs, runs: dict[str, list[Run]]) -> None:
    """Spurious findings of each run, and the median of the rates."""
    print(
        f"\nin order of time, in process: {len(in_order.standing):,} findings stand, "
        f"{len(in_order.retracted):,} were retracted, {len(in_order.revised):,} revised\n"
    )
    print(f"{'':14} {'retracted':>21} {'revised':>21} {'events/s':>9} {'us CPU':>7}")
    print(f"{'':14} {'for order alone':>21} {'for order alone':>21} {'median':>9} {'median':>7}")
    for label, kept in runs.items():
        retracted = "/".join(str(len(run.outputs.retracted - in_order.retracted)) for run in kept)
        revised = "/".join(str(len(run.outputs.revised - in_order.revised)) for run in kept)
        rate = median(run.window.rate for run in kept)
        cpu = median(run.window.cpu_us for run in kept)
        print(f"{label:14} {retracted:>21} {revised:>21} {rate:9,.0f} {cpu:7.1f}")


if __name__ == "__main__":
    main()
