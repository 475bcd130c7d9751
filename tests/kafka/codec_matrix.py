"""Every client in every codec under every setting of the broker: what is sent, and what comes of it."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from streams.core.events import Event
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.vocabulary import EventType
from streams.topics import all_topics
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import decode_row
from tests.clients import Client, Message
from tests.clients.message import CODECS
from tests.delivery.process import Deliveries
from tests.kafka.batches import Stored, stored
from tests.kafka.codec_commands import erasures, messages, write_policy
from tests.kafka.harness import ROOT, Bus, Sent, WorkerProcess, until
from tests.kafka.stories import CONTROLLER, story

# `uncompressed` comes last: a topic that still has no setting looks the same.
TYPES: Final = ("producer", "gzip", "snappy", "lz4", "zstd", "uncompressed")
PACKED: Final = frozenset({"gzip", "snappy", "lz4", "zstd", "uncompressed"})
OTHERS: Final = ("purchase", "marketing_message", "recipient_notification")
PADDING: Final = b" " * 300
"""A batch that does not get smaller by it is not packed."""

SINKS: Final = """
[sinks.kept]
type = "file"
path = "{folder}/findings.jsonl"
[sinks.refused]
type = "webhook"
refused_limit_share = 1
url = "{url}/hook"
[sinks.people]
type = "webhook"
format = "alert"
url = "{people}/hook"
[alerts]
window_s = 1
gather_s = 0.2
[[alerts.routes]]
name = "all"
sinks = ["people"]
"""


@dataclass
class Matrix:
    """What was sent, and what came of it."""

    bus: Bus
    folder: Path
    missing: dict[str, str] = field(default_factory=dict)
    """Why a client took no part."""

    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    """The codec in which each event must stand, by client and event id."""

    topics: dict[str, str] = field(default_factory=dict)
    """The topic of each event, by event id."""

    erased: dict[str, dict[str, SubjectKey]] = field(default_factory=dict)
    """Whom each client had erased, by the id of the command."""

    events: list[Event] = field(default_factory=list)
    worker: WorkerProcess | None = None
    deliveries: Deliveries | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def environment(self) -> dict[str, str]:
        """The variables of a command on this bus, without those of a test run."""
        return self.bus.environment()

    def round(self, compression: str, clients: dict[str, Client]) -> None:
        """Send in every codec of every client; something of every kind is set aside too."""
        for name, client in clients.items():
            client.send(
                [one for codec in CODECS for one in self._messages(compression, name, codec)]
            )
            self.erase(name, client)
        # As all else it is packed by the client itself, or by the broker.
        write_policy(self.bus, compression)
        number = next(self._numbers)
        early, *_ = events = story(number)
        self.events += events
        raw = self.bus.event(early).value
        assert raw is not None
        shares = self.bus.names.data_share
        self.bus.send(
            *self.bus.events(events[1:]),
            self.bus.event(early, key=b"another"),
            Sent(topic=shares, key=b"k", value=b"{"),
            Sent(topic=shares, key=b"k", value=raw.replace(b"ACME", b"jan.jansen@example.org")),
        )

    def erase(self, name: str, client: Client) -> None:
        """Have a client send commands in every codec."""
        found = list(erasures(self.bus, name, next(self._numbers)))
        self.erased.setdefault(name, {}).update({one: key for one, key, _ in found if one})
        client.send(messages(found))

    def _messages(self, compression: str, client: str, codec: Any) -> Iterator[Message]:
        number = next(self._numbers)
        events = story(number)[:2]
        self.events += events
        published: list[tuple[str, str, bytes]] = [
            (self.bus.event(event).topic, event.event_id, self.bus.event(event).value or b"")
            for event in events
        ]
        for name in OTHERS:
            example = json.loads((ROOT / "schemas" / "examples" / f"{name}.json").read_text())
            event_id = f"{number}-{name}"
            example |= {"controller_id": CONTROLLER, "subject_id": f"subject-{number}",
                        "event_id": event_id}  # fmt: skip
            topic = self.bus.names.inputs[EventType(example["event_type"])]
            published.append((topic, event_id, json.dumps(example).encode()))
        key = subject_key(CONTROLLER, events[0].subject_id)
        packed = ("uncompressed" if codec == "none" else codec) if compression == "producer" else compression  # fmt: skip
        for topic, event_id, value in published:
            self.sent.setdefault(client, {})[event_id] = packed
            self.topics[event_id] = topic
            yield Message(codec, topic, key, value + PADDING)

    def settle(self) -> None:
        """Wait until all is judged."""
        self.bus.settle(self.worker)

    def stored(self, topic: str) -> list[Stored]:
        """The records of a topic with the codecs of their batches."""
        of = next(one for one in all_topics(self.bus.settings) if one.name == topic)
        return stored(self.bus.settings, topic, of.partitions)


def set_compression(bus: Bus, compression: str) -> None:
    """Have the broker pack what comes on every topic so, and wait until it does."""
    topics = all_topics(bus.settings)
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    change = {"compression.type": ("SET", compression)}
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, one.name, change) for one in topics]
    )
    admin.close()
    # Ticks come all the time.
    until(lambda: latest_tick(bus) == compression or None, f"a tick in {compression}")


def latest_tick(bus: Bus) -> str:
    """The codec of the last batch of ticks."""
    return stored(bus.settings, bus.names.ticks, bus.settings.partitions)[-1].codec


def delivering(matrix: Matrix, deliverer: WorkerProcess, codec: str) -> None:
    """Wait until what deliverers write stands in a codec too."""
    names = matrix.bus.names
    for topic in (names.alert_state, names.delivery_dead_letters):
        until(
            lambda topic=topic: codec in {r.codec for r in matrix.stored(topic)} or None,
            f"{topic} in {codec}",
            worker=deliverer,
        )


def standing(matrix: Matrix) -> set[str]:
    """The ids of the findings that stand on the topic."""
    return {violation_id for _, _, violation_id in matrix.bus.net()}


def delivered(matrix: Matrix) -> set[str]:
    """The ids of the findings that a file sink took."""
    text = (matrix.folder / "findings.jsonl").read_text()
    return {one for one in standing(matrix) if one in text}


def run(matrix: Matrix, *words: str) -> subprocess.CompletedProcess[str]:
    """A command on the topics of the matrix."""
    command = [sys.executable, "-m", "streams.cli.main", *words]
    return subprocess.run(
        command, cwd=ROOT, env=matrix.environment(), capture_output=True, text=True, check=False
    )


def judged(matrix: Matrix) -> set[str]:
    """The ids of the events in the state."""
    return {
        decode_row(record.value).fact.event.event_id
        for record in matrix.stored(matrix.bus.names.changelog)
        if record.key != PROGRESS_KEY and record.value is not None
    }


def reset_compression(bus: Bus) -> None:
    """Have the inputs keep the codec of each producer again."""
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    change = {"compression.type": ("SET", "producer")}
    names = bus.names.inputs.values()
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, one, change) for one in names])
    admin.close()
