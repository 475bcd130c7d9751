"""Topics of their own on a real Kafka, for one run of the cases, and a worker on them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, Self

from streams.errors import ConsentryError
from streams.settings import Settings, load_settings
from streams.topics import all_topics
from streams.topics.reading import read_topic
from streams.topics.session import admin_session
from streams.topics.topic import TopicKind

PATIENCE_S: Final = 120.0
PARTITIONS: Final = 2
_FOREVER: Final = str(2**63 - 1)
_UNDATED: Final = {
    "cleanup.policy": "delete",
    # Cases lie in any year: the broker must neither delete nor refuse for the time stamp.
    "retention.ms": "-1",
    "message.timestamp.type": "CreateTime",
    "message.timestamp.before.max.ms": _FOREVER,
    "message.timestamp.after.max.ms": _FOREVER,
}

_WORKER: Final = """
import sys
from pathlib import Path
from streams.control.in_force import given_policy
from streams.cli.worker_logs import set_up_logs
from streams.cli.worker_process import run_worker
from streams.settings import load_settings

settings = load_settings(None, {})
set_up_logs(as_json=True)
run_worker(settings, given_policy(settings), Path(sys.argv[1]))
"""
"""`consentry worker` but for its check of the topics, which would refuse undated ones."""


class CasePlace(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int


class CaseBus:
    """A context: topics, clients and a worker are made on entry and gone at the end."""

    def __init__(self, broker: str, policy: str) -> None:
        """`policy` is the text of the policy file that the worker runs under."""
        self._name = f"consentry-conformance-{os.getpid()}-{time.time_ns() // 1_000_000 % 10**8}"
        self._folder = TemporaryDirectory(prefix="consentry-conformance-")
        folder = Path(self._folder.name)
        policy_file = folder / "policy.toml"
        policy_file.write_text(policy, "utf-8")
        self._overrides: dict[str, Any] = {
            "brokers": broker,
            "topic_prefix": f"{self._name}.",
            "application_id": self._name,
            "generation": 1,
            "partitions": PARTITIONS,
            "tick_source": "external",
            # What is written and read here is nobody else's, whatever the environment says.
            "output_format": "avro",
            "input_envelope": "none",
            # Cases lie in any year, and so do their ticks.
            "clock_jump_max_s": 100_000_000_000,
            "policy_file": str(policy_file),
            # Cases are about bad records too; here they must not stop the worker.
            "dead_letter_limit_share": 1,
        }
        self.settings: Settings = load_settings(None, self._overrides)
        self._ready = folder / "ready"
        self._log = folder / "worker.log"
        self._worker: subprocess.Popen[bytes] | None = None
        self._made_topics = False
        self._producer: Any = None
        self._consumer: Any = None

    def __enter__(self) -> Self:
        try:
            self._create_topics()
            self._start_worker()
            self._connect()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, records: Iterable[tuple[str, bytes | None, bytes, int]]) -> list[CasePlace]:
        """Send (topic, key, value, timestamp) in this order; where each has come to stand."""
        sending = [
            self._producer.send(topic, key=key, value=value, timestamp_ms=timestamp)
            for topic, key, value, timestamp in records
        ]
        self._producer.flush()
        return [CasePlace(m.topic, m.partition, m.offset) for m in (f.get(30) for f in sending)]

    def tick(self, clocks: Iterable[int]) -> None:
        """Let time pass on every partition: ticks carry their own time stamps here."""
        topic = self.settings.topics.ticks
        for clock in clocks:
            for number in range(PARTITIONS):
                self._producer.send(topic, value=b"tick", partition=number, timestamp_ms=clock)
        self._producer.flush()

    def settle(self) -> None:
        """Wait until everything on inputs and ticks is judged and committed.

        Raises ConsentryError when the worker ends, or does not get there.
        """
        names = self.settings.topics
        places = self._places(names.judged)
        ends = self._consumer.end_offsets(places)
        with admin_session(self.settings.connection) as admin:
            self._until(
                lambda: self._committed(admin, ends) and self._readable(admin),
                "the worker did not judge all records",
            )

    def outputs(self, topic: str) -> list[tuple[CasePlace, bytes]]:
        """Every committed record of a topic."""
        return asyncio.run(self._outputs(topic))

    async def _outputs(self, topic: str) -> list[tuple[CasePlace, bytes]]:
        return [
            (CasePlace(record.topic, record.partition, record.offset), record.value)
            async for records in read_topic(self.settings.connection, topic)
            for record in records
            if record.value is not None
        ]

    def ends(self, topic: str) -> dict[int, int]:
        """The end of each partition of a topic, for a reader of what is committed."""
        found = self._consumer.end_offsets(self._places([topic]))
        return {place.partition: offset for place, offset in found.items()}

    def close(self) -> None:
        """Stop the worker, delete the topics and the group, remove the folder."""
        if self._worker is not None and self._worker.poll() is None:
            self._worker.terminate()
            try:
                self._worker.wait(15)
            except subprocess.TimeoutExpired:
                self._worker.kill()
                self._worker.wait()
        for client in (self._producer, self._consumer):
            if client is not None:
                client.close()
        if self._made_topics:
            self._delete_topics()
        self._folder.cleanup()

    def _delete_topics(self) -> None:
        # What cannot be deleted has a name of its own and disturbs nobody.
        with suppress(ConsentryError), admin_session(self.settings.connection) as admin:
            existing = set(admin.list_topics())
            own = [topic.name for topic in all_topics(self.settings) if topic.name in existing]
            if own:
                admin.delete_topics(own)
            admin.delete_groups([self.settings.group_id])

    def _create_topics(self) -> None:
        kept = {TopicKind.CHANGELOG, TopicKind.CONTROL, TopicKind.DEAD_LETTERS,
                TopicKind.REJECTS, TopicKind.INGEST_REPLAY}  # fmt: skip
        requests = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": self.settings.replication_factor or -1,
                "configs": dict(topic.config) | ({} if topic.kind in kept else _UNDATED),
            }
            for topic in all_topics(self.settings)
        }
        with admin_session(self.settings.connection) as admin:
            self._made_topics = True
            admin.create_topics(requests)
            admin.wait_for_topics(list(requests))

    def _start_worker(self) -> None:
        own = {f"CONSENTRY_{name.upper()}": str(v) for name, v in self._overrides.items()}
        # A lasting name would push out the worker that bears it.
        environment = os.environ | own | {"CONSENTRY_INSTANCE_ID": ""}
        with self._log.open("wb") as log:
            self._worker = subprocess.Popen(
                [sys.executable, "-c", _WORKER, str(self._ready)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        self._until(self._ready.exists, "the worker did not become ready")

    def _connect(self) -> None:
        from kafka import KafkaConsumer, KafkaProducer

        options: Mapping[str, Any] = self.settings.connection.kafka_python_options()
        self._producer = KafkaProducer(**options, acks="all", linger_ms=5)
        self._consumer = KafkaConsumer(
            **options, isolation_level="read_committed", enable_auto_commit=False
        )

    def _committed(self, admin: Any, ends: Mapping[Any, int]) -> bool:
        group = self.settings.group_id
        found = admin.list_group_offsets(group)
        offsets = found.get(group, found)
        return all(
            end == 0 or (place in offsets and offsets[place].offset >= end)
            for place, end in ends.items()
        )

    def _readable(self, admin: Any) -> bool:
        """Whether no transaction is open on the outputs: its marker may come after the offsets."""
        from kafka.admin import OffsetSpec

        names = self.settings.topics
        topics = (names.violations, names.duties, names.dead_letters, names.quarantine)
        outputs = self._places(topics)
        ends = admin.list_partition_offsets(dict.fromkeys(outputs, OffsetSpec.LATEST))
        readable = self._consumer.end_offsets(outputs)
        return all(readable[place] == end.offset for place, end in ends.items())

    def _places(self, topics: Iterable[str]) -> list[Any]:
        from kafka import TopicPartition

        return [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]

    def _until(self, done: Callable[[], bool], problem: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            assert self._worker is not None
            status = self._worker.poll()
            if status is not None or time.monotonic() > deadline:
                lines = self._log.read_text("utf-8", "replace").splitlines()[-5:]
                ended = f"; it ended with {status}" if status is not None else ""
                raise ConsentryError(f"{problem}{ended}", "The last lines of its log:", steps=lines)
            time.sleep(0.05)
