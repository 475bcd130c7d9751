"""A bus of its own for a test: topics, worker processes, what goes in and what comes out.

    bus = Bus(kafka, unique, partitions=2)      # topics are created
    with bus.worker() as worker:                # its own process, ready
        bus.send(bus.event(share), ...)         # under the right key
        bus.settle()                            # all that was sent is committed
    assert bus.net() == expected(...)

Readers are `read_committed`, so what they see is what consumers are promised.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from kafka import KafkaProducer, TopicPartition
from pydantic import SecretStr

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.settings import Settings
from streams.topics import create_topics
from streams.wire.encode import event_to_json
from tests.kafka.forking import ROOT
from tests.kafka.offsets import Offsets
from tests.kafka.outputs import Outputs, net_of
from tests.kafka.processes import PATIENCE_S, WorkerProcess, completed, started, until

__all__ = ["PATIENCE_S", "ROOT", "Bus", "Sent", "WorkerProcess", "net_of", "until"]

WORKER = "import sys; from streams.cli.main import main; sys.exit(main(['worker']))"
"""The program of a worker process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A record to send; without a partition the key decides."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    timestamp: int | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class Bus(Outputs):
    """Topics under a prefix of their own, and what a test does with them."""

    def __init__(self, bootstrap: str, name: str, *, partitions: int = 2, **settings: Any) -> None:
        super().__init__(
            Settings(
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
        )
        self._folder = Path(tempfile.mkdtemp(prefix="consentry-test-"))
        self._workers = 0
        self._producer: KafkaProducer | None = None
        self.prepare()
        create_topics(self.settings)

    def prepare(self) -> None:
        """What is to be there before the topics are created: nothing."""

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
        self,
        instance_id: str | None = "w1",
        *,
        fault: str = "",
        program: str = WORKER,
        **settings: Any,
    ) -> WorkerProcess:
        """Start a worker and do not wait. It is up to the caller to end it.

        `fault` is Python that its process runs first, to break something in it. `program`
        is what it runs then, with the settings of the bus in its environment.
        """
        self._workers += 1
        log_file = self._folder / f"worker-{self._workers}.log"
        environment = self.environment(instance_id=instance_id, **settings)
        return started(program, (), environment, log_file, fault=fault)

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

    def command(self, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of `consentry` with the settings of the bus to its end."""
        return completed(words, self.environment(**settings))

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
        topics = [*self.names.input_types, self.names.rekeyed]
        if self.settings.tick_source == "external":
            topics.append(self.names.ticks)
        with self._offsets() as offsets:
            until(lambda: offsets.lag(topics) == 0 or None, "all is committed", seconds, worker)

    def lag(self, *also: str) -> int:
        """Records on inputs, re-key topic and the topics that are named that are not committed."""
        with self._offsets() as offsets:
            return offsets.lag([*self.names.input_types, self.names.rekeyed, *also])

    def ends(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offsets after the last records that a `read_committed` reader sees."""
        with self._offsets() as offsets:
            return offsets.ends(places)

    def committed(self) -> dict[tuple[str, int], int]:
        """The group's committed offsets."""
        with self._offsets() as offsets:
            return offsets.committed()

    def _offsets(self) -> Offsets:
        return Offsets(self.settings, self.consumer)


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
