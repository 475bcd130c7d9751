"""An event from its Avro bytes in one pass: read, guarded and hashed together.

What a producer ordinarily sends takes this way: one record of a schema that came with
this package, whose texts are clean. For everything else `OnePass.read` gives None, and
`wire.decode` goes the long way round, which alone decides what is refused and why. So
this way never refuses, and never takes what the other one would not: tests compare the
two on random records and on damaged bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, cast

import msgspec

from streams.core.events import EVENT_CLASSES, Event
from streams.core.identifiers import PayloadHash, subject_key
from streams.core.instants import EARLIEST, LATEST, Instant
from streams.core.law import FUTURE_TOLERANCE
from streams.core.state import Fact, Source
from streams.core.vocabulary import ConsentAction, EventType
from streams.wire.canonical import instant_text
from streams.wire.framing import AVRO_HEADER, AVRO_MARKER
from streams.wire.guard import PRODUCER_IDS, look_of
from streams.wire.pii import Look, plainly_clean, raw_kind
from streams.wire.record import Record
from streams.wire.schemas import INPUTS, Schema, schemas
from streams.wire.shapes import FIELDS, MAX_TEXT, MUST_NOT_HOLD_CONTROLS, FieldShape
from streams.wire.validate import holds_controls

_TEXT: Final = 0
_SYMBOL: Final = 1
_FLAG: Final = 2
_INSTANT: Final = 3

_KNOWN_AT_MOST: Final = 4096
"""Texts of a field that are remembered as clean; then it begins anew."""

_MAX_BYTES: Final = 65_536
"""An event has some five hundred bytes; longer ones are rare and take the long way."""

_canonical = msgspec.json.Encoder(order="sorted").encode
_GRANTED: Final = ConsentAction.GRANTED


class Column:
    """One field of a schema: how it stands in the bytes, and what its texts must be."""

    def __init__(self, shape: FieldShape, form: Any) -> None:
        self.name: str = shape.name
        self.optional: bool = isinstance(form, list)
        if isinstance(form, list):
            if len(form) != 2 or form[0] != "null":
                raise LookupError("a union of an unforeseen form")
            form = form[1]
        self.many: bool = isinstance(form, dict) and form["type"] == "array"
        if self.many:
            form = form["items"]
        self.kind: int = _TEXT
        self.symbols: list[StrEnum | None] = []
        if isinstance(form, dict) and form["type"] == "enum":
            self.kind = _SYMBOL
            # The type of a list of symbols is that of the whole list.
            kind = shape.type.__args__[0] if shape.is_list else shape.type
            words = {str(word): word for word in kind}
            self.symbols = [words.get(symbol) for symbol in form["symbols"]]
        elif form == "boolean":
            self.kind = _FLAG
        elif form == "long":
            self.kind = _INSTANT
        elif form != "string":
            raise LookupError("a type of an unforeseen form")
        self.look: Look = look_of(self.name)
        self.controls: bool = self.name not in MUST_NOT_HOLD_CONTROLS
        # Ids are new in every event; who receives, and which system tells, comes again.
        self.repeats: bool = self.name not in PRODUCER_IDS and self.name != "subject_id"
        self.known: dict[bytes, str] = {}
        self.lists: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def shared(self, many: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same list as was met before: a few lists of categories make up most of them."""
        if len(self.lists) >= _KNOWN_AT_MOST:
            self.lists.clear()
        return self.lists.setdefault(many, many)

    def text(self, raw: bytes) -> str | None:
        """The text of bytes not met before, or None where the long way must look at it."""
        text = raw.decode()
        if not 0 < len(text) <= MAX_TEXT:
            return None
        if not plainly_clean(text) and (
            (not self.controls and holds_controls(text)) or raw_kind(text, self.look) is not None
        ):
            return None
        if self.repeats:
            if len(self.known) >= _KNOWN_AT_MOST:
                self.known.clear()
            self.known[raw] = text
        return text


