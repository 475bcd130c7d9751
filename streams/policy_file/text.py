"""The text of a policy file or a register, whatever stands under its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

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
