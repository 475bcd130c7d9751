"""Who takes part in a measurement: how each is started, and what it did as seen from outside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from streams.settings import Settings

PEERS = Path(__file__).parent / "peers"
SCHEMAS = Path(__file__).parent.parent / "schemas"
LOOK_EVERY_S = 0.05
GIVE_UP_S = 600.0
WARM = 0.1
"""The share of the events after which the clock runs."""


class Figures(NamedTuple):
    """Events a second and microseconds of CPU an event, after warming up."""

    rate: float
    cpu_us: float

    def __str__(self) -> str:
        return f"{self.rate:9,.0f} events/s  {self.cpu_us:6.1f} us of CPU an event"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program that reads the input topics in a consumer group.

    `command` gives its arguments and environment from a work folder and a name that is
    new in every round; `group` the consumer group of that name.
    """

    name: str
    settings: Settings
    command: Callable[[Path, str], tuple[list[str], dict[str, str]]]
    group: Callable[[str], str]

    def run(self, folder: Path, events: int, round_: int) -> Figures:
        """Let it read all events once. Raises RuntimeError when it ends before that."""
        tag = f"{re.sub('[^a-z]+', '-', self.name.lower())}-{round_}"
        arguments, environment = self.command(folder, tag)
        log_file = folder / f"{tag}.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                arguments, stdout=log, stderr=subprocess.STDOUT, env=os.environ | environment
            )
        try:
            return self._watch(process, self.group(tag), events)
        except RuntimeError as error:
            raise RuntimeError(f"{self.name}: {error}\n{log_file.read_text()[-3000:]}") from None
        finally:
            process.kill()
            process.wait()

    def _watch(self, process: subprocess.Popen[bytes], group: str, events: int) -> Figures:
        admin = KafkaAdminClient(**self.settings.connection.kafka_python_options())
        inputs = set(self.settings.topics.inputs.values())
        began: tuple[float, float, int] | None = None
        deadline = time.monotonic() + GIVE_UP_S
        try:
            while time.monotonic() < deadline:
                time.sleep(LOOK_EVERY_S)
                if process.poll() is not None:
                    raise RuntimeError(f"ended with exit code {process.returncode}")
                read = _committed(admin, group, inputs)
                now, cpu = time.perf_counter(), _cpu_seconds(process.pid)
                if began is None and read >= WARM * events:
                    began = now, cpu, read
                if began is not None and read >= events:
                    done = read - began[2]
                    return Figures(done / (now - began[0]), (cpu - began[1]) / done * 1e6)
        finally:
            admin.close()
        raise RuntimeError(f"did not finish within {GIVE_UP_S:.0f} s")


def _committed(admin: KafkaAdminClient, group: str, topics: set[str]) -> int:
    try:
        found = admin.list_group_offsets(group)
    except KafkaError as error:
        if not error.retriable:
            raise
        return 0  # the first group of a broker makes the topic of offsets
    offsets = found.get(group, found)
    return sum(meta.offset for place, meta in offsets.items() if place.topic in topics)


def _create(settings: Settings, topic: str) -> None:
    admin = KafkaAdminClient(**settings.connection.kafka_python_options())
    try:
        if topic not in admin.list_topics():
            admin.create_topics([NewTopic(topic, settings.partitions, 1)])
    finally:
        admin.close()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def consentry(settings: Settings) -> Contestant:
    """The worker, with the whole law."""

    def own(tag: str) -> Settings:
        return settings.model_copy(update={"application_id": tag})

    def command(_folder: Path, tag: str) -> tuple[list[str], dict[str, str]]:
        from streams.topics import create_topics

        create_topics(own(tag))  # a changelog of its own
        return [sys.executable, "-m", "streams.cli.main", "worker", "--json-logs"], {
            "CONSENTRY_BROKERS": settings.connection.bootstrap,
            "CONSENTRY_PARTITIONS": str(settings.partitions),
            "CONSENTRY_APPLICATION_ID": tag,
        }

    return Contestant("Consentry, whole law", settings, command, lambda tag: own(tag).group_id)


def kafka_streams(settings: Settings, guarantee: str, threads: int = 1) -> Contestant:
    """The small job on Kafka Streams; built with Maven where that was not done."""
    folder = PEERS / "kafka_streams"

    def command(work: Path, tag: str) -> tuple[list[str], dict[str, str]]:
        if not (folder / "target" / "peer.jar").exists():
            subprocess.run(["mvn", "-q", "-B", "package"], cwd=folder, check=True)
        _create(settings, f"{settings.topic_prefix}peer-violations")
        path = f"{folder / 'target' / 'peer.jar'}:{folder / 'target' / 'lib'}/*"
        given = [
            settings.connection.bootstrap, settings.topic_prefix, tag, guarantee,
            str(threads), "0", str(SCHEMAS), str(work / tag),
        ]  # fmt: skip
        return ["java", "-Xmx2g", "-cp", path, "bench.Peer", *given], {}

    return Contestant(f"Kafka Streams, {guarantee}", settings, command, lambda tag: tag)
