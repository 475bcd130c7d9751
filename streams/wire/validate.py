"""A plain record to an event, strictly typed, or the reason why not.

A plain record is what JSON or Avro readers give: a dict of strings, booleans, integers
and lists. Only here is decided what an event may hold, so both forms obey one rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from streams.core.events import (
    EVENT_CLASSES,
    ID_FIELDS,
    INSTANT_FIELDS,
    ConsentChange,
    Event,
)
from streams.core.identifiers import id_fault, means_nobody
from streams.core.instant_faults import EXAMPLE, fault_of_value
from streams.core.instants import (
    EARLIEST_OF_EVENTS,
    LATEST,
    Instant,
    format_instant,
    parse_instant,
)
from streams.core.vocabulary import ConsentAction, EventType
from streams.core.vocabulary.open_words import REFUSED_WHERE_MISSPELT, meant
from streams.wire.canonical import instant_text
from streams.wire.errors import WireError
from streams.wire.field_specs import FIELDS, MAX_TEXT

_INSTANTS = ("occurred_at", "recorded_at", *sorted(INSTANT_FIELDS - {"occurred_at", "recorded_at"}))
_TYPES: Mapping[str, EventType] = {kind.value: kind for kind in EventType}
_ALL_TYPES = ", ".join(_TYPES)


def type_of(record: Mapping[str, Any], expected: EventType | None) -> EventType:
    """The record's event type. Raises WireError where it is none, or not the topic's."""
    name = record.get("event_type")
    kind = _TYPES.get(name) if type(name) is str else None
    if expected is None:
        if kind is None:
            raise WireError(f"event_type must be one of {_ALL_TYPES}", "event_type")
        return kind
    if kind is not expected:
        raise WireError(
            f"event_type must be {expected.value} on this topic; send other events to "
            "the topic of their own type",
            "event_type",
        )
    return kind


def texts_to_instants(record: dict[str, Any]) -> dict[str, Instant]:
    """Read the record's instants; in the record itself their texts become canonical.

    An absent `recorded_at` is `occurred_at`. Raises WireError for a text that is no
    RFC 3339 instant.
    """
    instants: dict[str, Instant] = {}
    for name in _INSTANTS:
        text = record.get(name)
        if text is None:
            continue
        if type(text) is not str:
            raise _no_instant(name, text)
        try:
            instants[name], record[name] = _read_text(text)
        except ValueError:
            raise _no_instant(name, text) from None
        if instants[name] < EARLIEST_OF_EVENTS:
            raise _too_early(name)
    _fill_recorded_at(record, instants)
    return instants


def integers_to_instants(record: dict[str, Any]) -> dict[str, Instant]:
    """As `texts_to_instants`, for a record that holds milliseconds since the epoch."""
    instants: dict[str, Instant] = {}
    for name in _INSTANTS:
        millis = record.get(name)
        if millis is None:
            continue
        if type(millis) is not int or millis > LATEST:
            raise WireError(
                f"{name} must be milliseconds since 1970, up to the end of the year 9999", name
            )
        if millis < EARLIEST_OF_EVENTS:
            raise _too_early(name)
        instants[name] = Instant(millis)
        record[name] = instant_text(Instant(millis))
    _fill_recorded_at(record, instants)
    return instants


def _read_text(text: str) -> tuple[Instant, str]:
    """The instant of a text and its canonical text, mostly the same. Raises ValueError."""
    if len(text) == _CANONICAL_LENGTH:
        minute, second = _MINUTES.get(text[10:16]), _SECONDS.get(text[16:20])
        milli = _MILLIS.get(text[20:])
        if minute is not None and second is not None and milli is not None:
            day = _day_of(text[:10])
            if day is not None:
                return Instant(day + minute + second + milli), text
    instant = parse_instant(text)
    return instant, format_instant(instant)


_CANONICAL_LENGTH: Final = len("2026-09-01T10:00:00.000Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MINUTES: Final = {
    f"T{number // 60:02d}:{number % 60:02d}": number * 60_000 for number in range(1440)
}
_SECONDS: Final = {f":{number:02d}.": number * 1000 for number in range(60)}
_MILLIS: Final = {f"{number:03d}Z": number for number in range(1000)}


# A history of ten years has fewer days.
@lru_cache(maxsize=4096)
def _day_of(text: str) -> Instant | None:
    """The instant at which the day `2026-09-01` begins in UTC, or None for no such date."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return parse_instant(f"{text}T00:00:00.000Z")
    except ValueError:
        return None


