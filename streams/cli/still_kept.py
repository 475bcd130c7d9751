"""What holds records of a person after an erasure: topics by age, and receivers of findings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streams.settings import Settings


def kept_on_topics(settings: Settings) -> dict[str, str]:
    """Topics that the broker deletes by age alone, and for how long they keep a record."""
    from streams.topics import TopicKind, all_topics
    from streams.topics.keeping import span

    kinds = {
        TopicKind.INPUT,
        TopicKind.REKEYED,
        TopicKind.DEAD_LETTERS,
        TopicKind.REJECTS,
        TopicKind.INGEST_REPLAY,
        TopicKind.RAW,
        TopicKind.COMMANDS,
    }
    return {
        topic.name: span(int(topic.config["retention.ms"]))
        for topic in all_topics(settings)
        if topic.kind in kinds
    }


def compacted_within(settings: Settings) -> dict[str, str]:
    """Topics that hold old records until the broker compacts them, and for how long at most.

    It is so with the settings that `consentry topics` gives them, and once a later record stands
    on the partition: a broker compacts no segment that is written to.
    """
    from streams.topics import all_topics
    from streams.topics.keeping import span

    lags = {topic.name: topic.config.get("max.compaction.lag.ms") for topic in all_topics(settings)}
    return {name: span(int(lag)) for name, lag in lags.items() if lag is not None}


def receivers(config: Path | None) -> dict[str, bool]:
    """The sinks of the settings file, and whether each has its receiver delete.

    The tombstones of an erasure instruct them (docs/sinks.md). No secret is read:
    who erases need not be who delivers.
    """
    from streams.settings.load import read_toml, settings_file
    from streams.sinks.kinds import KINDS

    path = settings_file(config, os.environ)
    tables: Any = {} if path is None else read_toml(path).get("sinks", {})
    found = {}
    for name, table in tables.items() if isinstance(tables, dict) else ():
        kind = table.get("type") if isinstance(table, dict) else None
        if isinstance(kind, str) and kind in KINDS:
            found[str(name)] = KINDS[kind].removes
    return found
