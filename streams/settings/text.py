"""The text of a file that people write, whatever stands under its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from streams.errors import ConsentryError

MAX_BYTES: Final = 67_108_864
"""Bytes that are read; a register of a hundred thousand entries has some ten million."""


def read_text(path: Path) -> str:
    """Read a file as UTF-8.

    Raises OSError, also for one that is too long or has a name that none has, and
    UnicodeDecodeError.
    """
    if "\0" in str(path):
        raise OSError(None, "its name holds a zero character")
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(None, f"it is longer than {MAX_BYTES} bytes")
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def text_fault(error: OSError | UnicodeDecodeError) -> str:
    """Why `read_text` gave nothing, in words."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    line = error.object.count(b"\n", 0, error.start) + 1
    return f"line {line} is not UTF-8"


def text_of(path: Path, name: str, remedy: str) -> str:
    """As `read_text`; raises ConsentryError, in which `name` stands for the file."""
    try:
        return read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConsentryError(f"{name} cannot be read: {text_fault(error)}", remedy) from None
