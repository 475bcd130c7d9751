"""Personal values that a command is given: from files, standard input or a prompt, never arguments.

No text here quotes a value: an argument stays in the shell's history, and an error in a log.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from streams.errors import ConsentryError


def read_values(source: str) -> list[str]:
    """The lines of a file, or with - of standard input, without their ends.

    Raises ConsentryError, without naming `source`: it may be a value itself.
    """
    if source == "-":
        return _lines(sys.stdin.buffer.read())
    try:
        content = Path(source).read_bytes()
    except OSError:
        raise ConsentryError(
            "the file with the values cannot be read",
            "values are never arguments; put them in a file, one per line, or pipe them in",
        ) from None
    return _lines(content)


def asked_values(names: Sequence[str]) -> list[str]:
    """A value for each name, typed without being shown. Raises ConsentryError."""
    try:
        return [getpass.getpass(f"{name} (not shown): ", stream=sys.stderr) for name in names]
    except EOFError:
        raise ConsentryError(
            "no value was given", "Type it at the prompt, pipe it in, or name a --value-file."
        ) from None


def _lines(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConsentryError(
            "the values are not UTF-8 text", "save the file as UTF-8, one value per line"
        ) from None
    return text.removesuffix("\n").split("\n") if text else []
