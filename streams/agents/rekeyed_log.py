"""Warns of re-keyed records: one line a minute at most for each topic and cause."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

import structlog

from streams.agents.rekeyed import Cause, RekeyedCounts

PAUSE_S: Final = 60.0
PRODUCERS_SHOWN: Final = 5

_REMEDY: Final = {
    Cause.NO_KEY: "send events under the key controller_id 0x1F subject_id",
    Cause.OTHER_KEY: "send events under the key controller_id 0x1F subject_id",
    Cause.OTHER_PARTITION: "partition by murmur2 of the key, as Kafka's Java client does; for "
    "librdkafka set partitioner=murmur2_random",
}

log = structlog.get_logger("consentry.worker")

Kind = tuple[str, Cause]


class RekeyedLog:
    """Reports the first at once, and those that follow when a minute is over."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._waiting: dict[Kind, Counter[str]] = {}

    @property
    def pausing(self) -> bool:
        """Whether something that is found now may be logged later."""
        return bool(self._waiting)

    def report(self, records: RekeyedCounts) -> None:
        """Log what was found, now or later."""
        found: dict[Kind, Counter[str]] = {}
        for (topic, cause, producer), count in records.items():
            found.setdefault((topic, cause), Counter())[producer] += count
        for kind, producers in found.items():
            if kind in self._waiting:
                self._waiting[kind] += producers
            else:
                self._write(kind, producers)

    def _write(self, kind: Kind, producers: Counter[str]) -> None:
        topic, cause = kind
        log.warning(
            "records.rekeyed",
            topic=topic,
            cause=str(cause),
            count=producers.total(),
            producers=dict(producers.most_common(PRODUCERS_SHOWN)),
            remedy=_REMEDY[cause],
        )
        self._waiting[kind] = Counter()
        asyncio.get_running_loop().call_later(self._pause_s, self._pause_over, kind)

    def _pause_over(self, kind: Kind) -> None:
        producers = self._waiting.pop(kind)
        if producers:
            self._write(kind, producers)
