"""A record without records in it, in Avro, written with a function for each of its fields.

fastavro looks at each value of a union, and at each name of a field, by itself: a finding took as
long to write as to find. Its last fields are the policy, the release and what these say of its
code in two languages; there are only so many of these, so they are written once and kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from streams.wire.avro_texts import array_of, long_of, text_of
from streams.wire.framing import AVRO_MARKER
from streams.wire.schemas import Schema

KEPT: Final = 1_024
"""Ends, of some 600 bytes each; a catalogue of 44 codes has fewer under one policy."""

Write = Callable[[Any], bytes]


class FlatRecord:
    """Writes objects by a schema whose fields from `end` on come again and again.

    A member of an enumeration counts as its text: each of ours is one.
    """

    def __init__(self, schema: Schema, end: str) -> None:
        """Raises ValueError where the schema has no such field, or one of another kind."""
        fields = schema.parsed["fields"]
        names = [one["name"] for one in fields]
        place = names.index(end)
        writers = [_writer(one["type"]) for one in fields]
        self._before: list[Write] = writers[:place]
        self._after: list[Write] = writers[place:]
        self._header = AVRO_MARKER + schema.fingerprint
        # A single name would give its value alone; no schema of ours has so few.
        self._first: Callable[[object], tuple[Any, ...]] = attrgetter(*names[:place])
        self._last: Callable[[object], tuple[Any, ...]] = attrgetter(*names[place:])
        self._end = lru_cache(KEPT)(self._written)

    def single_object(self, one: object) -> bytes:
        """An object with the fields as attributes, its lists as tuples, with the Avro header.

        Raises KeyError for an unknown symbol.
        """
        parts = [self._header]
        for write, value in zip(self._before, self._first(one), strict=True):
            parts.append(write(value))
        parts.append(self._end(self._last(one)))
        return b"".join(parts)

    def _written(self, values: tuple[Any, ...]) -> bytes:
        return b"".join([write(value) for write, value in zip(self._after, values, strict=True)])


def _writer(kind: Any) -> Write:
    """The function for values of a type."""
    match kind:
        case "string":
            return text_of
        case "boolean":
            return _truth
        case "int" | "long" | {"type": "long"}:
            return _number
        case {"type": "enum", "symbols": symbols}:
            return {symbol: long_of(place) for place, symbol in enumerate(symbols)}.__getitem__
        case {"type": "array", "items": "string"}:
            return array_of
        case {"type": "array", "items": items}:
            return _array(_writer(items))
        case ["null", other]:
            return _optional(_writer(other))
        case _:
            raise ValueError(f"no function writes the type {kind!r:.80}")


def _truth(value: bool) -> bytes:  # noqa: FBT001 - it is the value
    return b"\1" if value else b"\0"


def _number(value: int) -> bytes:
    # Zig-zag: numbers below zero stand between the others.
    return long_of(value) if value >= 0 else long_of(-value - 1, odd=True)


def _array(write: Write) -> Write:
    def some(values: Any) -> bytes:
        if not values:
            return b"\0"
        return long_of(len(values)) + b"".join([write(value) for value in values]) + b"\0"

    return some


def _optional(write: Write) -> Write:
    def either(value: Any) -> bytes:
        return b"\0" if value is None else b"\2" + write(value)

    return either
