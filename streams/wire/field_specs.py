"""What each field of each event may hold, read once from the events themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import EnumType, StrEnum
from typing import Any, cast, get_args, get_origin, get_type_hints

import msgspec

from streams.core.events import EVENT_CLASSES, INSTANT_FIELDS
from streams.core.vocabulary import EventType

MAX_TEXT = 200
"""Characters that a text of an event may have; the least is one."""


@dataclass(frozen=True)
class FieldSpec:
    """One field: its type, whether it must be given, and what is allowed, in words."""

    name: str
    type: Any
    required: bool
    allowed: str
    symbols: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True)
class EventSpec:
    """The fields of an event in their order, and those that hold free text."""

    all: tuple[FieldSpec, ...]
    texts: tuple[str, ...]
    names: frozenset[str]


def _shape(name: str, hint: Any, *, required: bool) -> FieldSpec:
    inner = _without_none(hint)
    is_list = get_origin(inner) is tuple
    element: Any = _plain(get_args(inner)[0]) if is_list else _plain(inner)
    symbols: tuple[str, ...] = ()
    if isinstance(element, EnumType):
        symbols = tuple(str(symbol) for symbol in cast("type[StrEnum]", element))
    if name in INSTANT_FIELDS:
        allowed = "an RFC 3339 instant with an offset"
    elif symbols:
        one = "one of " + ", ".join(symbols)
        allowed = f"a list, each element {one}" if is_list else one
    elif element is bool:
        allowed = "true or false"
    else:
        allowed = "a list of strings" if is_list else "a string"
    return FieldSpec(name, inner if is_list else element, required, allowed, symbols, is_list)


def _without_none(hint: Any) -> Any:
    inner = [part for part in get_args(hint) if part is not type(None)]
    return inner[0] if type(None) in get_args(hint) else hint


def _plain(hint: Any) -> Any:
    return getattr(hint, "__supertype__", hint)


def _event_shape(kind: EventType) -> EventSpec:
    cls = EVENT_CLASSES[kind]
    hints = get_type_hints(cls)
    shapes = tuple(
        _shape(
            field.name,
            hints[field.name],
            # JSON and Avro may leave `recorded_at` out: it is then `occurred_at`.
            required=field.required and field.name != "recorded_at",
        )
        for field in msgspec.structs.fields(cls)
    )
    texts = tuple(shape.name for shape in shapes if not shape.symbols and _is_text(shape))
    return EventSpec(shapes, texts, frozenset(shape.name for shape in shapes) | {"event_type"})


def _is_text(shape: FieldSpec) -> bool:
    return shape.type is str or (shape.is_list and _plain(get_args(shape.type)[0]) is str)


FIELDS: Mapping[EventType, EventSpec] = {kind: _event_shape(kind) for kind in EventType}
