"""Events as bytes from files, folders and standard input.

JSON lines or Avro object container files, plain or gzipped, told apart by their first
bytes and not by their names. What cannot be read is handed on as `Damaged`, so that the
rest is judged.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import msgspec

from streams.errors import ConsentryError
from streams.offline.containers import CONTAINER_MAGIC, container_records

STDIN: Final = "-"
SUFFIXES: Final = (".jsonl", ".ndjson", ".json", ".avro")
"""What is read of a folder; each also with `.gz` behind it. Of `.json` files only those
whose first line is a whole object: others are documents, not lines."""

MAX_LINE: Final = 4_194_304
"""Bytes of the longest line that is held in memory; an event has some five hundred."""

GZIP_MAGIC: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_TELL_EVERY: Final = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A record as it stands in an input: file, line (or number in an Avro file), bytes."""

    file: str
    number: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """What could not be read at all, and why; never a value of it."""

    file: str
    number: int
    reason: str


Advance = Callable[[int], None]
"""Told how many bytes of the inputs were read since the last call."""


def find_inputs(names: Sequence[str]) -> list[str]:
    """The files that inputs stand for: folders are searched, `-` is standard input.

    Raises ConsentryError for a name that is nothing, and for a folder without events.
    """
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name == STDIN or path.is_file() or path.is_fifo():
            found.append(name)
        elif path.is_dir():
            inside = [str(file) for file in sorted(path.rglob("*")) if _is_event_file(file, path)]
            if not inside:
                raise ConsentryError(
                    f"the folder {name} holds no event files",
                    f"Files that end in {', '.join(SUFFIXES)} are read, also with .gz.",
                )
            found.extend(inside)
        else:
            raise ConsentryError(
                f"there is no file or folder {name}", "Correct the name, or use - for stdin."
            )
    return list(dict.fromkeys(found))


def size_of(files: Sequence[str]) -> int:
    """Bytes of all files together; standard input has no size."""
    return sum(Path(file).stat().st_size for file in files if file != STDIN)


def read_events(files: Sequence[str], advance: Advance | None = None) -> Iterator[Line | Damaged]:
    """Every record of every file, in their order.

    Raises ConsentryError for a file that cannot be opened.
    """
    for file in files:
        if file == STDIN:
            yield from _read_stream("stdin", sys.stdin.buffer)
            continue
        try:
            raw = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening may fail here
        except OSError as error:
            raise ConsentryError(
                f"{file} cannot be read: {error.strerror}", "Make it readable, or leave it out."
            ) from None
        with raw:
            yield from _telling(_read_stream(file, raw), raw, advance)


def _is_event_file(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    name = file.name.removesuffix(".gz")
    if hidden or not name.endswith(SUFFIXES) or not file.is_file():
        return False
    return not name.endswith(".json") or _begins_with_object(file)


def _begins_with_object(file: Path) -> bool:
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
        with gzip.open(file) if packed else file.open("rb") as content:
            line = content.readline(MAX_LINE).removeprefix(_BOM)
        return isinstance(msgspec.json.decode(line), dict)
    except (OSError, EOFError, zlib.error, msgspec.DecodeError):
        return False


def _telling(
    records: Iterator[Line | Damaged], raw: BinaryIO, advance: Advance | None
) -> Iterator[Line | Damaged]:
    told = 0
    for count, record in enumerate(records):
        if advance is not None and count % _TELL_EVERY == 0:
            advance(raw.tell() - told)
            told = raw.tell()
        yield record
    if advance is not None:
        advance(raw.tell() - told)


def _read_stream(file: str, raw: BinaryIO) -> Iterator[Line | Damaged]:
    """Unpack and split; a stream that breaks off ends with what was damaged."""
    stream = _peekable(raw)
    if stream.peek(2)[:2] == GZIP_MAGIC:
        stream = io.BufferedReader(gzip.GzipFile(fileobj=stream))
    number = 0
    try:
        if stream.peek(4)[:4] == CONTAINER_MAGIC:
            for number, value in container_records(stream):
                if isinstance(value, str):
                    yield Damaged(file, number, value)
                else:
                    yield Line(file, number, value)
            return
        for record in _lines(file, stream):
            number = record.number
            yield record
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Damaged(file, number + 1, "the gzip data are cut short or damaged from here on")
    except OSError as error:
        yield Damaged(file, number + 1, f"cannot be read from here on: {error.strerror}")


def _peekable(raw: BinaryIO) -> io.BufferedReader:
    return raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast("Any", raw))


def _lines(file: str, stream: io.BufferedReader) -> Iterator[Line | Damaged]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
            if line.lstrip().startswith(b"["):
                yield Damaged(
                    file,
                    1,
                    "the file is one JSON array; write one event a line instead, for example "
                    "with: jq -c '.[]'",
                )
                return
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield Damaged(file, number, f"the line is longer than {MAX_LINE} bytes")
            continue
        if value := line.strip():
            yield Line(file, number, value)
