"""The topics of results: findings, duties, dead letters, and what the deliverer keeps."""

from __future__ import annotations

from typing import Final

from streams.settings import Settings
from streams.topics.keeping import REMOVALS_KEPT_MS, compacted, deleted_after
from streams.topics.topic import DAY_MS, Party, Topic, TopicKind

_FORMS: Final = {
    "avro": "Avro single-object",
    "avro-registry": "Avro with the id of its schema in the registry",
    "json": "JSON",
    "cloudevents": "a CloudEvent in structured mode (JSON)",
    "cloudevents-binary": "JSON, a CloudEvent in binary mode",
}


def output_topics(settings: Settings) -> tuple[Topic, ...]:
    """Findings and duties."""
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
            config={
                **compacted(settings, personal=True),
                "delete.retention.ms": str(REMOVALS_KEPT_MS),
            },
            writers=(Party.WORKER, Party.OPERATOR),
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


def dead_letter_topics(settings: Settings) -> tuple[Topic, ...]:
    """What could not be judged or delivered, and the memory of the alert policy."""
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

    rejects = deleted_after(
        settings.ingest_reject_retention_days * DAY_MS,
        settings.output_max_bytes,
        settings,
        roll_early=True,
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
            name=names.ingest_rejects,
            kind=TopicKind.REJECTS,
            description="Records of sources that no map could map, as they were, with the map, the "
            "reasons and their place as headers. They hold personal data. Few may read it.",
            key="the key of the record",
            value="the value of the record, cut where it is too large",
            schemas=(),
            partitions=settings.partitions,
            config=rejects,
            writers=(Party.INGEST,),
            readers=(Party.QUARANTINE_READERS,),
        ),
        Topic(
            name=names.ingest_replay,
            kind=TopicKind.INGEST_REPLAY,
            description="Rejected records of sources that ingest is to map again, as they were, "
            "with their place as headers. They hold personal data. Only ingest reads it.",
            key="the key of the record",
            value="the value of the record",
            schemas=(),
            partitions=settings.partitions,
            config=rejects,
            writers=(Party.DEAD_LETTER_OPERATOR,),
            readers=(Party.INGEST,),
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
            "open, what is held back, and how often. Deleted, open alerts are sent again. And that "
            "a sink has delivered.",
            key="sink/part, or sink/begun",
            value="a part of a snapshot, msgpack (streams/alerts/policy_state.py), or 1",
            schemas=(),
            partitions=1,
            config=compacted(settings),
            writers=(Party.DELIVERY,),
            readers=(Party.DELIVERY,),
            co_partitioned=False,
        ),
    )
