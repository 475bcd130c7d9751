"""A record with a long list of texts, in Avro.

fastavro writes each text of a list by itself. A duty that names a hundred shares took twice as
long to write as one that names ten, so such a list is written here, and what stands before and
after it by fastavro.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from fastavro import schemaless_writer

from streams.wire.schemas import Schema


class RecordWithTexts:
    """Writes the body of records of a schema that has an array of strings."""

    def __init__(self, schema: Schema, field: str) -> None:
        """Raises ValueError where the schema has no such field."""
        fields = schema.parsed["fields"]
        names = [one["name"] for one in fields]
        if field not in names:
            raise ValueError(f"{field} is no field of the schema")
        place = names.index(field)
        if fields[place]["type"] != {"type": "array", "items": "string"}:
            raise ValueError(f"{field} is no array of strings")
        self._field = field
        self._before = schema.parsed | {"fields": fields[:place]}
        self._after = schema.parsed | {"fields": fields[place + 1 :]}

    def write(self, body: BytesIO, record: dict[str, Any]) -> None:
        """Write a plain record behind what the body holds."""
        schemaless_writer(body, self._before, record)
        body.write(array_of(record[self._field]))
        schemaless_writer(body, self._after, record)


def array_of(texts: Sequence[str]) -> bytes:
    """An Avro array of strings, in one block."""
    if not texts:
        return b"\0"
    if len(texts) >= _JOINED_FROM:
        lengths = set(map(len, texts))
        if len(lengths) == 1 and max(lengths) < _IN_ONE_BYTE:
            # As ids of one producer are; such a length takes one byte, an ASCII character.
            length = chr(2 * lengths.pop())
            joined = length + length.join(texts)
            if joined.isascii():
                return long_of(len(texts)) + joined.encode() + b"\0"
    return long_of(len(texts)) + b"".join([text_of(text) for text in texts]) + b"\0"


def text_of(text: str) -> bytes:
    """An Avro string."""
    encoded = text.encode()
    size = len(encoded)
    return (_SHORT[size] if size < _IN_ONE_BYTE else long_of(size)) + encoded


def long_of(number: int, *, odd: bool = False) -> bytes:
    """A long that is not negative, in Avro's variable-length zig-zag encoding; `odd`: -number - 1."""
    rest, out = number << 1 | odd, bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


_IN_ONE_BYTE: Final = 64
"""A length below it takes one byte."""

_JOINED_FROM: Final = 8
"""Of fewer texts it takes longer to see that they are alike."""

_SHORT: Final = [long_of(size) for size in range(_IN_ONE_BYTE)]
