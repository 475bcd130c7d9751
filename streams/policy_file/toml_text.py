"""A TOML text as a document, and where it is none."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from streams.errors import ConsentryError

_AT_LINE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)")


def read_document(text: str, name: str, remedy: str) -> dict[str, Any]:
    """The tables of a text; `name` stands for its file. Raises ConsentryError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        where = f"{name}:{line[1]}" if line else name
        problem = _AT_LINE.sub("", str(error))
        raise ConsentryError(f"{where} is not TOML: {problem}", remedy) from None
    except (ValueError, RecursionError):
        raise ConsentryError(
            f"{name} is no TOML that can be read: a number is too long, or values stand too deep "
            "within each other",
            remedy,
        ) from None
