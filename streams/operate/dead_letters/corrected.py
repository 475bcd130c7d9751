"""Corrected events of a file, each in the place of the record that was set aside for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.errors import ConsentryError
from streams.files.records import Damaged, Found, Line, Unread
from streams.operate.dead_letters.kept import REPLAYED, KeptRecord, envelope
from streams.operate.dead_letters.replaying import ReplayedRecord
from streams.operate.record_place import RecordPlace, parse_place
from streams.settings.names import TopicNames
from streams.wire.decode import Rejected, decode
from streams.wire.errors import WireError
from streams.wire.jsonl import read_json


class RefusedLine(NamedTuple):
    """A line that is not sent, and why."""

    file: str
    line: int
    why: str


class Corrected(NamedTuple):
    """An event to send, and the dead letter whose place it takes."""

    outgoing: ReplayedRecord
    instead_of: RecordPlace


class Index:
    """The records that were set aside, by the event id that they hold and by place."""

    def __init__(self) -> None:
        self._by_id: defaultdict[str, list[tuple[int, RecordPlace]]] = defaultdict(list)
        self._ids: dict[RecordPlace, str | None] = {}
        self._kept: dict[RecordPlace, RecordPlace] = {}

    def take(self, records: Iterable[KeptRecord]) -> None:
        """Take records in."""
        for one in records:
            # That of a quarantined record is compared here, and shown nowhere.
            event_id = one.event_id or envelope(one.original.value).get("event_id")
            self._ids[one.place] = event_id
            self._kept[one.place] = one.place
            if one.origin is not None:
                self._kept[one.origin] = one.place
            if event_id is not None:
                self._by_id[event_id].append((one.kept_at, one.place))

    def latest(self, event_id: str) -> RecordPlace | None:
        """The latest record that holds an event id."""
        found = self._by_id.get(event_id)
        return None if found is None else max(found)[1]

    def at(self, place: RecordPlace) -> RecordPlace | None:
        """Where the record is kept that is kept, or stood, at a place."""
        return self._kept.get(place)

    def event_id(self, place: RecordPlace) -> str | None:
        """The event id of the record that is kept there, as far as it could be read."""
        return self._ids.get(place)


def corrected(
    found: Iterable[Found], index: Index, names: TopicNames
) -> Iterator[Corrected | RefusedLine]:
    """What becomes of each line.

    A line is an event, or `{"dead_letter": "TOPIC-PARTITION-OFFSET", "event": {...}}` where
    the event id of the record could not be read.
    """
    for one in found:
        if isinstance(one, Damaged | Unread):
            yield RefusedLine(one.file, one.number, one.reason)
            continue
        try:
            yield _corrected(one, index, names)
        except WireError as error:
            yield RefusedLine(one.file, one.number, error.reason)
        except ConsentryError as error:
            yield RefusedLine(one.file, one.number, error.problem)


def _corrected(line: Line, index: Index, names: TopicNames) -> Corrected:
    value, named = _opened(line.value)
    decoded = decode(value, None)
    if isinstance(decoded, Rejected):
        raise WireError(f"it is still no event: {decoded.dead_letter.reason}")
    event = decoded.event
    place = index.latest(event.event_id) if named is None else index.at(named)
    if place is None and named is not None:
        raise WireError(f"nothing is kept for {named}")
    if place is None:
        raise WireError(
            "no record that was set aside holds its event_id; name the one that it corrects "
            '({"dead_letter": "TOPIC-PARTITION-OFFSET", "event": {...}}), or send it with '
            "`consentry produce`"
        )
    before = index.event_id(place)
    if before is not None and before != event.event_id:
        raise WireError(
            f"the record at {place} has another event_id; a corrected event keeps it", "event_id"
        )
    kind = EventType(str(event.__struct_config__.tag))
    key = subject_key(event.controller_id, event.subject_id)
    mark = [(REPLAYED, place.reference.encode())]
    return Corrected(ReplayedRecord(names.inputs[kind], None, key, value, [*mark]), place)


def _opened(value: bytes) -> tuple[bytes, RecordPlace | None]:
    """The event of a line, and the dead letter that it names, if it does."""
    if value[:1] != b"{":
        return value, None
    record = read_json(value)
    named, event = record.get("dead_letter"), record.get("event")
    if not isinstance(named, str) or not isinstance(event, dict) or len(record) != 2:
        return value, None
    return msgspec.json.encode(event), parse_place(named)
