"""The fields of a schema as `streams.wire.avro_fast_path` reads them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, cast

from streams.core.events import ID_FIELDS
from streams.core.identifiers import id_fault, means_nobody
from streams.core.vocabulary.open_words import REFUSED_WHERE_MISSPELT, meant
from streams.wire.field_specs import MAX_TEXT, FieldSpec
from streams.wire.guard import PRODUCER_IDS, look_of
from streams.wire.looks import Look
from streams.wire.pii import plainly_clean, raw_kind

TEXT: Final = 0
SYMBOL: Final = 1
FLAG: Final = 2
INSTANT: Final = 3

_KNOWN_AT_MOST: Final = 4096
"""Texts of a field that are remembered as clean; then it begins again."""

_SHARED_AT_MOST: Final = 64
"""Elements of a list that is remembered; longer ones hardly come again, and take memory."""


class Column:
    """One field of a schema: how it stands in the bytes, and what its texts must be."""

    def __init__(self, shape: FieldSpec, form: Any) -> None:
        self.name: str = shape.name
        self.optional: bool = isinstance(form, list)
        if isinstance(form, list):
            # An open vocabulary is null, its symbols, or another word, which goes the long way.
            if form[0] != "null" or (len(form) != 2 and form[2:] != ["string"]):
                raise LookupError("a union of an unforeseen form")
            form = form[1]
        self.many: bool = isinstance(form, dict) and form["type"] == "array"
        if self.many:
            form = form["items"]
        self.kind: int = TEXT
        self.symbols: list[str | None] = []
        if isinstance(form, dict) and form["type"] == "enum":
            self.kind = SYMBOL
            # The type of a list of symbols is that of the whole list.
            kind = shape.type.__args__[0] if shape.is_list else shape.type
            words = _words(kind, form["symbols"])
            self.symbols = [words.get(symbol) for symbol in form["symbols"]]
        elif form == "boolean":
            self.kind = FLAG
        elif form == "long":
            self.kind = INSTANT
        elif form != "string":
            raise LookupError("a type of an unforeseen form")
        self.look: Look = look_of(self.name)
        self.is_id: bool = self.name in ID_FIELDS
        self.is_open: bool = self.name in REFUSED_WHERE_MISSPELT
        # Ids are new in every event; who receives, and which system reports, comes again.
        self.repeats: bool = self.name not in PRODUCER_IDS and self.name != "subject_id"
        self.known: dict[bytes, str] = {}
        self.lists: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def shared(self, many: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same list as was met before: a few lists of categories make up most of them."""
        if len(many) > _SHARED_AT_MOST:
            return many
        if len(self.lists) >= _KNOWN_AT_MOST:
            self.lists.clear()
        return self.lists.setdefault(many, many)

    def text(self, raw: bytes) -> str | None:
        """The text of bytes not met before, or None where the long way must look at it."""
        text = raw.decode()
        if not 0 < len(text) <= MAX_TEXT:
            return None
        if not plainly_clean(text) and (
            (self.is_id and id_fault(text) is not None) or raw_kind(text, self.look) is not None
        ):
            return None
        if self.name == "subject_id" and means_nobody(text):
            return None
        if self.is_open and meant(self.name, text) is not None:
            return None
        if self.repeats:
            if len(self.known) >= _KNOWN_AT_MOST:
                self.known.clear()
            self.known[raw] = text
        return text


def _words(kind: Any, symbols: list[str]) -> dict[str, str]:
    """The values of the symbols: members of a vocabulary, plain texts of an open one."""
    if kind is str:
        return {symbol: symbol for symbol in symbols if symbol != "UNRECOGNISED"}
    return {str(word): word for word in cast("type[StrEnum]", kind)}
