"""A TOML text as a document, and where it is none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any, Final

from streams.errors import ConsentryError

_AT_LINE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)")
_MAX_DEPTH: Final = 64
"""Values within each other. `a.a.a...` makes more than Python can show."""
_MAX_BITS: Final = 64
"""Of an integer, as TOML has them; a hexadecimal one may be too long to be shown."""


class NotTomlError(ValueError):
    """A text is no TOML, or none that can be read."""

    def __init__(self, problem: str, line: str | None = None) -> None:
        super().__init__(problem)
        self._line = line

    def of(self, name: str) -> str:
        """What is wrong with the file that `name` stands for, and where."""
        return f"{name}:{self._line} {self}" if self._line else f"{name} {self}"


def parse(text: str) -> dict[str, Any]:
    """The tables of a text. Raises NotTomlError, never anything else."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        problem = f"is not TOML: {_AT_LINE.sub('', str(error))}"
        raise NotTomlError(problem, line[1] if line else None) from None
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not can_be_shown(document):
        raise _unreadable()
    return document


def read_document(text: str, name: str, remedy: str) -> dict[str, Any]:
    """The tables of a text; `name` stands for its file. Raises ConsentryError with the line."""
    try:
        return parse(text)
    except NotTomlError as error:
        raise ConsentryError(error.of(name), remedy) from None


def can_be_shown(document: object) -> bool:
    """Whether an error can quote any part of it: no value stands too deep, no number is too long.

    Walks without recursion, so that no depth can exhaust the stack.
    """
    level = [document]
    for _ in range(_MAX_DEPTH):
        if any(isinstance(one, int) and one.bit_length() > _MAX_BITS for one in level):
            return False
        level = [part for one in level for part in _parts(one)]
        if not level:
            return True
    return False


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unreadable() -> NotTomlError:
    return NotTomlError(
        "is no TOML that can be read: a number is too long, or values stand too deep within each "
        "other"
    )
