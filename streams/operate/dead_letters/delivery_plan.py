"""What is sent again of what receivers refused: of each finding or duty its last revision. Pure.

A letter may be old: its finding was revised or closed since, or its person has left. So the
last record of its key on the topic goes out, once for each sink, and never the letter itself: where
the topic has none of its key any more, its person has left, and nobody is to hear of it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from streams.delivery.read_update import Unreadable, read
from streams.operate.dead_letters.delivery_letter import is_mark
from streams.operate.dead_letters.kept import KeptRecord
from streams.operate.dead_letters.replaying import NOTHING_KEPT, NotSent, cut_words
from streams.operate.dead_letters.selection import Selection
from streams.settings.names import TopicNames
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.load import Configured
from streams.transport.fetch.unpacked_records import Received
from streams.wire.framing import RegistryDecoder, with_schema_header
from streams.wire.record import Record

_GONE: Final = (
    "nothing stands on {} under its key any more: its person has left, or the topic was made again "
    "(`consentry outputs rebuild`)"
)


class TopicKey(NamedTuple):
    """Which finding or duty: its topic and key."""

    topic: str
    key: bytes


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
        self._last: dict[TopicKey, Received] = {}
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
        met = {place for one in self._meant for place in (one.place, one.origin)}
        for place in sorted(self._selection.places.difference(met)):
            self.not_sent.append(NotSent(place, NOTHING_KEPT))
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
        """What goes to a sink, in the order of the topics; what cannot be sent is named."""
        removes = self._sinks[sink].options.removes
        found: list[tuple[Received, list[KeptRecord]]] = []
        for name, kept in self._letters[sink].items():
            if name in self._last:
                found.append((self._last[name], kept))
            else:
                self.not_sent += [NotSent(one.place, _GONE.format(name.topic)) for one in kept]
        for record, kept in sorted(found, key=lambda one: _place(one[0])):
            item = read(record, self._names, registry)
            if isinstance(item, Unreadable):
                self.not_sent += [NotSent(one.place, item.reason) for one in kept]
                continue
            useless = isinstance(item, Removal) and not removes
            yield Resent(None if useless else item, tuple(one.place.reference for one in kept))

    def values(self, sink: str) -> Iterator[bytes | None]:
        """The values whose schemas must be known before `loads`."""
        names = self._letters[sink]
        return (self._last[name].value for name in names if name in self._last)


def _place(record: Received) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _stored(record: Record) -> Received:
    headers = tuple(record.headers)
    return Received(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=with_schema_header(record.value, headers),
        headers=headers,
    )
