"""Which Avro types hold what a field of an event says, and how it is read.

The name of a field says what it must hold; its schema says what the file has. Where the
two do not go together the file is refused, with the field and why: a local time read as
UTC, or seconds as milliseconds, would be judged without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any, Final

from streams.core.events import INSTANT_FIELDS
from streams.core.instants import EARLIEST, LATEST, Instant, format_instant
from streams.core.vocabulary import EventType
from streams.wire.field_specs import FIELDS

_KINDS: Final = {kind.value.replace("-", ""): kind.value for kind in EventType}
"""Event types by the name of a record, in small letters and without its marks."""

_MILLIS: Final = "timestamp-millis"
PER_MILLI: Final = {_MILLIS: 1, "timestamp-micros": 1_000, "timestamp-nanos": 1_000_000}
_TEXTS: Final = ("string", "enum")

_SHAPES: Final = {shape.name: shape for kind in EventType for shape in FIELDS[kind].all}
_NAMES: Final = frozenset(_SHAPES) | {"event_type"}


class UnreadableError(Exception):
    """The file, or one record of it, cannot be read without guessing; the text says why."""


def event_type_of(schema: Mapping[str, Any]) -> str | None:
    """The event type that a record's name, or another name that it had, stands for."""
    for name in (schema.get("name", ""), *schema.get("aliases", ())):
        plain = str(name).rpartition(".")[2].replace("_", "").lower()
        if plain in _KINDS:
            return _KINDS[plain]
    return None


class Fields:
    """The fields of one record schema of a file: by what name, and how each is read."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Raises UnreadableError for a field that would be misread."""
        self._event_type = event_type_of(schema)
        self._readers: dict[str, tuple[str, Callable[[str, Any], Any]]] = {}
        self.in_millis = True
        """Whether every instant is in milliseconds, as the schemas of this package have it."""
        own = {field["name"] for field in schema["fields"]}
        taken: set[str] = set()
        for field in schema["fields"]:
            name = _name_of(field, own)
            if name in taken:
                raise UnreadableError(f"two fields stand for {name}")
            taken.add(name)
            self._readers[field["name"]] = name, _reader(name, field["type"])
            if name in INSTANT_FIELDS:
                self.in_millis &= _millis_only(field["type"])

    def plain(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record as JSON holds it. Raises UnreadableError for a value that none can be."""
        plain = {}
        for own, value in record.items():
            name, read = self._readers[own]
            plain[name] = None if value is None else read(name, value)
        if self._event_type is not None and plain.get("event_type") is None:
            plain["event_type"] = self._event_type
        return plain


def _name_of(field: Mapping[str, Any], own: set[str]) -> str:
    """The field's name, or the one of an event that the schema gives as its other name."""
    name = str(field["name"])
    if name in _NAMES:
        return name
    others = [other for other in field.get("aliases", ()) if other in _NAMES and other not in own]
    return str(others[0]) if len(others) == 1 else name


def _reader(name: str, schema: Any) -> Callable[[str, Any], Any]:
    if name not in _NAMES:
        return _anything
    branches = [branch for branch in _branches(schema) if branch != "null"]
    if name in INSTANT_FIELDS:
        return _instant_reader(name, branches)
    shape = _SHAPES.get(name)
    allowed: tuple[str, ...]
    if shape is not None and shape.is_list:
        allowed, what = ("array",), "a list of texts"
    elif shape is not None and shape.type is bool:
        allowed, what = ("boolean",), "true or false"
    else:
        allowed, what = _TEXTS, "a text"
    _check(name, branches, allowed, what)
    if allowed == ("array",):
        items = [
            inner for one in branches if _kind(one) == "array" for inner in _branches(one["items"])
        ]
        _check(name, [one for one in items if one != "null"], _TEXTS, what)
    return _known


def _check(name: str, branches: list[Any], allowed: tuple[str, ...], what: str) -> None:
    if branches and not any(_kind(one) in allowed for one in branches):
        held = " or ".join(dict.fromkeys(_described(one) for one in branches))
        raise UnreadableError(f"the field {name} must hold {what}, and its type is {held}")


def _instant_reader(name: str, branches: list[Any]) -> Callable[[str, Any], Any]:
    """Integers with a unit, or RFC 3339 texts."""
    divisor = None
    for branch in branches:
        kind = _kind(branch)
        if kind == "string":
            continue
        logical = branch.get("logicalType") if isinstance(branch, dict) else None
        zoned = not isinstance(branch, dict) or branch.get("adjust-to-utc") is not False
        if kind == "long" and logical in PER_MILLI and zoned:
            divisor = PER_MILLI[logical]
            continue
        raise UnreadableError(f"the field {name} must hold an instant, and {_no_instant(branch)}")

    def read(name: str, value: Any) -> Any:
        if type(value) is int and divisor is not None:
            millis = value // divisor
            if not EARLIEST <= millis <= LATEST:
                raise UnreadableError(f"{name} lies outside the years 1 to 9999")
            return format_instant(Instant(millis))
        return _known(name, value)

    return read


def _millis_only(schema: Any) -> bool:
    return all(
        branch == "null" or (isinstance(branch, dict) and branch.get("logicalType") == _MILLIS)
        for branch in _branches(schema)
    )


def _no_instant(branch: Any) -> str:
    described = _described(branch)
    if "local" in described or (isinstance(branch, dict) and "adjust-to-utc" in branch):
        return f"{described} is a local time, which names no instant; write timestamp-millis in UTC"
    if described in ("long", "int"):
        return f"a plain {described} has no unit; give it the logical type timestamp-millis"
    return f"its type is {described}; write timestamp-millis in UTC, or an RFC 3339 text"


def _branches(schema: Any) -> Iterator[Any]:
    for branch in schema if isinstance(schema, list) else [schema]:
        wrapped = branch.get("type") if isinstance(branch, dict) else None
        if isinstance(wrapped, dict | list):
            yield from _branches(wrapped)
        else:
            yield branch


def _kind(branch: Any) -> str:
    return str(branch["type"] if isinstance(branch, dict) else branch)


def _described(branch: Any) -> str:
    logical = branch.get("logicalType") if isinstance(branch, dict) else None
    text = _kind(branch) if not isinstance(logical, str) else f"{_kind(branch)} ({logical})"
    # Names of types and of logical types are the file's own.
    return "".join(mark if mark.isalnum() or mark in " .-_()" else "?" for mark in text[:80])


def _known(name: str, value: Any) -> Any:
    """A value of an event's field, which the decoder looks at; bytes are none."""
    if isinstance(value, bytes) or (
        isinstance(value, list) and any(isinstance(one, bytes) for one in value)
    ):
        raise UnreadableError(f"{name} holds bytes, and they are no text")
    if isinstance(value, float) and not isfinite(value):
        # JSON has none of them, and null in its place would be a field that is absent.
        raise UnreadableError(f"{name} holds a number, and it is none")
    return value


def _anything(name: str, value: Any) -> Any:
    """What no event has, so that it is looked through for personal data and hashed."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, tuple):  # of a union: the name of the record, and the record
        return _anything(name, value[1])
    if isinstance(value, dict):
        return {key: _anything(name, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_anything(name, one) for one in value]
    return value
