"""Sources of other teams before a bus, for tests of `consentry ingest`."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, TopicPartition

from streams.ingest import PseudonymKey
from streams.wire.pseudonym import ValueKind
from tests.kafka.harness import Bus, Sent, WorkerProcess, until

KEY = b"k" * 32
EARLIER_MS = round(time.time() * 1000) - 3_600_000
RECORDS = 360
"""Of each source."""

MAP = """
version = 1
name = "{name}"

[[event]]
type = "consent-change"
nature = "act"
subject = {{from = "top.email", kind = "email"}}

[event.set]
event_id = "{name}:{{top.id}}"
occurred_at = {{from = "top.at", time = "rfc3339"}}
purposes = ["OWN_DIRECT_MARKETING"]
channels = ["EMAIL"]
action = {{from = "top.answer", words = {{yes = "GRANTED", no = "WITHDRAWN", later = {{ignore = "undecided"}}}}}}
"""

CONFIG = """
[ingest]
key_file = "key"
controller_id = "OURCO"
identities_topic = "{name}.people"
compression = "zstd"

[ingest.sources.crm]
topics = ["{name}.crm.consent"]
map = "crm"

[ingest.sources.mail]
topics_matching = '{name}\\.mail\\..*'
map = "mail"

[ingest.sources.shop]
topics = ["{name}.shop"]
map = "shop"
"""

TOPICS = {
    "crm": ("crm.consent", 5, "zstd", {"cleanup.policy": "compact",
                                       "message.timestamp.type": "CreateTime"}),
    "mail": ("mail.events", 3, "gzip", {}),
    "shop": ("shop", 1, "lz4", {"message.timestamp.type": "CreateTime"}),
}  # fmt: skip


@dataclass
class Expected:
    """What should become of all that was sent."""

    events: set[str] = field(default_factory=set)
    ignored: int = 0
    rejected: int = 0
    tombstones: int = 0


@dataclass
class Ingest:
    """A bus with sources before it."""

    bus: Bus
    name: str
    folder: Path
    expected: Expected = field(default_factory=Expected)

    def start(self, instance_id: str | None, **settings: Any) -> WorkerProcess:
        arguments = ["ingest", "--config", str(self.folder / "consentry.toml")]
        program = f"import sys; from streams.cli.main import main; sys.exit(main({arguments}))"
        return self.bus.start(instance_id, program=program, transaction_max_records=40,
                              health_port=0, **settings)  # fmt: skip

    def send(self, begin: int, end: int) -> None:
        """Records by librdkafka, with keys, codecs and timestamps of their own."""
        from confluent_kafka import Producer

        brokers = ",".join(self.bus.settings.brokers)
        for source, (topic, count, codec, _) in TOPICS.items():
            producer = Producer({"bootstrap.servers": brokers, "compression.type": codec})
            for number in range(begin, end):
                producer.produce(
                    f"{self.name}.{topic}", self._value(source, number), f"key-{number}",
                    number % count, timestamp=EARLIER_MS + number,
                    headers=[("traceparent", f"00-{number + 1:032x}-{1:016x}-01")],
                )  # fmt: skip
            assert producer.flush(20) == 0

    def _value(self, source: str, number: int) -> bytes | None:
        record = {"id": f"{number}", "email": f"person{number % 50}@example.nl",
                  "at": "2026-09-01T10:00:00Z", "answer": "yes" if number % 3 else "no"}  # fmt: skip
        expected = self.expected
        if number % 30 == 7:
            expected.tombstones += 1
            return None
        if number % 30 == 11:
            expected.ignored += 1
            record["answer"] = "later"
        elif number % 30 == 13:
            expected.rejected += 1
            record["answer"] = "perhaps"
        elif number % 30 == 17:
            expected.rejected += 1
            return b"\x00 no JSON"
        else:
            expected.events.add(f"{source}:{number}")
        return json.dumps(record).encode()

    def settle(self, process: WorkerProcess) -> None:
        """Wait until the group has committed all that stands on the sources now."""
        places = [
            TopicPartition(f"{self.name}.{topic}", number)
            for topic, count, _, _ in TOPICS.values()
            for number in range(count)
        ]
        ends, group = self.bus.ends(places), self.bus.settings.ingest_group
        admin = KafkaAdminClient(**self.bus.settings.connection.kafka_python_options())

        def settled() -> bool | None:
            found = admin.list_group_offsets(group).get(group, {})
            return all(found[one].offset >= ends[one] for one in places if ends[one]) or None

        try:
            until(settled, "all is mapped", worker=process)
        finally:
            admin.close()


def subject(email: str) -> str:
    return PseudonymKey(KEY).of(ValueKind.EMAIL, email)


def sent(ingest: Ingest, topic: str, key: bytes, value: bytes | None) -> Any:
    return Sent(topic=f"{ingest.name}.{topic}", key=key, value=value)
