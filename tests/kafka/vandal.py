"""A bus whose events were judged, and somebody who writes to it what no worker would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import KafkaProducer, OffsetAndMetadata, TopicPartition

from streams.core.findings import Finding
from streams.core.identifiers import EventId, SubjectId, subject_key
from streams.core.policy import default_policy
from streams.verify import DifferenceKind, Verification, verify
from streams.wire.arrival import partition_for
from streams.wire.findings import decode_finding, encode_finding
from streams.wire.progress import BATCH_HEADER, PROGRESS_KEY
from streams.wire.rows import decode_row
from tests.kafka.harness import Bus, Sent, until
from tests.kafka.stories import CONTROLLER, stories

POLICY = default_policy()


def home_of(number: int) -> int:
    return partition_for(subject_key(CONTROLLER, f"subject-{number}"), 2)


class Vandal:
    """Writes to the topics of a bus what no worker would."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._producer = KafkaProducer(**bus.settings.connection.kafka_python_options())
        self.findings = {
            (found.subject_id, found.event_id): (record, found)
            for record in bus.read(bus.names.violations)
            for found in (decode_finding(record.value),)
        }
        self.rows = {
            row.fact.event.event_id: (record, row)
            for record in bus.read(bus.names.changelog)
            if record.key != PROGRESS_KEY
            for row in (decode_row(record.value),)
        }
        self.progress = bus.progress()

    def finding(self, number: int, event: str) -> tuple[Any, Finding]:
        return self.findings[SubjectId(f"subject-{number}"), EventId(f"{number}-{event}")]

    def report(self, partition: int, finding: Finding) -> None:
        """A finding as the last batch would have published it."""
        batch = b"%d" % self.progress[partition].sequence
        headers = [(BATCH_HEADER, batch)]
        key, value = finding.violation_id.encode(), encode_finding(finding)
        self.put(self._bus.names.violations, partition, key, value, headers)

    def put(
        self, topic: str, partition: int, key: bytes, value: bytes | None, headers: Any = None
    ) -> None:
        self._producer.send(topic, key=key, value=value, partition=partition, headers=headers).get(
            10
        )

    def commit(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        """Move the group's offsets the way workers do, members or not."""
        settings = self._bus.settings
        options = settings.connection.kafka_python_options()
        producer = KafkaProducer(**options, transactional_id=f"{settings.group_id}-vandal")
        producer.init_transactions()
        producer.begin_transaction()
        producer.send_offsets_to_transaction(offsets, settings.group_id)
        producer.commit_transaction()
        producer.close()

    def close(self) -> None:
        self._producer.close()


@contextmanager
def judged_bus(kafka: str, unique: str) -> Iterator[tuple[Bus, Vandal]]:
    """Twelve subjects, a bad record and one under a foreign key; the worker has stopped."""
    events = stories(12)
    with Bus(kafka, unique) as bus:
        with bus.worker() as worker:
            bus.send(*bus.events(events[:-1]), bus.event(events[-1], key=b"another"))
            bus.send(Sent(topic=bus.names.purchase, key=b"k", value=b"??"))
            bus.settle(worker)
            # Deadlines that passed are published with the next tick.
            until(lambda: len(bus.findings()) > 60 or None, "overdue duties", worker=worker)
            assert worker.stop()[0] == 0
        vandal = Vandal(bus)
        yield bus, vandal
        vandal.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no worker runs, nothing changes any more: no time is needed between two cuts."""
    monkeypatch.setattr("streams.verify.partition.BETWEEN_CUTS_TICKS", 0)
    monkeypatch.setattr("streams.verify.offsets.SETTLING_S", 0.3)


def run(bus: Bus) -> Verification:
    return verify(bus.settings, POLICY)


def published(found: Verification) -> set[tuple[DifferenceKind, str | None, str | None]]:
    return {(one.kind, one.subject_id, one.code) for one in found.differences}
