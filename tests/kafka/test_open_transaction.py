"""Records behind a producer's open transaction: nobody says that there are none."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import KafkaProducer
from prometheus_client.parser import text_string_to_metric_families as parsed

from streams.core.policy import default_policy
from streams.verify import verify
from tests.kafka.harness import Bus, Sent, WorkerProcess, until
from tests.kafka.stories import START, grant, share, stories
from tests.kafka.test_health import probe


@pytest.fixture
def single(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=1, health_port=0) as bus:
        yield bus


@contextmanager
def hanging(bus: Bus, record: Sent) -> Iterator[KafkaProducer]:
    """A producer of somebody else's that has begun a transaction with one record."""
    options = bus.settings.connection.kafka_python_options()
    producer = KafkaProducer(**options, transactional_id=f"{bus.settings.application_id}-team")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(record.topic, key=record.key, value=record.value).get(10)
    try:
        yield producer
    finally:
        producer.close()


def asked(worker: WorkerProcess, path: str) -> str:
    [line] = worker.logged("health.listening")
    with urllib.request.urlopen(f"http://{line['address']}{path}", timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def partition(worker: WorkerProcess) -> dict[str, Any]:
    """What /ready says of the partition, be the worker ready at this moment or not."""
    found: dict[str, Any] = probe(worker, "ready")[1]["partitions"]["0"]
    return found


def metric(worker: WorkerProcess, name: str, topic: str) -> float:
    [value] = [
        sample.value
        for family in parsed(asked(worker, "/metrics"))
        for sample in family.samples
        if sample.name == name and sample.labels["topic"] == topic
    ]
    return value


def test_records_behind_an_open_transaction_are_lag(single: Bus) -> None:
    topic = single.names.data_share
    with single.worker() as worker:
        single.send(*single.events(stories(2)))
        single.settle(worker)
        stable = single.committed()[topic, 0]
        with hanging(single, single.event(share("held", "h1", START))) as producer:
            single.send(*single.events(share(f"s{at}", f"e{at}", START) for at in range(7)))
            until(
                lambda: partition(worker)["topics"][topic]["uncommitted_s"] > 3 or None,
                "its age",
                worker=worker,
            )
            published = partition(worker)
            assert published["topics"][topic] == {
                "committed": stable,
                "lag": 8,
                "uncommitted": 8,
                "uncommitted_s": published["topics"][topic]["uncommitted_s"],
                "paused": False,
            }
            assert (published["lag"], published["uncommitted"]) == (8, 8)
            assert metric(worker, "consentry_consumer_lag_records", topic) == 8
            assert metric(worker, "consentry_consumer_uncommitted_records", topic) == 8
            assert metric(worker, "consentry_consumer_uncommitted_age_seconds", topic) > 3
            # The other topics go on.
            single.send(single.event(grant("other", "g1", START)))
            until(lambda: single.counters(single.names.consent_change).read > 2 or None, "others")
            found = verify(single.settings, default_policy())
            assert found.equal
            [waiting] = found.uncommitted
            assert (waiting.topic, waiting.partition, waiting.offset) == (topic, 0, stable)
            assert waiting.records == 8
            assert waiting.since is not None
            producer.commit_transaction()
        single.settle(worker)
        until(lambda: partition(worker)["topics"][topic]["uncommitted"] == 0 or None, "nothing")
    found = verify(single.settings, default_policy())
    assert found.equal
    assert found.uncommitted == []
