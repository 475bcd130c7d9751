"""Kafka's settings for the two ways of keeping records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streams.settings import Settings


def deleted_after(
    retention_ms: float, max_bytes: int, settings: Settings, *, roll_early: bool = False
) -> Mapping[str, str]:
    """Kept for a time that counts from arrival.

    Kafka deletes whole segments, and by the time stamps of the records. So the broker
    sets the stamps (an event about last year would be deleted on arrival), and a
    topic whose contents must be gone on time rolls its segments early: the default of a
    week would let three days become ten.
    """
    config = {
        "cleanup.policy": "delete",
        "retention.ms": str(round(retention_ms)),
        "retention.bytes": "-1",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(max_bytes),
    }
    if roll_early:
        config["segment.ms"] = str(round(retention_ms / 12))
    return _replicated(config, settings)


REPLACED_KEPT_MS: Final = 604_800_000
"""How long records of persons may stay once they are replaced: a week, as segments do."""

REMOVALS_KEPT_MS: Final = 2_592_000_000
"""How long it stays known that a finding or duty was removed: 30 days. It is an id, and nothing else.

Kafka's default of a day is shorter than receivers are away: one would not hear of it, and keep
what it has of a person who was erased.
"""


def compacted(
    settings: Settings, *, stamped_by_broker: bool = False, personal: bool = False
) -> Mapping[str, str]:
    """Kept for ever, the latest record of each key.

    Of `personal` data what was replaced is to be gone in time: by default a broker waits until
    half of a log is replaced, which on a quiet topic may be never (GDPR 17).
    """
    config = {
        "cleanup.policy": "compact",
        "message.timestamp.type": "LogAppendTime" if stamped_by_broker else "CreateTime",
        "max.message.bytes": str(settings.output_max_bytes),
    }
    if personal:
        config["max.compaction.lag.ms"] = str(REPLACED_KEPT_MS)
    return _replicated(config, settings)


def _replicated(config: dict[str, str], settings: Settings) -> Mapping[str, str]:
    """With three copies or more, a write counts once two brokers have it."""
    if settings.replication_factor is not None:
        enough = 2 if settings.replication_factor >= 3 else 1
        config["min.insync.replicas"] = str(enough)
    return config


def span(milliseconds: int) -> str:
    """A retention in words."""
    if milliseconds < 0:
        return "for ever"
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)):
        if milliseconds >= size:
            count = f"{milliseconds / size:g}"
            return f"{count} {unit}" if count == "1" else f"{count} {unit}s"
    return f"{milliseconds / 1000:g} seconds"
