"""The topics of webhooks as they came: one for each source."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.keeping import deleted_after
from streams.topics.topic import DAY_MS, Party, Topic, TopicKind


def raw_topics(settings: Settings) -> tuple[Topic, ...]:
    """A topic for each source; none where nothing is received.

    What stands there was not mapped yet, so it holds personal data and is kept for short.
    """
    config = deleted_after(
        settings.raw_retention_days * DAY_MS, settings.output_max_bytes, settings, roll_early=True
    )
    return tuple(
        Topic(
            name=topic,
            kind=TopicKind.RAW,
            description=f"Webhooks of {name} as they came, for ingest to map. They hold personal "
            "data.",
            key="id of the webhook, where its sender gives one",
            value="the body of the request, and the headers that were asked for",
            schemas=(),
            partitions=settings.raw_partitions,
            config=config,
            writers=(Party.RECEIVER,),
            readers=(Party.INGEST,),
            co_partitioned=False,
        )
        for name, topic in settings.topics.raw.items()
    )
