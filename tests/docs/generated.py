"""Parts of a page that a program writes, each between two comments that name it."""

from __future__ import annotations

import re
from collections.abc import Mapping


def marks(name: str, maker: str) -> tuple[str, str]:
    """The two lines that a part stands between; `maker` is the module that writes it."""
    return f"<!-- {name}: made by python -m {maker} -->", f"<!-- end of {name} -->"


def with_parts(text: str, parts: Mapping[str, str], *, page: str, maker: str) -> str:
    """The text of a page with its generated parts as the program makes them now.

    Raises ValueError, with the page and the two lines, for a part without a place, or with
    two.
    """
    for name, part in parts.items():
        begin, end = marks(name, maker)
        between = re.compile(rf"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
        text, count = between.subn(lambda _, part=part: part, text)  # type: ignore[misc]  # bound now
        if count != 1:
            place = "no place" if count == 0 else f"{count} places"
            raise ValueError(
                f"{page} has {place} for “{name}”. It stands once, between these two lines:\n"
                f"{begin}\n{end}"
            )
    return text