def _fill_recorded_at(record: dict[str, Any], instants: dict[str, Instant]) -> None:
    if "recorded_at" not in instants and "occurred_at" in instants:
        instants["recorded_at"] = instants["occurred_at"]
        record["recorded_at"] = record["occurred_at"]


def _no_instant(name: str, value: object) -> WireError:
    return WireError(
        f"{name} must be an RFC 3339 instant with an offset, as {EXAMPLE}: {fault_of_value(value)}",
        name,
    )


def _too_early(name: str) -> WireError:
    return WireError(
        f"{name} lies before 1990-01-01T00:00:00.000Z, as placeholders do (year 1, 1970, seconds "
        "read as milliseconds); send the real instant, or leave an optional one out",
        name,
    )


def to_event(kind: EventType, record: dict[str, Any], instants: dict[str, Instant]) -> Event:
    """Build the event. `record` is cleaned (`canonical.without_blanks`).

    Raises WireError for the first field at fault, by the order of the event's fields.
    """
    try:
        event = msgspec.convert(record | instants, EVENT_CLASSES[kind])
    except (msgspec.ValidationError, OverflowError, RecursionError):
        raise _fault(kind, record) from None
    if (
        isinstance(event, ConsentChange)
        and event.action is ConsentAction.GRANTED
        and len(event.purposes) != 1
    ):
        raise WireError(
            "purposes must hold exactly one purpose when action is GRANTED; "
            "send a grant for each purpose",
            "purposes",
        )
    return event


def check_text(name: str, text: str) -> None:
    """Length and form of a text that no vocabulary closes. Raises WireError.

    Ids are written in one way only, and open vocabularies hold no misspelt symbol.
    """
    if not 0 < len(text) <= MAX_TEXT:
        raise WireError(
            f"{name} must have 1 to {MAX_TEXT} characters; leave the field out "
            "where there is nothing to say",
            name,
        )
    if name in ID_FIELDS:
        fault = id_fault(text)
        if fault is not None:
            raise WireError(f"{name} {fault}", name)
        if name == "subject_id":
            check_subject(text)
    elif name in REFUSED_WHERE_MISSPELT:
        symbol = meant(name, text)
        if symbol is not None:
            raise WireError(f"{name} is a misspelt symbol; write {symbol}", name)


def check_subject(subject_id: str) -> None:
    """Refuse what stands for nobody, as `null` (docs/adr/0220). Raises WireError."""
    if means_nobody(subject_id):
        raise WireError(
            "subject_id is a placeholder for nobody, under which many people would be one; send "
            "the keyed pseudonym of the person, and nothing where there is none",
            "subject_id",
        )


def _fault(kind: EventType, record: Mapping[str, Any]) -> WireError:
    """What is wrong, found by trying field by field: msgspec's own words hold values."""
    for field in FIELDS[kind].all:
        member = record.get(field.name)
        if member is None:
            if field.required:
                return WireError(f"{field.name} is missing; it must be {field.allowed}", field.name)
            continue
        if field.name in INSTANT_FIELDS:
            continue
        try:
            msgspec.convert(member, field.type)
        except (msgspec.ValidationError, OverflowError, RecursionError):
            return WireError(f"{field.name} must be {field.allowed}", field.name)
    return WireError("the record has not the shape of its event type")
