"""The fields of a schema as `streams.wire.onepass` reads them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from streams.wire.guard import PRODUCER_IDS, look_of
from streams.wire.pii import Look, plainly_clean, raw_kind
from streams.wire.shapes import MAX_TEXT, MUST_NOT_HOLD_CONTROLS, FieldShape
from streams.wire.validate import holds_controls

TEXT: Final = 0
SYMBOL: Final = 1
FLAG: Final = 2
INSTANT: Final = 3

_KNOWN_AT_MOST: Final = 4096
"""Texts of a field that are remembered as clean; then it begins anew."""


class Column:
    """One field of a schema: how it stands in the bytes, and what its texts must be."""

    def __init__(self, shape: FieldShape, form: Any) -> None:
        self.name: str = shape.name
        self.optional: bool = isinstance(form, list)
        if isinstance(form, list):
            if len(form) != 2 or form[0] != "null":
                raise LookupError("a union of an unforeseen form")
            form = form[1]
        self.many: bool = isinstance(form, dict) and form["type"] == "array"
        if self.many:
            form = form["items"]
        self.kind: int = TEXT
        self.symbols: list[StrEnum | None] = []
        if isinstance(form, dict) and form["type"] == "enum":
            self.kind = SYMBOL
            # The type of a list of symbols is that of the whole list.
            kind = shape.type.__args__[0] if shape.is_list else shape.type
            words = {str(word): word for word in kind}
            self.symbols = [words.get(symbol) for symbol in form["symbols"]]
        elif form == "boolean":
            self.kind = FLAG
        elif form == "long":
            self.kind = INSTANT
        elif form != "string":
            raise LookupError("a type of an unforeseen form")
        self.look: Look = look_of(self.name)
        self.controls: bool = self.name not in MUST_NOT_HOLD_CONTROLS
        # Ids are new in every event; who receives, and which system tells, comes again.
        self.repeats: bool = self.name not in PRODUCER_IDS and self.name != "subject_id"
        self.known: dict[bytes, str] = {}
        self.lists: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def shared(self, many: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same list as was met before: a few lists of categories make up most of them."""
        if len(self.lists) >= _KNOWN_AT_MOST:
            self.lists.clear()
        return self.lists.setdefault(many, many)

    def text(self, raw: bytes) -> str | None:
        """The text of bytes not met before, or None where the long way must look at it."""
        text = raw.decode()
        if not 0 < len(text) <= MAX_TEXT:
            return None
        if not plainly_clean(text) and (
            (not self.controls and holds_controls(text)) or raw_kind(text, self.look) is not None
        ):
            return None
        if self.repeats:
            if len(self.known) >= _KNOWN_AT_MOST:
                self.known.clear()
            self.known[raw] = text
        return text
