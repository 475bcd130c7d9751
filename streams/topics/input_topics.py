"""The topics that are judged: five event streams, re-keyed events, ticks; and the changelog."""

from __future__ import annotations

from typing import Final

from streams.core.vocabulary import EventType
from streams.settings import Settings
from streams.topics.keeping import compacted, deleted_after
from streams.topics.topic import DAY_MS, HOUR_MS, SUBJECT, Party, Topic, TopicKind

EVENT_SCHEMAS: Final = (
    "consent_change",
    "purchase",
    "data_share",
    "marketing_message",
    "recipient_notification",
)

_DESCRIPTIONS: Final = {
    EventType.CONSENT_CHANGE: "What people consented to, refused, withdrew, objected to or had "
    "erased.",
    EventType.PURCHASE: "Sales, refunds and cancellations.",
    EventType.DATA_SHARE: "Customer data that left for a recipient, and why.",
    EventType.MARKETING_MESSAGE: "Messages sent to people, and on what basis.",
    EventType.RECIPIENT_NOTIFICATION: "Recipients that were notified of a withdrawal, an "
    "objection or an erasure.",
}


def input_topics(settings: Settings) -> tuple[Topic, ...]:
    """The event streams: one topic for each type, or several."""
    names = settings.topics
    config = deleted_after(
        settings.input_retention_days * DAY_MS, settings.input_max_bytes, settings
    )

    first = frozenset(names.inputs.values())

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
            writers=(Party.PRODUCERS, Party.INGEST) if name in first else (Party.PRODUCERS,),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR),
        )

    return tuple(
        stream(name, kind.value.replace("-", "_"), _DESCRIPTIONS[kind])
        for name, kind in names.input_types.items()
    )


def _input_value(settings: Settings) -> str:
    forms = "Avro single-object or JSON"
    if settings.registry_url is not None:
        forms = "Avro single-object, JSON, or any schema of the registry"
    plain = settings.input_envelope == "none"
    return f"one event, {forms}" if plain else f"one event, {forms}; also as a CloudEvent"


def internal_topics(settings: Settings) -> tuple[Topic, ...]:
    """What workers write for themselves: re-keyed events, ticks, the changelog."""
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
            config=compacted(settings, personal=True),
            writers=(Party.WORKER, Party.OPERATOR),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR, Party.POLICY),
        ),
    )
