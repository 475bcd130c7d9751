"""Consentry itself, with the whole law: `consentry worker`, with the settings as they come."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from bench.bus import APPENDED, Bus
from bench.peers.peer import Peer
from bench.process import Command
from bench.programs.job import Aim
from streams.core.vocabulary import Status
from streams.topics import create_topics
from streams.topics.keeping import compacted
from streams.wire.findings import decode_finding

BASIS = "S.BASIS"
"""The family of findings that the small job has too: a share without a basis."""

ROOM_BYTES = 3 << 30
"""Where people have more events than fit into the memory that a worker comes with."""


def prepare(bus: Bus) -> None:
    """Its topics. The broker's time on the findings says when they were appended."""
    violations = {**compacted(bus.settings), **APPENDED}
    bus.create({bus.settings.topics.violations: violations})
    create_topics(bus.settings)


def command(bus: Bus, folder: Path, _aim: Aim) -> Command:
    """The worker; it has no settings for throughput and others for latency."""
    settings = bus.settings
    return Command(
        [
            sys.executable, "-m", "streams.cli.main", "worker", "--json-logs",
            "--ready-file", str(folder / "ready"),
        ],
        {
            "CONSENTRY_BROKERS": bus.bootstrap,
            "CONSENTRY_TOPIC_PREFIX": settings.topic_prefix,
            "CONSENTRY_PARTITIONS": str(settings.partitions),
            "CONSENTRY_APPLICATION_ID": settings.application_id,
            "CONSENTRY_REPLICATION_FACTOR": "1",
            "CONSENTRY_HEALTH_PORT": "0",
            # A busy machine must not end the measurement.
            "CONSENTRY_SESSION_TIMEOUT_S": "60",
            "CONSENTRY_TRANSACTION_TIMEOUT_S": "120",
        },
    )  # fmt: skip


def with_room(command: Command) -> Command:
    """The same with memory for all the people of a long stream, as docs/sizing.md says."""
    room = {"CONSENTRY_LIVE_SUBJECTS_MAX_BYTES": str(ROOM_BYTES)}
    return replace(command, environment={**command.environment, **room})


def _on_disk(bus: Bus, folder: Path, aim: Aim) -> Command:
    """The same with its rows in RocksDB."""
    plain = command(bus, folder, aim)
    stored = {"CONSENTRY_STORE": "rocksdb", "CONSENTRY_STORE_FOLDER": str(folder / "store")}
    return replace(plain, environment={**plain.environment, **stored})


def event_id(value: bytes) -> str | None:
    """The share that a finding is about, where it is about its basis and stands."""
    finding = decode_finding(value)
    if finding.family != BASIS or finding.status is Status.RETRACTED:
        return None
    return finding.event_id


CONSENTRY = Peer(
    key="consentry",
    name="Consentry, whole law",
    command=command,
    prepare=prepare,
    published_on=lambda bus: bus.settings.topics.violations,
    event_id=event_id,
)
CONSENTRY_RANDOM = replace(
    CONSENTRY,
    key="consentry-random",
    name="Consentry, people in random order",
    order="random",
)
CONSENTRY_ON_DISK = replace(
    CONSENTRY,
    key="consentry-disk",
    name="Consentry, state on disk",
    command=_on_disk,
)
