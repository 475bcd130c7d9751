"""Readers of events and facts in C: what Python knows of them, described for the C."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from msgspec import NODEFAULT

_PLACES: Final = (
    "occurred_at", "recorded_at", "controller_id", "subject_id", "action", "purposes"
)  # fmt: skip
_INSTANT: Final = 3
"""The kind of a column that holds an instant (`streams.wire.columns`)."""

FACT: Final = ("event", "payload_hash", "ingested_at", "source", "value")
SOURCE: Final = ("topic", "partition", "offset")


class ColumnLike(Protocol):
    """A field of a schema as `streams.wire.columns.Column` has it."""

    name: str
    kind: int
    optional: bool
    many: bool
    repeats: bool
    is_open: bool
    symbols: list[str | None]

    def text(self, raw: bytes) -> str | None:
        """The text of bytes not met before, or None where the long way must look at it."""


def event_reader(
    library: Any,
    event: type[msgspec.Struct],
    columns: Sequence[ColumnLike],
    header: bytes,
    granted: object,
    span: tuple[int, int],
    not_hashed: Collection[str],
) -> Any:
    """A `Reader` of the library for events with that header; None where there can be none.

    `granted` is the action that asks for one purpose, None for an event without one. Instants
    outside of `span` are left to the long way. The canonical form lacks the fields `not_hashed`.
    """
    if library is None or not is_fillable(event):
        return None
    fields = msgspec.structs.fields(event)
    names = tuple(one.name for one in fields)
    if any(one.default_factory is not NODEFAULT for one in fields):
        return None
    described = tuple(
        (names.index(one.name), one.kind, one.optional, one.many, one.repeats, one.is_open,
         one.symbols, one.text)
        for one in columns
    )  # fmt: skip
    places = tuple(names.index(name) if name in names else -1 for name in _PLACES)
    defaults = tuple(one.default for one in fields)
    try:
        return library.Reader(
            event,
            names,
            defaults,
            NODEFAULT,
            described,
            places,
            granted,
            header,
            *span,
            _members(event, names, columns, not_hashed),
        )
    except TypeError:
        return None


def _members(
    event: type[msgspec.Struct],
    names: tuple[str, ...],
    columns: Sequence[ColumnLike],
    not_hashed: Collection[str],
) -> tuple[tuple[bytes, int, bool], ...]:
    """The members of the canonical form, by name; the type of the event is one of them."""
    config = event.__struct_config__
    kinds = {one.name: one.kind for one in columns}
    found = {
        name: (f'"{name}":'.encode(), names.index(name), kinds.get(name) == _INSTANT)
        for name in names if name not in not_hashed
    }  # fmt: skip
    tag = str(config.tag_field)
    found[tag] = (f'"{tag}":"{config.tag}"'.encode(), -1, False)
    return tuple(found[name] for name in sorted(found))


def fact_reader(
    library: Any,
    fact: type[msgspec.Struct],
    source: type[msgspec.Struct],
    readers: Mapping[str, tuple[Any, ...]],
    tolerance: int,
    latest: int,
) -> Any:
    """A `Facts` of the library; None where there can be none.

    `readers` are those of `event_reader` by topic, `tolerance` how far an event may lie ahead of
    its arrival, `latest` the latest arrival that is taken, both in milliseconds.
    """
    if library is None or None in {one for some in readers.values() for one in some}:
        return None
    for kind, names in ((fact, FACT), (source, SOURCE)):
        if not is_fillable(kind) or set(kind.__struct_fields__) != set(names):
            return None
    try:
        return library.Facts(fact, FACT, source, SOURCE, dict(readers), tolerance, latest)
    except TypeError:
        return None


def is_fillable(kind: type[msgspec.Struct]) -> bool:
    """Whether nothing but filling its slots makes a value of a class; the C looks closer."""
    return not hasattr(kind, "__post_init__") and kind.__init__ is msgspec.Struct.__init__
