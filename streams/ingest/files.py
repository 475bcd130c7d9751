"""Records in files: a line each, or a whole file for `.json`; with headers, as kcat prints them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.errors import ConsentryError

MAX_BYTES: Final = 1 << 30
_REMEDY: Final = "Give files with a record on each line, a .json file with one record, or -."


class FileRecord(msgspec.Struct, frozen=True):
    """The bytes of a record, its headers, and where it stands.

    One of a topic has its offset for a line. `decoded` is its value where a registry's schema
    wrote it, `fault` why it cannot be decoded.
    """

    file: str
    line: int
    value: bytes
    headers: dict[str, str]
    decoded: Any = None
    fault: str | None = None


def read_records(names: Sequence[str], *, kcat: bool = False) -> Iterator[FileRecord]:
    """The records of files in turn; `-` is standard input.

    With `kcat` each line is what `kcat -J` prints of a record: payload and headers. Raises
    ConsentryError for what cannot be read.
    """
    for name in names:
        content = _content(name)
        if Path(name).suffix.lower() == ".json" and not kcat:
            if content.strip():
                yield FileRecord(name, 1, content.strip(), {})
            continue
        for number, line in enumerate(content.split(b"\n"), start=1):
            value = line.strip(b"\r")
            if value.strip():
                yield (
                    _unwrapped(name, number, value) if kcat else FileRecord(name, number, value, {})
                )


def _content(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConsentryError(f"{name} cannot be read: {error.strerror}", _REMEDY) from None
    if len(content) > MAX_BYTES:
        raise ConsentryError(f"{name} is longer than {MAX_BYTES} bytes", "Give a part of it.")
    return content.removeprefix(b"\xef\xbb\xbf")


def _unwrapped(name: str, number: int, line: bytes) -> FileRecord:
    try:
        printed = json.loads(line)
        flat = printed.get("headers") or []
        headers = {str(k): str(v) for k, v in zip(flat[::2], flat[1::2], strict=True)}
        payload = printed["payload"]
        return FileRecord(name, number, (payload or "").encode(), headers)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        raise ConsentryError(
            f"{name}:{number} is no record as kcat -J prints it (payload and headers)", _REMEDY
        ) from None