class OnePass:
    """Reads the events of one schema."""

    def __init__(self, kind: EventType, schema: Schema) -> None:
        """Raises LookupError for a schema that can only be read the long way."""
        shapes = {shape.name: shape for shape in FIELDS[kind].all}
        fields = schema.parsed["fields"]
        self.kind = kind
        self._class = cast("type[Any]", EVENT_CLASSES[kind])
        self._tag: str = kind.value
        self._grants: bool = kind is EventType.CONSENT_CHANGE
        self._columns = [Column(shapes[one["name"]], one["type"]) for one in fields]
        self._later = [
            column.name
            for column in self._columns
            if column.kind == _INSTANT and column.name not in ("occurred_at", "recorded_at")
        ]
        given = {column.name for column in self._columns if not column.optional}
        if any(shape.required and name not in given for name, shape in shapes.items()):
            raise LookupError("the schema may leave out what an event must have")

    def read(self, value: bytes) -> tuple[Event, PayloadHash] | None:
        """The event and the hash of its canonical form, or None: take the long way."""
        try:
            given = self._fields(value)
            if given is None:
                return None
            return self._event(given)
        except (IndexError, ValueError):
            return None  # cut short, not UTF-8, no such symbol: the long way says what

    # One loop without calls: in plain Python a call for each field would double the cost.
    def _fields(self, value: bytes) -> dict[str, Any] | None:  # noqa: C901, PLR0912, PLR0915
        """What the record holds: no nulls, no empty lists, instants as integers."""
        size = len(value)
        if size > _MAX_BYTES:
            return None
        at = AVRO_HEADER
        given: dict[str, Any] = {}
        last_long = b""  # the bytes of the last instant: often two are the same
        last_instant = 0
        for column in self._columns:
            if column.optional:
                branch = value[at]
                at += 1
                if branch == 0:
                    continue
                if branch != 2:
                    return None
            kind = column.kind
            if kind == _INSTANT:
                if last_long and value.startswith(last_long, at):
                    at += len(last_long)
                else:
                    start = at
                    byte = value[at]
                    at += 1
                    number = byte & 0x7F
                    shift = 7
                    while byte > 0x7F:
                        if shift > 56:
                            return None
                        byte = value[at]
                        at += 1
                        number |= (byte & 0x7F) << shift
                        shift += 7
                    last_instant = (number >> 1) ^ -(number & 1)
                    last_long = value[start:at]
                    if not EARLIEST <= last_instant <= LATEST:
                        return None
                given[column.name] = last_instant
                continue
            count = 1
            if column.many:
                count = value[at]
                at += 1
                if count == 0:
                    continue
                if count & 0x81:
                    return None  # negative, with a size behind it, or very long
                count >>= 1
            many: list[Any] = []
            while count:
                count -= 1
                length = value[at]
                at += 1
                one: Any
                if kind == _TEXT:
                    if length > 0x7F:
                        more = value[at]
                        at += 1
                        if more > 0x7F:
                            return None
                        length = (length & 0x7F) | more << 7
                    if length & 1:
                        return None
                    end = at + (length >> 1)
                    if end > size:
                        return None
                    raw = value[at:end]
                    at = end
                    one = column.known.get(raw)
                    if one is None:
                        one = column.text(raw)
                        if one is None:
                            return None
                elif kind == _SYMBOL:
                    if length & 0x81:
                        return None
                    one = column.symbols[length >> 1]
                    if one is None:
                        return None  # UNRECOGNISED
                else:
                    if length > 1:
                        return None
                    one = length == 1
                if column.many:
                    many.append(one)
                else:
                    given[column.name] = one
            if column.many:
                if value[at] != 0:
                    return None  # in more than one block
                at += 1
                given[column.name] = column.shared(tuple(many))
        return given if at == size else None

    def _event(self, given: dict[str, Any]) -> tuple[Event, PayloadHash] | None:
        if "recorded_at" not in given:
            given["recorded_at"] = given["occurred_at"]
        if self._grants and given["action"] is _GRANTED and len(given.get("purposes", ())) != 1:
            return None
        event: Event = self._class(**given)
        occurred_at = given["occurred_at"]
        text = given["occurred_at"] = instant_text(occurred_at)
        recorded_at = given["recorded_at"]
        given["recorded_at"] = text if recorded_at == occurred_at else instant_text(recorded_at)
        for name in self._later:
            if name in given:
                given[name] = instant_text(given[name])
        given["event_type"] = self._tag
        given.pop("trace_id", None)
        given.pop("schema_version", None)
        return event, PayloadHash(sha256(_canonical(given)).hexdigest())


class Ordinary:
    """Reads the records of the input topics that are as most are."""

    def __init__(self, kinds: Mapping[str, EventType]) -> None:
        """`kinds` are the types of events by topic."""
        self._kinds = dict(kinds)
        self._readers = dict(one_passes())

    def fact(self, record: Record) -> Fact | None:
        """The fact of a record, or None: take the long way.

        Its event was read in one pass, its key is its subject's, and it does not lie in
        the future. Whether its partition is its key's, the caller finds out.
        """
        topic, value = record.topic, record.value
        kind = self._kinds.get(topic)
        if kind is None or value is None:
            return None
        reader = self._readers.get(value[:AVRO_HEADER])
        if reader is None or reader.kind is not kind:
            return None
        read = reader.read(value)
        if read is None:
            return None
        event, payload_hash = read
        arrived_at = Instant(record.timestamp)
        if event.occurred_at > arrived_at + FUTURE_TOLERANCE:
            return None
        if record.key != subject_key(event.controller_id, event.subject_id):
            return None
        return Fact(
            event=event,
            payload_hash=payload_hash,
            ingested_at=arrived_at,
            source=Source(topic, record.partition, record.offset),
        )


@cache
def one_passes() -> Mapping[bytes, OnePass]:
    """Readers by the first ten bytes of a value: the marker and the fingerprint.

    Every current schema of an event has one, and every released one that differs only by
    fields that it has not yet, and whose absence says nothing.
    """
    kinds = {name: kind for kind, name in INPUTS.items()}
    found: dict[bytes, OnePass] = {}
    for fingerprint, schema in schemas().by_fingerprint.items():
        kind = kinds.get(schema.name)
        if kind is not None and _adds_nothing(schema, schemas().current[schema.name]):
            with suppress(LookupError):
                found[AVRO_MARKER + fingerprint] = OnePass(kind, schema)
    return MappingProxyType(found)


def _adds_nothing(writer: Schema, reader: Schema) -> bool:
    """Whether what the reader has and the writer has not is absent by default."""
    written = {one["name"] for one in writer.parsed["fields"]}
    missing = [one for one in reader.parsed["fields"] if one["name"] not in written]
    return all("default" in one and one["default"] in (None, []) for one in missing)
