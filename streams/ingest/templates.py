"""Texts with values of the record in them: `ot:{root.receiptId}:{item.Id}`.

Each value is a text or a whole number; one that is absent makes the whole absent, unless
its path ends in `?`: then nothing stands in its place. `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from streams.ingest.outcomes import reject
from streams.ingest.paths import SourcePath, parse_path, type_name, word_of

_HOLE: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Template:
    """A text in pieces: constants, and the paths between them."""

    text: str
    pieces: tuple[str | tuple[SourcePath, bool], ...]

    @property
    def paths(self) -> tuple[SourcePath, ...]:
        """The paths in it."""
        return tuple(piece[0] for piece in self.pieces if not isinstance(piece, str))


def hole_text(value: Any, path: str) -> str:
    """The text of a value that is there. Rejects, by Stopped, what is none."""
    word = value if type(value) is str else word_of(value)
    if word is None:
        reject(f"{path} is {type_name(value)}, and no text or whole number", path)
    return word


def is_template(text: str) -> bool:
    """Whether braces stand in a text: it holds values of the record, or means to."""
    return "{" in text or "}" in text


def parse_template(text: str) -> Template:
    """Read a template. Raises ValueError with what is allowed."""
    pieces: list[str | tuple[SourcePath, bool]] = []
    at = 0
    constant = ""
    for hole in _HOLE.finditer(text):
        constant += text[at : hole.start()]
        at = hole.end()
        if hole[0] in {"{{", "}}"}:
            constant += hole[0][0]
            continue
        if hole[1] is None:
            raise ValueError("a brace stands alone: write {path}, or {{ and }} for braces")
        optional = hole[1].endswith("?")
        if constant:
            pieces.append(constant)
        pieces.append((parse_path(hole[1].removesuffix("?")), optional))
        constant = ""
    constant += text[at:]
    if constant:
        pieces.append(constant)
    return Template(text, tuple(pieces))
