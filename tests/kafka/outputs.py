"""What stands on the topics of a bus, as a `read_committed` consumer sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from streams.core.findings import Duty, Finding
from streams.core.vocabulary import Status
from streams.registry import Registry
from streams.settings import Settings
from streams.settings.names import TopicNames
from streams.wire.dead_letters import StoredDeadLetter, decode_dead_letter
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import PROGRESS_KEY, Counters, Progress, decode_progress


class Outputs:
    """Reads topics; `Bus` is one that can also write and start workers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.names: TopicNames = settings.topics
        self.registry = Registry.of(settings, tries=1)
        self._kept: KafkaConsumer | None = None

    def read(self, topic: str) -> list[Any]:
        """Every record of a topic that a `read_committed` reader sees, by partition."""
        with self._reader() as consumer:
            places = [TopicPartition(topic, n) for n in range(self.settings.partitions)]
            records: list[Any] = []
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            while any(consumer.position(place) < ends[place] for place in places):
                for found in consumer.poll(timeout_ms=200).values():
                    records.extend(found)
        return records

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within it topics are read with one client, which opens once: to read them often."""
        if self._kept is not None:
            yield
            return
        self._kept = self.consumer()
        try:
            yield
        finally:
            self._kept.close()
            self._kept = None

    @contextmanager
    def _reader(self) -> Iterator[KafkaConsumer]:
        with self.reading():
            assert self._kept is not None
            yield self._kept

    @contextmanager
    def tail(self, topic: str) -> Iterator[Callable[[float], Iterator[Any]]]:
        """Gives the records written from here on, as they come, for so many seconds."""
        consumer = self.consumer()
        places = [TopicPartition(topic, n) for n in range(self.settings.partitions)]
        consumer.assign(places)
        consumer.seek_to_end(*places)
        for place in places:
            consumer.position(place)

        def written(seconds: float) -> Iterator[Any]:
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                for found in consumer.poll(timeout_ms=50).values():
                    yield from found

        try:
            yield written
        finally:
            consumer.close()

    def findings(self) -> list[Finding]:
        """Every finding as it was sent, revisions included; none of who has left (P20)."""
        records = self._read_known(self.names.violations)
        return [decode_finding(r.value, self.registry) for r in standing(records)]

    def duties(self) -> dict[str, Duty]:
        """The latest revision of every duty."""
        records = self._read_known(self.names.duties)
        duties = [decode_duty(r.value, self.registry) for r in standing(records)]
        return {duty.duty_id: duty for duty in duties}

    def _read_known(self, topic: str) -> list[Any]:
        """Records whose schemas the registry has given, where there is one."""
        records = self.read(topic)
        if self.registry is not None:
            asyncio.run(self.registry.ensure(record.value for record in records))
        return records

    def net(self) -> set[tuple[str, str, str]]:
        """What findings stand at the end: event id, code and slot's address."""
        return net_of(self.findings())

    def comes_to(self, wanted: set[tuple[str, str, str]], seconds: float = 15.0) -> None:
        """Wait until the net findings are these; deadlines need a tick after the last record."""
        deadline = time.monotonic() + seconds
        with self.reading():
            while (net := self.net()) != wanted and time.monotonic() < deadline:
                time.sleep(0.1)
        if net != wanted:
            raise AssertionError(f"missing: {wanted - net}\nextra: {net - wanted}")

    def dead_letters(self, *, quarantine: bool = False) -> list[StoredDeadLetter]:
        """What was set aside."""
        topic = self.names.quarantine if quarantine else self.names.dead_letters
        return [decode_dead_letter(record.value) for record in self.read(topic)]

    def progress(self) -> dict[int, Progress]:
        """The latest progress row of every partition number."""
        return {
            record.partition: decode_progress(record.value)
            for record in self.read(self.names.changelog)
            if record.key == PROGRESS_KEY
        }

    def counters(self, *topics: str) -> Counters:
        """The counters of topics together (all but ticks when none is named)."""
        total = dict.fromkeys(Counters.__struct_fields__, 0)
        for progress in self.progress().values():
            for topic, counters in progress.counters.items():
                if topic in topics or (not topics and topic != self.names.ticks):
                    for name in total:
                        total[name] += getattr(counters, name)
        return Counters(**total)

    def consumer(self) -> KafkaConsumer:
        """A `read_committed` consumer that is yet to be assigned something; to be closed."""
        return KafkaConsumer(
            **self.settings.connection.kafka_python_options(),
            isolation_level="read_committed",
            enable_auto_commit=False,
            consumer_timeout_ms=1000,
            check_crcs=False,  # in pure Python, that is most of the work of reading
        )


def standing(records: Sequence[Any]) -> Iterator[Any]:
    """The records that no later tombstone of their key takes away."""
    gone = {record.key: place for place, record in enumerate(records) if record.value is None}
    for place, record in enumerate(records):
        if place > gone.get(record.key, -1):
            yield record


def net_of(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    """What stands at the end, and that no revision was sent twice or out of order."""
    last: dict[str, Finding] = {}
    for finding in findings:
        before = last.get(finding.violation_id)
        if before is not None and finding.revision <= before.revision:
            raise AssertionError(
                f"revision {finding.revision} of {finding.code} follows {before.revision}"
            )
        last[finding.violation_id] = finding
    return {
        (finding.event_id, finding.code, violation_id)
        for violation_id, finding in last.items()
        if finding.status in (Status.OPEN, Status.REVISED)
    }
