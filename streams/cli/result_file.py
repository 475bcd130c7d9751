"""Where a command writes its result: a file, or standard output.

A result holds pseudonyms of persons, so the file is its owner's only, and it is there whole
or not at all: it is written beside and takes the name once it is complete.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from streams.errors import ConsentryError
from streams.terminal.out import watch_output

WRITTEN_AT_ONCE: Final = 1_048_576
"""Bytes; a report has a thousand and more of a finding."""


@contextmanager
def open_output(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file for writing, or standard output for None and `-`.

    A file appears, or is replaced, when the block ends without an error. A link is followed;
    a pipe or device is written to as it stands. Raises ConsentryError where the file cannot
    be written.
    """
    if path is None or str(path) == "-":
        with watch_output():
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    try:
        if _is_special(path):
            with path.open("wb") as file:
                yield file
            return
        with _replacing(Path(os.path.realpath(path))) as file:
            yield file
    except OSError as error:
        raise _refused(path, error.strerror) from None


def require_writable(path: Path | None) -> None:
    """Raise ConsentryError before any work where the result could not be written."""
    if path is None or str(path) == "-":
        return
    folder = Path(os.path.realpath(path)).parent
    if path.is_dir():
        raise _refused(path, "it is a folder")
    if not _is_special(path) and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise _refused(path, f"the folder {folder} is missing or not writable")


def refuse_overwriting(path: Path | None, source: Path) -> None:
    """Raise ConsentryError where the result would be written over what it is made of."""
    if path is None or str(path) == "-":
        return
    with suppress(OSError):  # one of the two is not there
        if path.samefile(source):
            raise ConsentryError(
                f"the result would be written over the input {source}", "Choose another --output."
            )


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if path.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    # Made with mode 0600; hidden, so that no search of the folder takes it for an input.
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb", WRITTEN_AT_ONCE) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _refused(path: Path, why: str | None) -> ConsentryError:
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return ConsentryError(f"{name} cannot be written: {why}", "Choose another --output.")
