"""What reading inputs gives: records, records that are refused, and what was not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from streams.wire.decode import MAX_BYTES

MAX_RECORD: Final = MAX_BYTES
"""Bytes of the longest record that is held in memory; longer ones are no events."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """A record as it stands in an input: file, line, bytes.

    In an Avro file and a JSON array its number stands for the line.
    """

    file: str
    number: int
    value: bytes


class Lines(msgspec.Struct, frozen=True, gc=False):
    """Records of a block of one Avro file whose schema is one of ours, at least one.

    They stand one after the other in `block` from `start` on, up to each of `ends`. `header` is
    what goes before a record that stands alone; `first` is the number of the first.
    """

    file: str
    first: int
    header: bytes
    block: bytes
    start: int
    ends: list[int]

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def last(self) -> int:
        """The number of the last record."""
        return self.first + len(self.ends) - 1

    def line(self, place: int) -> Line:
        """One of them, by its place from 0 on."""
        start = self.ends[place - 1] if place else self.start
        value = self.header + self.block[start : self.ends[place]]
        return Line(self.file, self.first + place, value)


class Damaged(msgspec.Struct, frozen=True, gc=False):
    """One record that cannot be used, and why; never a value of it."""

    file: str
    number: int
    reason: str


class Unread(msgspec.Struct, frozen=True, gc=False):
    """A file that was not read, or not from that record on: nobody knows what it holds.

    `number` 0: nothing of it was read.
    """

    file: str
    number: int
    reason: str


Found = Line | Damaged | Unread
Pieces = Line | Lines | Damaged | Unread
"""The same, where records that stand together may come together."""

Advance = Callable[[int], None]
"""Receives how many bytes of the inputs were read since the last call."""


def shown_name(name: str) -> str:
    """The name of a file as it can be written anywhere, whatever bytes it has."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def one_by_one(pieces: Iterable[Pieces]) -> Iterator[Found]:
    """Every record by itself."""
    for piece in pieces:
        if isinstance(piece, Lines):
            yield from map(piece.line, range(len(piece)))
        else:
            yield piece
