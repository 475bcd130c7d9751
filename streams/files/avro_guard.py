"""What an Avro record takes, before it is read: how many bytes, values and levels.

A few bytes can stand for millions of values (a list of nulls takes none each) and for any
depth, and the reader makes all of them. Whatever goes beyond the limits is refused unread.
"""

from __future__ import annotations

from typing import Any, Final

from streams.files.records import MAX_RECORD

MAX_VALUES: Final = 100_000
"""Values of one record, each null and each element of a list counted."""

MAX_LEVELS: Final = 16
"""Records, lists and unions within each other; as deep as JSON is read."""

_SIZES: Final = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_NAMED: Final = ("record", "error", "enum", "fixed")


class TooMuchError(Exception):
    """The record is larger than any event; where it ends is not known."""


class CutShortError(Exception):
    """The bytes end within the record, or are none of its schema."""


class Measure:
    """Finds where the records of one schema end."""

    def __init__(self, schema: Any) -> None:
        """Raises ValueError, or what else comes of a schema that is none."""
        self._named: dict[str, Any] = {}
        self._schema = schema
        self._collect(schema)
        self._left = 0

    def end_of(self, value: bytes, at: int) -> int:
        """The offset after the record that begins at `at`.

        Raises TooMuchError and CutShortError.
        """
        self._left = MAX_VALUES
        try:
            end = self._end(self._schema, value, at, 0)
        except (IndexError, KeyError, TypeError):
            raise CutShortError from None
        if end > len(value):
            raise CutShortError
        if end - at > MAX_RECORD:
            raise TooMuchError(f"a record is longer than {MAX_RECORD} bytes")
        return end

    def _collect(self, schema: Any) -> None:
        """The named types, by the full names that the parsed schema gives them."""
        if isinstance(schema, list):
            for branch in schema:
                self._collect(branch)
        elif isinstance(schema, dict):
            kind = schema["type"]
            if kind in _NAMED:
                self._named[schema["name"]] = schema
            if kind == "fixed" and not (type(schema["size"]) is int and schema["size"] >= 0):
                raise ValueError("the size of a fixed is none")
            for field in schema.get("fields", ()):
                self._collect(field["type"])
            for inner in ("items", "values"):
                if inner in schema:
                    self._collect(schema[inner])
            if isinstance(kind, dict | list):
                self._collect(kind)

    def _end(self, schema: Any, value: bytes, at: int, level: int) -> int:  # noqa: C901 - one step for each type of Avro
        self._left -= 1
        if self._left < 0:
            raise TooMuchError(f"a record holds more than {MAX_VALUES} values")
        if level > MAX_LEVELS:
            raise TooMuchError(f"a record is nested deeper than {MAX_LEVELS} levels")
        if isinstance(schema, list):
            number, at = _long(value, at)
            return self._end(schema[_index(number)], value, at, level + 1)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if isinstance(kind, dict | list):
            return self._end(kind, value, at, level)
        if kind in _SIZES:
            return at + _SIZES[kind]
        if kind in ("int", "long", "enum"):
            return _long(value, at)[1]
        if kind in ("string", "bytes"):
            size, at = _long(value, at)
            return at + _index(size)
        if kind == "fixed":
            return at + int(schema["size"])
        if kind in ("record", "error"):
            for field in schema["fields"]:
                at = self._end(field["type"], value, at, level + 1)
            return at
        if kind in ("array", "map"):
            return self._end_of_blocks(schema, value, at, level)
        return self._end(self._named[kind], value, at, level)

    def _end_of_blocks(self, schema: Any, value: bytes, at: int, level: int) -> int:
        is_map = schema["type"] == "map"
        while True:
            count, at = _long(value, at)
            if count == 0:
                return at
            if count < 0:
                count = -count
                _, at = _long(value, at)  # the size, which a reader does not rely on
            if count > self._left:
                raise TooMuchError(f"a record holds more than {MAX_VALUES} values")
            for _ in range(count):
                if is_map:
                    at = self._end("string", value, at, level + 1)
                at = self._end(schema["values" if is_map else "items"], value, at, level + 1)


def _index(number: int) -> int:
    if number < 0:
        raise CutShortError
    return number


def _long(value: bytes, at: int) -> tuple[int, int]:
    byte = value[at]
    at += 1
    number = byte & 0x7F
    shift = 7
    while byte > 0x7F:
        if shift > 63:
            raise CutShortError
        byte = value[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
    return (number >> 1) ^ -(number & 1), at
