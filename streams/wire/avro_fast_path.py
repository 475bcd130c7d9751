"""An event from its Avro bytes in one pass: read, guarded and hashed together.

What a producer ordinarily sends takes this way: one record of a schema that came with
this package, whose texts are clean. For everything else `AvroFastPath.read` gives None, and
`wire.decode` goes the long way round, which alone decides what is refused and why. So
this way never refuses, and never takes what the other one would not: tests compare the
two on random records and on damaged bytes.

With a C compiler `event` and `read` are C that does the same (`streams.native`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, cast

import msgspec

from streams.core.event_hash import NOT_HASHED, hash_of
from streams.core.events import EVENT_CLASSES, Event
from streams.core.identifiers import PayloadHash
from streams.core.instants import EARLIEST_OF_EVENTS, LATEST
from streams.core.vocabulary import ConsentAction, EventType
from streams.native.library import LIBRARY
from streams.native.readers import event_reader
from streams.wire.canonical import instant_text
from streams.wire.columns import INSTANT, SYMBOL, TEXT, Column
from streams.wire.field_specs import FIELDS
from streams.wire.framing import AVRO_HEADER, AVRO_MARKER
from streams.wire.schemas import INPUTS, Schema, adds_nothing, schemas
from streams.wire.skip import end_of

_MAX_BYTES: Final = 65_536
"""An event has some five hundred bytes; longer ones are rare and take the long way."""

_canonical = msgspec.json.Encoder(order="sorted").encode
_GRANTED: Final = ConsentAction.GRANTED


class AvroFastPath:
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
            if column.kind == INSTANT and column.name not in ("occurred_at", "recorded_at")
        ]
        given = {column.name for column in self._columns if not column.optional}
        if any(shape.required and name not in given for name, shape in shapes.items()):
            raise LookupError("the schema may leave out what an event must have")
        header = AVRO_MARKER + schema.fingerprint
        granted = _GRANTED if self._grants else None
        span = (EARLIEST_OF_EVENTS, LATEST)
        self.native: Any = event_reader(
            LIBRARY, self._class, self._columns, header, granted, span, NOT_HASHED
        )
        """The same in C, where there is one."""

    def read(self, value: bytes) -> tuple[Event, PayloadHash] | None:
        """The event and the hash of its canonical form, or None: take the long way."""
        if self.native is None:
            return self.plain_read(value)
        found: tuple[Event, bytes | None] | None = self.native.read(value)
        if found is None:
            return None
        event, form = found
        known = None if form is None else PayloadHash(sha256(form).hexdigest())
        return event, known or hash_of(event)

    def plain_read(self, value: bytes) -> tuple[Event, PayloadHash] | None:
        """As `read`, in Python."""
        try:
            given = self._fields(value)
            if given is None:
                return None
            return self._event(given)
        except (IndexError, ValueError):
            return None  # cut short, not UTF-8, no such symbol: the long way says what

    def event(self, value: bytes) -> Event | None:
        """The event alone, or None: take the long way."""
        if self.native is not None:
            event: Event | None = self.native.event(value)
            return event
        return self.plain_event(value)

    def plain_event(self, value: bytes) -> Event | None:
        """As `event`, in Python."""
        try:
            given = self._fields(value)
            return None if given is None else self._made(given)
        except (IndexError, ValueError):
            return None

    def end_of(self, value: bytes, at: int) -> int | None:
        """The offset after the record that begins at `at`, without a marker before it.

        None: cut short, or not as most records are.
        """
        return end_of(self._columns, value, at)

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
            if kind == INSTANT:
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
                    if not EARLIEST_OF_EVENTS <= last_instant <= LATEST:
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
                if kind == TEXT:
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
                elif kind == SYMBOL:
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

    def _made(self, given: dict[str, Any]) -> Event | None:
        if "recorded_at" not in given:
            given["recorded_at"] = given["occurred_at"]
        if self._grants and given["action"] is _GRANTED and len(given.get("purposes", ())) != 1:
            return None
        event: Event = self._class(**given)
        return event

    def _event(self, given: dict[str, Any]) -> tuple[Event, PayloadHash] | None:
        event = self._made(given)
        if event is None:
            return None
        occurred_at = given["occurred_at"]
        text = given["occurred_at"] = instant_text(occurred_at)
        recorded_at = given["recorded_at"]
        given["recorded_at"] = text if recorded_at == occurred_at else instant_text(recorded_at)
        for name in self._later:
            if name in given:
                given[name] = instant_text(given[name])
        given["event_type"] = self._tag
        for name in NOT_HASHED:
            given.pop(name, None)
        return event, PayloadHash(sha256(_canonical(given)).hexdigest())


@cache
def avro_fast_paths() -> Mapping[bytes, AvroFastPath]:
    """Readers by the first ten bytes of a value: the marker and the fingerprint.

    Every current schema of an event has one, and every released one that differs only by
    fields that it has not yet, and whose absence says nothing.
    """
    kinds = {name: kind for kind, name in INPUTS.items()}
    found: dict[bytes, AvroFastPath] = {}
    for fingerprint, schema in schemas().by_fingerprint.items():
        kind = kinds.get(schema.name)
        if kind is not None and adds_nothing(schema, schemas().current[schema.name]):
            with suppress(LookupError):
                found[AVRO_MARKER + fingerprint] = AvroFastPath(kind, schema)
    return MappingProxyType(found)
