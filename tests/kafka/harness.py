"""A bus of its own for a test: topics, worker processes, what goes in and what comes out.

    bus = Bus(kafka, unique, partitions=2)      # topics are created
    with bus.worker() as worker:                # its own process, ready
        bus.send(bus.event(share), ...)         # under the right key
        bus.settle()                            # all that was sent is committed
    assert bus.net() == expected(...)

Readers are `read_committed`, so what they see is what consumers are promised.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from pydantic import SecretStr

from streams.core.events import Event
from streams.core.findings import Duty, Finding
from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType, Status
from streams.settings import Settings
from streams.topics import create_topics
from streams.wire.dead_letters import StoredDeadLetter, decode_dead_letter
from streams.wire.encode import event_to_json
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.progress import PROGRESS_KEY, Counters, Progress, decode_progress

PATIENCE_S = 40.0

_MAIN = "import sys; from streams.cli.main import main; sys.exit(main(['worker']))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A record to send; without a partition the key decides."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    timestamp: int | None = None
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass(slots=True)
class WorkerProcess:
    """`consentry worker` as a child process, its log read as it comes."""

    process: subprocess.Popen[bytes]
    log_file: Path
    started: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        lines = self.log_file.read_bytes().splitlines()
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    @property
    def text(self) -> str:
        """All that it wrote."""
        return self.log_file.read_text()

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of one kind."""
        return [line for line in self.events if line["event"] == event]

    def wait_for(self, event: str, count: int = 1, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """The line of a kind, once there are `count`; fails when the process ends first."""

        def look() -> dict[str, Any] | None:
            found = self.said(event)
            return found[count - 1] if len(found) >= count else None

        line: dict[str, Any] = until(look, f"{event} x {count}", seconds, self)
        return line

    def ready(self) -> Self:
        """Wait until its partitions are restored."""
        self.wait_for("worker.ready")
        return self

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(20)
        return code, time.monotonic() - began

    def ended(self, seconds: float = PATIENCE_S) -> int:
        """Wait for it to end by itself; the exit code."""
        return self.process.wait(seconds)

    def pause(self) -> None:
        """SIGSTOP: it is there and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)


class Bus:
    """Topics under a prefix of their own, and what a test does with them."""

    def __init__(self, bootstrap: str, name: str, *, partitions: int = 2, **settings: Any) -> None:
        self.settings = Settings(
            **{
                "brokers": (bootstrap,),
                "topic_prefix": f"{name}.",
                "application_id": name,
                "partitions": partitions,
                "session_timeout_s": 6.0,
                "heartbeat_interval_s": 0.5,
                "tick_interval_s": 0.5,
                **settings,
            }
        )
        self.names = self.settings.topics
        self._folder = Path(tempfile.mkdtemp(prefix="consentry-test-"))
        self._workers = 0
        self._producer: KafkaProducer | None = None
        create_topics(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of clients; topics stay, under a name that nobody else uses."""
        if self._producer is not None:
            self._producer.close()

    # Workers.

    def environment(self, **settings: Any) -> dict[str, str]:
        """The variables that give a child process these settings."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENTRY_")}
        own = self.settings.model_dump(exclude_unset=True) | settings
        given = {k: v for k, v in own.items() if v is not None}
        return kept | {f"CONSENTRY_{name.upper()}": _text(value) for name, value in given.items()}

    def start(
        self, instance_id: str | None = "w1", *, fault: str = "", **settings: Any
    ) -> WorkerProcess:
        """Start a worker and do not wait. It is up to the caller to end it.

        `fault` is Python that its process runs first, to break something in it.
        """
        self._workers += 1
        log_file = self._folder / f"worker-{self._workers}.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", f"{fault}\n{_MAIN}"],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment(instance_id=instance_id, **settings),
            )
        return WorkerProcess(process, log_file)

    def worker(
        self, instance_id: str | None = "w1", *, fault: str = "", **settings: Any
    ) -> WorkerProcess:
        """Start a worker and wait until it is ready; as a context it is killed at the end."""
        worker = self.start(instance_id, fault=fault, **settings)
        try:
            return worker.ready()
        except BaseException:
            worker.kill()
            raise

    # In.

    def event(self, event: Event, **fields: Any) -> Sent:
        """An event as a producer sends it, or with other key, partition or timestamp."""
        kind = EventType(str(event.__struct_config__.tag))
        key = subject_key(event.controller_id, event.subject_id)
        given = {"topic": self.names.inputs[kind], "key": key, "value": event_to_json(event)}
        return Sent(**(given | fields))

    def events(self, events: Iterable[Event]) -> list[Sent]:
        """Several events as producers send them."""
        return [self.event(event) for event in events]

    def send(self, *records: Sent) -> None:
        """Send records in order and wait until the broker has them."""
        if self._producer is None:
            self._producer = KafkaProducer(
                **self.settings.connection.kafka_python_options(), acks="all", linger_ms=5
            )
        sending = [
            self._producer.send(
                one.topic,
                key=one.key,
                value=one.value,
                partition=one.partition,
                timestamp_ms=one.timestamp,
                headers=list(one.headers) or None,
            )
            for one in records
        ]
        self._producer.flush()
        for future in sending:
            future.get(10)

    def tick(self, count: int = 1) -> None:
        """Write ticks to every partition, for tests with `tick_source="external"`."""
        for _ in range(count):
            self.send(
                *(
                    Sent(topic=self.names.ticks, key=None, value=b"tick", partition=number)
                    for number in range(self.settings.partitions)
                )
            )

    def settle(self, worker: WorkerProcess | None = None, seconds: float = PATIENCE_S) -> None:
        """Wait until every record on inputs and re-key topic is committed.

        Without workers that tick, ticks count too.
        """
        topics = [*self.names.inputs.values(), self.names.rekeyed]
        if self.settings.tick_source == "external":
            topics.append(self.names.ticks)
        until(lambda: self._lag(topics) == 0 or None, "all is committed", seconds, worker)

    def lag(self) -> int:
        """Records on inputs and re-key topic that are not committed."""
        return self._lag([*self.names.inputs.values(), self.names.rekeyed])

    def _lag(self, topics: Sequence[str]) -> int:
        places = [
            TopicPartition(topic, number)
            for topic in topics
            for number in range(self.settings.partitions)
        ]
        consumer = self._consumer()
        try:
            ends = consumer.end_offsets(places)
        finally:
            consumer.close()
        committed = self.committed()
        return sum(ends[p] - committed.get((p.topic, p.partition), 0) for p in places)

    def committed(self) -> dict[tuple[str, int], int]:
        """The group's committed offsets."""
        admin = KafkaAdminClient(**self.settings.connection.kafka_python_options())
        try:
            found = admin.list_group_offsets(self.settings.group_id)
        finally:
            admin.close()
        offsets = found.get(self.settings.group_id, found)
        return {(tp.topic, tp.partition): meta.offset for tp, meta in offsets.items()}

    # Out.

    def read(self, topic: str) -> list[Any]:
        """Every record of a topic that a `read_committed` reader sees, by partition."""
        consumer = self._consumer()
        places = [TopicPartition(topic, n) for n in range(self.settings.partitions)]
        records: list[Any] = []
        try:
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            while any(consumer.position(place) < ends[place] for place in places):
                for found in consumer.poll(timeout_ms=200).values():
                    records.extend(found)
        finally:
            consumer.close()
        return records

    def findings(self) -> list[Finding]:
        """Every finding as it was sent, revisions included."""
        return [decode_finding(record.value) for record in self.read(self.names.violations)]

    def duties(self) -> dict[str, Duty]:
        """The latest revision of every duty."""
        duties = (decode_duty(record.value) for record in self.read(self.names.duties))
        return {duty.duty_id: duty for duty in duties}

    def net(self) -> set[tuple[str, str, str]]:
        """What findings stand at the end: event id, code and slot's address."""
        return net_of(self.findings())

    def comes_to(self, wanted: set[tuple[str, str, str]], seconds: float = 15.0) -> None:
        """Wait until the net findings are these; deadlines need a tick after the last record."""
        deadline = time.monotonic() + seconds
        while (net := self.net()) != wanted and time.monotonic() < deadline:
            time.sleep(0.3)
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

    def _consumer(self) -> KafkaConsumer:
        return KafkaConsumer(
            **self.settings.connection.kafka_python_options(),
            isolation_level="read_committed",
            enable_auto_commit=False,
            consumer_timeout_ms=1000,
        )


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


def until(
    look: Any, what: str, seconds: float = PATIENCE_S, worker: WorkerProcess | None = None
) -> Any:
    """What `look` gives once it is not None; fails after a while or when the worker ends."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        if worker is not None and worker.process.poll() is not None:
            raise AssertionError(f"the worker ended before {what}:\n{worker.text}")
        time.sleep(0.1)
    told = "" if worker is None else f":\n{worker.text}"
    raise AssertionError(f"not within {seconds} s: {what}{told}")


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
