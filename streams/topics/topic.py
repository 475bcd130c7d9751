"""What is known of a topic: what is on it, how it is kept, who writes, who reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

SUBJECT: Final = "controller_id 0x1F subject_id"
"""The key of every event: all facts about a person on one partition."""


class Party(StrEnum):
    """Who writes to a topic or reads from it."""

    PRODUCERS = "producing teams"
    WORKER = "worker"
    SCHEDULER = "tick scheduler"
    DELIVERY = "delivery"
    DEAD_LETTER_READERS = "dead letter readers"
    QUARANTINE_READERS = "quarantine readers"
    VERIFIER = "verifier"
    OPERATOR = "operator"
    DEAD_LETTER_OPERATOR = "dead letter operator"
    RECEIVER = "receiver of webhooks"
    INGEST = "ingest"
    POLICY = "policy officer"
    COMMANDER = "commander"


class TopicKind(StrEnum):
    """What a topic is to Consentry; each kind is checked in its own way."""

    INPUT = "input"
    REKEYED = "re-keyed"
    TICKS = "ticks"
    OUTPUT = "output"
    DEAD_LETTERS = "set aside"
    REJECTS = "ingest rejects"
    INGEST_REPLAY = "ingest replays"
    CHANGELOG = "changelog"
    ALERT_STATE = "alert state"
    RAW = "webhooks"
    CONTROL = "policy log"
    COMMANDS = "commands"
    COMMAND_RESULTS = "results of commands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. `config` holds Kafka's topic settings, by Kafka's names.

    `schemas` are files in schemas/, without `.avsc`; a topic without one says in `value`
    what its bytes are. All topics share one number of partitions: a record about a
    subject, and all that comes of it, stands on the same partition number.
    """

    name: str
    kind: TopicKind
    description: str
    key: str
    value: str
    schemas: tuple[str, ...]
    partitions: int
    config: Mapping[str, str]
    writers: tuple[Party, ...]
    readers: tuple[Party, ...]
    co_partitioned: bool = True
