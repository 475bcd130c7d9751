"""What is sent again of what receivers refused: of each finding or duty its last revision. Pure.

A letter may be old: its finding was revised or closed since, or its person has left. So the
last record of its key on the topic goes out, once for each sink, and the letter itself only
where the topic has none of its key any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from streams.delivery.read_update import Unreadable, read
from streams.operate.dead_letters.delivery_letter import is_mark
from streams.operate.dead_letters.kept import KeptRecord
from streams.operate.dead_letters.replaying import NotSent, cut_words
from streams.operate.dead_letters.selection import Selection
from streams.settings.names import TopicNames
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.load import Configured
from streams.wire.framing import RegistryDecoder, with_schema_header
from streams.wire.record import Record


class TopicKey(NamedTuple):
    """Which finding or duty: its topic and key."""

    topic: str
    key: bytes


class StoredRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the topics, or the one that a letter keeps, as `read` wants it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Resent(NamedTuple):
    """One load for a sink, and the letters (topic/partition/offset) that it answers.

    None as load: the person has left, and the receiver deletes nothing.
    """

    load: FindingUpdate | Removal | None
    letters: tuple[str, ...]


class DeliveryPlan:
    """What a selection comes to: first all letters are taken, then all records of the topics."""

    def __init__(
        self, selection: Selection, sinks: Mapping[str, Configured], names: TopicNames
    ) -> None:
        """`sinks` are those of the settings file."""
        self._selection = selection
        self._sinks = sinks
        self._names = names
        self._meant: list[KeptRecord] = []
        self._before: set[str] = set()
        self._letters: defaultdict[str, dict[TopicKey, list[KeptRecord]]] = defaultdict(dict)
        self._last: dict[TopicKey, StoredRecord] = {}
        self.not_sent: list[NotSent] = []
        self.before = 0
        """Letters that were sent again by an earlier run."""

    def take(self, letters: Iterable[KeptRecord]) -> None:
        """Look at letters; all that are kept must come by."""
        for one in letters:
            if is_mark(one):
                self._before.add(one.replay_of or "")
            elif self._selection.holds(one):
                self._meant.append(one)

    def settle(self) -> frozenset[TopicKey]:
        """All letters were looked at: the findings and duties that are to be sent again."""
        for one in self._meant:
            if one.place.reference in self._before:
                self.before += 1
            elif why := self._refusal(one):
                self.not_sent.append(NotSent(one.place, why))
            else:
                name = TopicKey(one.original.topic, one.original.key or b"")
                self._letters[one.code].setdefault(name, []).append(one)
        self._meant = []
        return frozenset(name for names in self._letters.values() for name in names)

    def _refusal(self, one: KeptRecord) -> str | None:
        if one.code not in self._sinks:
            return f"there is no sink {one.code} in the settings file"
        if self._sinks[one.code].takes == "alerts" or not one.original.topic:
            return (
                "it is an alert, and what it says is past: `consentry deliver --sink "
                f"{one.code} --from state --again` sends what is open"
            )
        if one.cut:
            return f"bytes are missing ({cut_words(one)})"
        if one.original.topic not in (self._names.violations, self._names.duties):
            return f"{one.original.topic} is no topic of findings or duties here"
        return None

    def see(self, record: Record) -> None:
        """A record of the topics, in the order of its partition."""
        name = TopicKey(record.topic, record.key or b"")
        if any(name in names for names in self._letters.values()):
            self._last[name] = _stored(record)

    def counts(self) -> dict[str, int]:
        """How many findings and duties go to each sink."""
        return {sink: len(names) for sink, names in sorted(self._letters.items())}

    def loads(self, sink: str, registry: RegistryDecoder | None) -> Iterator[Resent]:
        """What goes to a sink, in the order of the topics; what cannot be read is not sent."""
        removes = self._sinks[sink].options.removes
        for name, record in sorted(
            ((name, self._record(name, kept)) for name, kept in self._letters[sink].items()),
            key=lambda one: (one[1].topic, one[1].partition, one[1].offset),
        ):
            kept = self._letters[sink][name]
            item = read(record, self._names, registry)
            if isinstance(item, Unreadable):
                self.not_sent += [NotSent(one.place, item.reason) for one in kept]
                continue
            useless = isinstance(item, Removal) and not removes
            yield Resent(None if useless else item, tuple(one.place.reference for one in kept))

    def values(self, sink: str) -> Iterator[bytes | None]:
        """The values whose schemas must be known before `loads`."""
        return (self._record(name, kept).value for name, kept in self._letters[sink].items())

    def _record(self, name: TopicKey, kept: list[KeptRecord]) -> StoredRecord:
        last = self._last.get(name)
        return last or _of_letter(max(kept, key=lambda one: one.original.offset))


def _stored(record: Record) -> StoredRecord:
    headers = tuple(record.headers)
    return StoredRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=with_schema_header(record.value, headers),
        headers=headers,
    )


def _of_letter(one: KeptRecord) -> StoredRecord:
    original = one.original
    return StoredRecord(
        topic=original.topic,
        partition=original.partition,
        offset=original.offset,
        timestamp=one.kept_at,
        key=original.key,
        value=with_schema_header(original.value, original.headers),
        headers=original.headers,
    )
