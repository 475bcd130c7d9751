"""Which of the records that were set aside are meant, and how many of each reason there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from streams.core.instants import Instant
from streams.operate.dead_letters.delivery_letter import is_mark
from streams.operate.dead_letters.kept import OF_INPUTS, KeptIn, KeptRecord
from streams.operate.record_place import RecordPlace


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What is meant; None: any.

    `reason` is a code, or a part of the reason's text (letters of any case). `topic` is where
    the record stood. `sinks` are those whose receivers refused it. `since` is inclusive and `until` exclusive, by when it was set aside.
    `places` name records by where they are kept, or by where they stood.
    """

    kept_in: frozenset[KeptIn] = OF_INPUTS
    reason: str | None = None
    topic: str | None = None
    producer: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    places: frozenset[RecordPlace] = frozenset()
    sinks: frozenset[str] = frozenset()

    @property
    def narrows(self) -> bool:
        """Whether anything but the topic that keeps it is asked for."""
        bounds = (self.reason, self.topic, self.producer, self.since, self.until)
        return bool(self.places or self.sinks) or any(one is not None for one in bounds)

    def holds(self, one: KeptRecord) -> bool:
        """Whether a record is meant."""
        return (
            one.kept_in in self.kept_in
            and (self.topic is None or one.original.topic == self.topic)
            and (self.producer is None or one.producer == self.producer)
            and (self.since is None or one.kept_at >= self.since)
            and (self.until is None or one.kept_at < self.until)
            and (not self.places or one.place in self.places or one.origin in self.places)
            and (not self.sinks or one.code in self.sinks)
            and (self.reason is None or self._for_reason(one, self.reason))
        )

    def _for_reason(self, one: KeptRecord, reason: str) -> bool:
        return one.code == reason or reason.casefold() in one.reason.casefold()


class CountedReason(NamedTuple):
    """Why, and where from: what counts are kept by."""

    kept_in: KeptIn
    code: str
    reason: str
    topic: str


class Listing:
    """Counts by reason, and the latest records, without their bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.counts: Counter[CountedReason] = Counter()
        self.producers: Counter[str] = Counter()
        self.latest: list[KeptRecord] = []
        self.replayed: set[str] = set()
        """References of dead letters that were sent again: they came back as another one, or a
        mark says so."""
        self.marks = 0

    def take(self, records: Iterable[KeptRecord], selection: Selection | None = None) -> None:
        """Count the records that a selection means, and keep the latest ones."""
        for one in records:
            if is_mark(one):
                self.replayed.add(one.replay_of or "")
                self.marks += not selection or not selection.sinks or one.code in selection.sinks
                continue
            if selection is not None and not selection.holds(one):
                continue
            key = CountedReason(one.kept_in, one.code, one.reason, one.original.topic)
            self.counts[key] += 1
            self.producers[one.producer or ""] += 1
            if one.replay_of is not None:
                self.replayed.add(one.replay_of)
            self.latest.append(one.without_bytes())
        if len(self.latest) > 4 * self._limit + 1000:
            self._cut()

    def _cut(self) -> None:
        self.latest.sort(key=lambda one: (-one.kept_at, one.place))
        del self.latest[self._limit :]

    def newest(self) -> list[KeptRecord]:
        """The latest records, the newest first."""
        self._cut()
        return self.latest

    def by_count(self) -> Iterator[tuple[CountedReason, int]]:
        """Reasons with their counts, the most frequent first."""
        yield from sorted(self.counts.items(), key=lambda one: (-one[1], one[0]))
