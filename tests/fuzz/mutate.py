"""Inputs changed at random: bits, bytes, lengths, pieces of others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 4096
_EDGES: Final = (0x00, 0x01, 0x02, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF)
_PIECES: Final = (
    b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x80\x80\x80\x00",
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x90\x03", b"\x92\x03", b"\x01", b"\x02", b"jan@a.nl",
    b"0612345678", b"1980-02-03", b"\xc3\xa9", b"\xed\xa0\x80", b"p1-" + b"0f" * 20, b"x" * 201,
)  # fmt: skip


def changed(data: bytes, corpus: Sequence[bytes], draw: random.Random) -> bytes:
    """An input with one to eight changes."""
    value = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4, 8))):
        _change(value, corpus, draw)
    return bytes(value[:LONGEST])


def _change(value: bytearray, corpus: Sequence[bytes], draw: random.Random) -> None:
    at = draw.randrange(len(value) + 1)
    match draw.randrange(8):
        case 0 if value:
            value[at % len(value)] ^= 1 << draw.randrange(8)
        case 1 if value:
            value[at % len(value)] = draw.choice(_EDGES)
        case 2 if value:
            value[at % len(value)] = draw.randrange(256)
        case 3:
            value[at:at] = draw.choice(_PIECES)
        case 4:
            del value[at : at + draw.choice((1, 2, 4, 16, 4096))]
        case 5:
            other = draw.choice(corpus)
            start = draw.randrange(len(other) + 1)
            value[at:] = other[start:]
        case 6:
            other = draw.choice(corpus)
            start = draw.randrange(len(other) + 1)
            value[at:at] = other[start : start + draw.randrange(64)]
        case _:
            # A number that is one larger or smaller: lengths and counts.
            place = slice(at, at + 1)
            value[place] = bytes(
                (one + draw.choice((1, 2, 254, 255))) % 256 for one in value[place]
            )
