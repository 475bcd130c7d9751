"""Every topic as plain data: what is on it, how it is kept, who writes, who reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from streams.settings import Settings
from streams.topics.keeping import compacted, deleted_after

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

SUBJECT: Final = "controller_id 0x1F subject_id"
"""The key of every event: all facts about a person on one partition."""

EVENT_SCHEMAS: Final = (
    "consent_change",
    "purchase",
    "data_share",
    "marketing_message",
    "recipient_notification",
)


_FORMS: Final = {
    "avro": "Avro single-object",
    "avro-registry": "Avro with the id of its schema in the registry",
    "json": "JSON",
    "cloudevents": "a CloudEvent in structured mode (JSON)",
    "cloudevents-binary": "JSON, a CloudEvent in binary mode",
}


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


class TopicKind(StrEnum):
    """What a topic is to Consentry; each kind is checked in its own way."""

    INPUT = "input"
    REKEYED = "re-keyed"
    TICKS = "ticks"
    OUTPUT = "output"
    DEAD_LETTERS = "set aside"
    CHANGELOG = "changelog"
    ALERT_STATE = "alert state"


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


def all_topics(settings: Settings) -> tuple[Topic, ...]:
    """All topics, inputs first."""
    return (
        *_inputs(settings),
        *_internals(settings),
        *_outputs(settings),
        *_dead_letter_topics(settings),
    )


def input_topics(settings: Settings) -> tuple[Topic, ...]:
    """The five event streams."""
    return _inputs(settings)


def _inputs(settings: Settings) -> tuple[Topic, ...]:
    names = settings.topics
    config = deleted_after(
        settings.input_retention_days * DAY_MS, settings.input_max_bytes, settings
    )

    def stream(name: str, schema: str, description: str) -> Topic:
        return Topic(
            name=name,
            kind=TopicKind.INPUT,
            description=description,
            key=SUBJECT,
            value=_input_value(settings),
            schemas=(schema,),
            partitions=settings.partitions,
            config=config,
            writers=(Party.PRODUCERS,),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR),
        )

    return (
        stream(
            names.consent_change,
            "consent_change",
            "What people consented to, refused, withdrew, objected to or had erased.",
        ),
        stream(names.purchase, "purchase", "Sales, refunds and cancellations."),
        stream(names.data_share, "data_share", "Customer data that left for a recipient, and why."),
        stream(
            names.marketing_message,
            "marketing_message",
            "Messages sent to people, and on what basis.",
        ),
        stream(
            names.recipient_notification,
            "recipient_notification",
            "Recipients that were notified of a withdrawal, an objection or an erasure.",
        ),
    )


def _input_value(settings: Settings) -> str:
    forms = "Avro single-object or JSON"
    if settings.registry_url is not None:
        forms = "Avro single-object, JSON, or any schema of the registry"
    plain = settings.input_envelope == "none"
    return f"one event, {forms}" if plain else f"one event, {forms}; also as a CloudEvent"


def _internals(settings: Settings) -> tuple[Topic, ...]:
    names = settings.topics
    tick_writer = Party.WORKER if settings.tick_source == "worker" else Party.SCHEDULER
    return (
        Topic(
            name=names.rekeyed,
            kind=TopicKind.REKEYED,
            description="Events that arrived with another key or on another partition, sent "
            "again under the right one; headers carry where and when they arrived.",
            key=SUBJECT,
            value="the bytes of the event as they arrived",
            schemas=EVENT_SCHEMAS,
            partitions=settings.partitions,
            config=deleted_after(
                settings.input_retention_days * DAY_MS, settings.output_max_bytes, settings
            ),
            writers=(Party.WORKER,),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR),
        ),
        Topic(
            name=names.ticks,
            kind=TopicKind.TICKS,
            description="One small record per partition and interval: the broker's time on it "
            "is the clock by which deadlines pass.",
            key="none",
            value="nothing that is read; the record's append time is the tick",
            schemas=(),
            partitions=settings.partitions,
            config=deleted_after(
                settings.tick_retention_hours * HOUR_MS,
                settings.input_max_bytes,
                settings,
                roll_early=True,
            ),
            writers=(tick_writer,),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR),
        ),
        Topic(
            name=names.changelog,
            kind=TopicKind.CHANGELOG,
            description="The stored facts and verdicts of every subject: what a worker restores "
            "from. Never delete it, and never let it expire.",
            key="controller_id 0x1F subject_id 0x00 kind row-id",
            value="one row, msgpack behind a version byte (streams/wire/rows.py)",
            schemas=(),
            partitions=settings.partitions,
            config=compacted(settings),
            writers=(Party.WORKER, Party.OPERATOR),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR),
        ),
    )


def _outputs(settings: Settings) -> tuple[Topic, ...]:
    names = settings.topics

    def output(name: str, schema: str, key: str, description: str) -> Topic:
        return Topic(
            name=name,
            kind=TopicKind.OUTPUT,
            description=description,
            key=key,
            value=f"{_FORMS[settings.output_format]}; a higher revision replaces a lower one",
            schemas=(schema,),
            partitions=settings.partitions,
            config=compacted(settings),
            writers=(Party.WORKER,),
            readers=(Party.DELIVERY, Party.VERIFIER),
        )

    return (
        output(
            names.violations,
            "finding",
            "violation_id",
            "Every finding: violations, advisories and quality findings. Read it with "
            "isolation.level=read_committed.",
        ),
        output(
            names.duties,
            "duty",
            "duty_id",
            "Duties to notify recipients, and what became of them. Read it with "
            "isolation.level=read_committed.",
        ),
    )


def _dead_letter_topics(settings: Settings) -> tuple[Topic, ...]:
    names = settings.topics

    def dead_letter_topic(name: str, days: float, reader: Party, description: str) -> Topic:
        return Topic(
            name=name,
            kind=TopicKind.DEAD_LETTERS,
            description=description,
            key="topic/partition/offset of the record",
            value="the record's bytes, headers and coordinates, and the reason",
            schemas=("dead_letter",),
            partitions=settings.partitions,
            config=deleted_after(
                days * DAY_MS, settings.output_max_bytes, settings, roll_early=True
            ),
            writers=(Party.WORKER,),
            readers=(reader, Party.VERIFIER),
        )

    return (
        dead_letter_topic(
            names.dead_letters,
            settings.dead_letter_retention_days,
            Party.DEAD_LETTER_READERS,
            "Records that could not be judged, with their original bytes and the reason. They "
            "may hold personal data.",
        ),
        dead_letter_topic(
            names.quarantine,
            settings.quarantine_retention_days,
            Party.QUARANTINE_READERS,
            "Records that hold raw personal data where only pseudonyms belong. Few may read it.",
        ),
        Topic(
            name=names.delivery_dead_letters,
            kind=TopicKind.DEAD_LETTERS,
            description="Findings and duties that a receiver rejected for good, as they were, "
            "with the sink, the reason and their place as headers.",
            key="violation_id or duty_id",
            value="the record as it stood on its topic",
            schemas=("finding", "duty"),
            partitions=settings.partitions,
            config=deleted_after(
                settings.dead_letter_retention_days * DAY_MS,
                settings.output_max_bytes,
                settings,
                roll_early=True,
            ),
            writers=(Party.DELIVERY,),
            readers=(Party.DELIVERY,),
        ),
        Topic(
            name=names.alert_state,
            kind=TopicKind.ALERT_STATE,
            description="What the alert policy remembers of each sink for people: groups that are "
            "open, what is held back, and how often. Deleted, open alerts are sent again.",
            key="sink/part",
            value="a part of a snapshot, msgpack (streams/alerts/policy_state.py)",
            schemas=(),
            partitions=1,
            config=compacted(settings),
            writers=(Party.DELIVERY,),
            readers=(Party.DELIVERY,),
            co_partitioned=False,
        ),
    )
