"""Events as bytes from files and standard input.

JSON text or Avro object container files, plain or packed, distinguished by their first bytes
and not by their names. What cannot be read is handed on as `Damaged` (one record) or
`Unread` (nobody knows how many), so that the rest is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, cast

from streams.files.containers import CONTAINER_MAGIC, container_records
from streams.files.formats import foreign_format
from streams.files.json_text import text_records
from streams.files.records import (
    Advance,
    Damaged,
    Found,
    Line,
    Lines,
    Pieces,
    Unread,
    one_by_one,
    shown_name,
)
from streams.files.unpack import (
    UNPACKING_ERRORS,
    DamagedError,
    NotInstalledError,
    damaged,
    unpacked,
)

__all__ = ["STDIN", "Advance", "Damaged", "Found", "Line", "Unread", "read_events", "size_of"]

STDIN: Final = "-"
_ADVANCE_EVERY: Final = 500


def size_of(files: Sequence[str]) -> int:
    """Bytes of all files together; standard input has no size."""
    return sum(Path(file).stat().st_size for file in files if file != STDIN and Path(file).exists())


def read_events(files: Sequence[str], advance: Advance | None = None) -> Iterator[Found]:
    """Every record of every file, in their order; what cannot be opened is unread."""
    return one_by_one(read_pieces(files, advance))


def read_pieces(files: Sequence[str], advance: Advance | None = None) -> Iterator[Pieces]:
    """The same, with records together that stand together where that is quicker."""
    for file in files:
        if file == STDIN and sys.stdin is None:
            yield Unread("stdin", 0, "standard input is closed")
            continue
        if file == STDIN:
            yield from _read_stream("stdin", cast("BinaryIO", sys.stdin.buffer))
            continue
        name = shown_name(file)
        try:
            raw = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening may fail here
        except OSError as error:
            yield Unread(name, 0, f"it cannot be opened: {error.strerror}")
            continue
        with raw:
            yield from _advancing(_read_stream(name, raw), raw, advance)


def _advancing(
    pieces: Iterator[Pieces], raw: BinaryIO, advance: Advance | None
) -> Iterator[Pieces]:
    if advance is None or not raw.seekable():
        yield from pieces
        return
    reported = count = 0
    for piece in pieces:
        if count >= _ADVANCE_EVERY or not reported:
            count = 0
            advance(raw.tell() - reported)
            reported = raw.tell()
        count += len(piece) if isinstance(piece, Lines) else 1
        yield piece
    advance(raw.tell() - reported)


def _read_stream(file: str, raw: BinaryIO) -> Iterator[Pieces]:
    """Unpack and split; a stream that breaks off ends with what was not read."""
    number = 0
    packing = None
    try:
        stream, first, packing = unpacked(raw)
        if first.startswith(CONTAINER_MAGIC):
            pieces: Iterator[Pieces] = container_records(file, stream)
        elif (foreign := foreign_format(first)) is not None:
            yield Unread(file, 0, foreign)
            return
        else:
            pieces = text_records(file, stream)
        for piece in pieces:
            number = piece.last if isinstance(piece, Lines) else piece.number
            yield piece
    except (NotInstalledError, DamagedError) as error:
        yield Unread(file, 0, str(error))
    except UNPACKING_ERRORS as error:
        yield Unread(file, number and number + 1, damaged(packing, error))
    except OSError as error:
        reason = f"reading failed: {error.strerror}" if error.errno else damaged(packing, error)
        yield Unread(file, number and number + 1, reason)


def _damaged(packing: str | None) -> str:
    return f"the {packing or 'packed'} data are cut short or damaged"
