"""Warns of records that are re-keyed or dead-lettered, without a line for each of them.

The first of a kind is logged at once, those that follow together when a pause is over.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable
from typing import Final, Generic, NamedTuple, TypeVar

import structlog

from streams.agents.rekeyed import Cause, RekeyedCounts

PAUSE_S: Final = 60.0
PRODUCERS_SHOWN: Final = 5
TRACES_SHOWN: Final = 5

_REMEDY: Final = {
    Cause.NO_KEY: "send events under the key controller_id 0x1F subject_id",
    Cause.OTHER_KEY: "send events under the key controller_id 0x1F subject_id",
    Cause.OTHER_PARTITION: "partition by murmur2 of the key, as Kafka's Java client does; for "
    "librdkafka set partitioner=murmur2_random",
}

log = structlog.get_logger("consentry.worker")

Kind = TypeVar("Kind")
"""What has a line of its own per pause: a topic and a cause."""
Found = TypeVar("Found")
"""Records of one kind, added up."""


class ThrottledLog(Generic[Kind, Found]):
    """One line per kind and pause at most; `pause_s` is in seconds."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._waiting: dict[Kind, Found | None] = {}
        """Kinds whose pause lasts, with what came in it."""

    @property
    def pausing(self) -> bool:
        """Whether something that is found now may be logged later."""
        return bool(self._waiting)

    def take(self, found: dict[Kind, Found]) -> None:
        """Log what was found, now or when the pause of its kind is over."""
        for kind, records in found.items():
            if kind in self._waiting:
                before = self._waiting[kind]
                self._waiting[kind] = records if before is None else self._sum(before, records)
            else:
                self._log(kind, records)

    def _log(self, kind: Kind, records: Found) -> None:
        self._write(kind, records)
        self._waiting[kind] = None
        asyncio.get_running_loop().call_later(self._pause_s, self._pause_over, kind)

    def _pause_over(self, kind: Kind) -> None:
        records = self._waiting.pop(kind)
        if records is not None:
            self._log(kind, records)

    @abstractmethod
    def _sum(self, before: Found, more: Found) -> Found:
        """Both together."""

    @abstractmethod
    def _write(self, kind: Kind, records: Found) -> None:
        """One line."""


class RekeyedLog(ThrottledLog[tuple[str, Cause], "Counter[str]"]):
    """Re-keyed records by topic and cause, counted by producer."""

    def report(self, records: RekeyedCounts) -> None:
        """Log now or later."""
        found: dict[tuple[str, Cause], Counter[str]] = {}
        for (topic, cause, producer), count in records.items():
            found.setdefault((topic, cause), Counter())[producer] += count
        self.take(found)

    def _sum(self, before: Counter[str], more: Counter[str]) -> Counter[str]:
        return before + more

    def _write(self, kind: tuple[str, Cause], records: Counter[str]) -> None:
        topic, cause = kind
        log.warning(
            "records.rekeyed",
            topic=topic,
            cause=str(cause),
            count=records.total(),
            producers=dict(records.most_common(PRODUCERS_SHOWN)),
            remedy=_REMEDY[cause],
        )


class DeadLettered(NamedTuple):
    """One record: where it stood, why, and its trace, if its producer gave one."""

    topic: str
    partition: int
    offset: int
    code: str
    trace_id: str | None


class _DeadLetters(NamedTuple):
    """How many records there are, where the first stood, and the first different traces."""

    total: int
    first: DeadLettered
    trace_ids: tuple[str, ...]


class DeadLetterLog(ThrottledLog[tuple[str, str], _DeadLetters]):
    """Dead-lettered records by topic and code, with traces of the first ones."""

    def report(self, records: Iterable[DeadLettered]) -> None:
        """Log now or later."""
        found: dict[tuple[str, str], _DeadLetters] = {}
        for one in records:
            kind = one.topic, one.code
            added = _DeadLetters(1, one, () if one.trace_id is None else (one.trace_id,))
            found[kind] = self._sum(found[kind], added) if kind in found else added
        self.take(found)

    def _sum(self, before: _DeadLetters, more: _DeadLetters) -> _DeadLetters:
        traces = tuple(dict.fromkeys((*before.trace_ids, *more.trace_ids)))
        return _DeadLetters(before.total + more.total, before.first, traces[:TRACES_SHOWN])

    def _write(self, kind: tuple[str, str], records: _DeadLetters) -> None:
        topic, code = kind
        log.warning(
            "records.set_aside",
            topic=topic,
            code=code,
            count=records.total,
            partition=records.first.partition,
            offset=records.first.offset,
            trace_ids=list(records.trace_ids),
        )
