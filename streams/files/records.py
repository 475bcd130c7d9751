"""What reading inputs gives: records, records that are refused, and what was not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from streams.wire.decode import MAX_BYTES

MAX_RECORD: Final = MAX_BYTES
"""Bytes of the longest record that is held in memory; longer ones are no events."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record as it stands in an input: file, line, bytes.

    In an Avro file and a JSON array its number stands for the line.
    """

    file: str
    number: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """One record that cannot be used, and why; never a value of it."""

    file: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was not read, or not from that record on: nobody knows what it holds.

    `number` 0: nothing of it was read.
    """

    file: str
    number: int
    reason: str


Found = Line | Damaged | Unread

Advance = Callable[[int], None]
"""Receives how many bytes of the inputs were read since the last call."""


def shown_name(name: str) -> str:
    """The name of a file as it can be written anywhere, whatever bytes it has."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
