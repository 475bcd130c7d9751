"""The retailer's bus, and Consentry's processes beside it: all that the story runs on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from streams.topics import admin_session
from tests.kafka.harness import Bus, WorkerProcess
from tests.kafka.retailer.people import KEY
from tests.kafka.retailer.producers import FOLDER
from tests.receive.senders import SECRETS, public_key

PROGRAM = "import sys; from streams.cli.main import main; sys.exit(main({}))"

TOPICS: dict[str, tuple[int, dict[str, str]]] = {
    "crm.consent.v1": (6, {"cleanup.policy": "compact", "message.timestamp.type": "CreateTime"}),
    "crm.identities": (1, {"cleanup.policy": "compact"}),
    "shop.orders": (12, {}),
    "ads.uploads": (2, {}),
}
"""The retailer's own topics: partitions and settings. That of webhooks is made by Consentry."""

EVENTS_PARTITIONS = 3


@dataclass
class House:
    """A bus, a folder with maps and settings, and every process that was started."""

    bus: Bus
    prefix: str
    folder: Path
    processes: list[WorkerProcess] = field(default_factory=list)

    @property
    def config(self) -> str:
        """The settings file of every process."""
        return str(self.folder / "consentry.toml")

    @property
    def findings_file(self) -> Path:
        """What the deliverer writes."""
        return self.folder / "findings.jsonl"

    def start(self, *words: str, instance_id: str | None = None, **settings: Any) -> WorkerProcess:
        """Start a command and do not wait."""
        program = PROGRAM.format([*words])
        process = self.bus.start(instance_id, program=program, config=self.config, **settings)
        self.processes.append(process)
        return process

    def ingest(self, instance_id: str) -> WorkerProcess:
        """An instance of ingest that commits often, so that a kill finds it in the middle."""
        return self.start("ingest", instance_id=instance_id, transaction_max_records=20)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return self.bus.command(*words, config=self.config)

    def waiting(self) -> int:
        """Records of the retailer's topics that ingest has not committed."""
        counts = {name: count for name, (count, _) in TOPICS.items() if name != "crm.identities"}
        counts["esp.events"] = EVENTS_PARTITIONS
        places = [
            TopicPartition(f"{self.prefix}.retail.{name}", number)
            for name, count in counts.items()
            for number in range(count)
        ]
        group = self.bus.settings.ingest_group
        with admin_session(self.bus.settings.connection) as client:
            found = client.list_group_offsets(group).get(group, {})
        ends = self.bus.ends(places)
        return sum(ends[one] - (found[one].offset if one in found else 0) for one in places)


@contextmanager
def house_of(kafka: str, prefix: str, folder: Path, registry: str) -> Iterator[House]:
    """The topics and the folder, ready; at the end every process that still runs is killed."""
    shutil.copytree(
        FOLDER, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py*", "__*")
    )
    for name, content in (
        ("pseudonym-key", KEY),
        ("sendgrid-key", public_key(SECRETS[0]).encode()),
    ):
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    config = folder / "consentry.toml"
    text = config.read_text().replace("PREFIX", prefix).replace("FOLDER", str(folder))
    config.write_text(text)
    with ExitStack() as stack:
        bus = stack.enter_context(
            Bus(
                kafka, prefix, registry_url=registry, policy_file=folder / "policy.toml",
                topic_raw="retail.esp.", webhooks=("events",), raw_partitions=EVENTS_PARTITIONS,
                health_port=-1,
            )
        )  # fmt: skip
        make_topics(bus, prefix)
        house = House(bus, prefix, folder)
        try:
            yield house
        finally:
            for process in house.processes:
                process.kill()


def make_topics(bus: Bus, prefix: str) -> None:
    """The retailer's topics; what is written to that of webhooks is packed with zstd too."""
    wanted = {
        f"{prefix}.retail.{name}": {
            "num_partitions": count, "replication_factor": 1,
            "configs": {**config, "compression.type": "zstd"},
        }
        for name, (count, config) in TOPICS.items()
    }  # fmt: skip
    with admin_session(bus.settings.connection) as client:
        client.create_topics(wanted)
        client.wait_for_topics(list(wanted))
        packed = ConfigResource(
            ConfigResourceType.TOPIC, f"{prefix}.retail.esp.events", {"compression.type": "zstd"}
        )
        client.alter_configs([packed])
