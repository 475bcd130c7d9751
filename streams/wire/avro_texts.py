"""Texts, lists of texts and numbers, in Avro.

fastavro writes each text of a list by itself. A duty that names a hundred shares took twice as
long to write as one that names ten, so such a list is joined here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final


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
    rest = number << 1 | odd
    if _SEVEN_FROM <= rest < _SEVEN_TO:
        # As instants are: each seven bits one byte higher, all but the last marked, at once.
        spread = (
            (rest & 0x7F)
            | (rest & 0x7F << 7) << 1
            | (rest & 0x7F << 14) << 2
            | (rest & 0x7F << 21) << 3
            | (rest & 0x7F << 28) << 4
            | (rest & 0x7F << 35) << 5
            | (rest & 0x7F << 42) << 6
            | 0x80_80_80_80_80_80
        )
        return spread.to_bytes(7, "little")
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


_SEVEN_FROM: Final = 1 << 42
_SEVEN_TO: Final = 1 << 49
"""What takes seven bytes."""

_IN_ONE_BYTE: Final = 64
"""A length below it takes one byte."""

_JOINED_FROM: Final = 8
"""Of fewer texts it takes longer to see that they are alike."""

_SHORT: Final = [long_of(size) for size in range(_IN_ONE_BYTE)]
