"""Texts with values of the record in them: `ot:{root.receiptId}:{item.Id}`.

Each value is a text or a whole number; one that is absent makes the whole absent, unless
its path ends in `?`: then nothing stands in its place. `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from streams.ingest.outcomes import reject
from streams.ingest.paths import DIGEST, Getter, Scope, SourcePath, parse_path, type_name, word_of

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

    def getter(self) -> Getter:
        """A function that fills it in; None where a value is absent."""
        form = "".join(
            piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in self.pieces
        )
        holes = tuple(
            (_getter(path), _text_of(path, optional=optional))
            for path, optional in (piece for piece in self.pieces if not isinstance(piece, str))
        )
        if len(holes) == 1:
            return _fill_one(form, *holes[0])
        if len(holes) == 2:
            plain = [path.member for path in self.paths]
            general = _fill_two(form, *holes)
            if plain[0] is None or plain[1] is None:
                return general
            return _fill_two_members(form, plain[0], plain[1], general)

        def fill(s: Scope) -> str | None:
            texts = tuple([text_of(get(s)) for get, text_of in holes])
            return None if None in texts else form % texts

        return fill


_TextOf = Callable[[Any], str | None]
_Hole = tuple[Getter, _TextOf]


def _fill_one(form: str, get: Getter, text_of: _TextOf) -> Getter:
    def fill(s: Scope) -> str | None:
        value = get(s)
        text = value if type(value) is str else text_of(value)
        return None if text is None else form % text

    return fill


def _fill_two(form: str, first: _Hole, second: _Hole) -> Getter:
    (get_first, text_of_first), (get_second, text_of_second) = first, second

    def fill(s: Scope) -> str | None:
        one, other = get_first(s), get_second(s)
        if type(one) is not str:
            one = text_of_first(one)
        if type(other) is not str:
            other = text_of_second(other)
        return None if one is None or other is None else form % (one, other)

    return fill


def _fill_two_members(
    form: str, first: tuple[int, str], second: tuple[int, str], general: Getter
) -> Getter:
    """The same where both values are members of item, root or top, and texts as a rule."""
    (at, name), (other_at, other_name) = first, second

    def fill(s: Scope) -> Any:
        holder, other_holder = s[at], s[other_at]
        if type(holder) is dict and type(other_holder) is dict:
            one, other = holder.get(name), other_holder.get(other_name)
            if type(one) is str and one and type(other) is str and other:
                return form % (one, other)
        return general(s)

    return fill


def _getter(path: SourcePath) -> Getter:
    return (lambda s: s[DIGEST]()) if path.scope == DIGEST else path.getter()


def _text_of(path: SourcePath, *, optional: bool) -> _TextOf:
    """From a value that is no text to its text; None where it is absent."""
    absent = "" if optional else None

    def text_of(value: Any) -> str | None:
        if type(value) is str:
            return value
        if value is None:
            return absent
        word = word_of(value)
        if word is None:
            reject(f"{path.text} is {type_name(value)}, and no text or whole number", path.text)
        return word

    return text_of


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
