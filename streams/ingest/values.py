"""Values of event fields: constants of a map, and what comes out of a record.

A value is of its field's type, in its field's vocabulary, and guarded for personal values,
before an event is made of it. So an event that is made here reads back as itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, get_args

from streams.core.events import INSTANT_FIELDS
from streams.ingest.outcomes import reject
from streams.ingest.paths import type_name, word_of
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.wire.errors import WireError
from streams.wire.field_specs import MAX_TEXT, FieldSpec
from streams.wire.guard import PRODUCER_IDS, look_of
from streams.wire.pii import plainly_clean, raw_kind
from streams.wire.validate import check_text

CLEAN_AT_MOST: Final = 50_000
_SEVEN_DIGITS: Final = re.compile(r"[0-9](?:[^0-9A-Za-z_]{0,6}[0-9]){6}")
"""Every phone number that the guard knows has more, and nothing longer between two of them."""
SCOPE_FIELDS: Final = frozenset(
    {"purposes", "recipient_ids", "recipient_categories", "data_categories", "channels", "topics"}
)
"""Fields of a consent change whose absence means *all*: a grant never loses one silently."""


def element_of(shape: FieldSpec) -> Any:
    """The type of a field, or of its elements."""
    kind = get_args(shape.type)[0] if shape.is_list else shape.type
    return getattr(kind, "__supertype__", kind)


def read_constant(shape: FieldSpec, raw: object, place: PolicyPlace, problems: Problems) -> Any:
    """A constant that the map gives; None where it is none of the field's, and said so."""
    if shape.name in INSTANT_FIELDS:
        problems.add(place, "an instant comes from the record: {from = ..., time = ...}")
        return None
    if not shape.is_list:
        return _constant(shape, raw, place, problems)
    if not isinstance(raw, list) or not raw:
        problems.add(place, f"allowed: {shape.allowed}; leave an empty one out", raw)
        return None
    members = [_constant(shape, one, place.child(n), problems) for n, one in enumerate(raw)]
    if None in members:
        return None
    if len(set(members)) < len(members):
        problems.add(place, "an element stands twice", raw)
        return None
    return tuple(members)


def _constant(shape: FieldSpec, raw: object, place: PolicyPlace, problems: Problems) -> Any:
    kind = element_of(shape)
    if kind is bool:
        if isinstance(raw, bool):
            return raw
    elif shape.symbols:
        if isinstance(raw, str) and raw in shape.symbols:
            return kind(raw)
        near = suggestion(raw.upper(), list(shape.symbols)) if isinstance(raw, str) else ""
        problems.add(place, f"allowed: {shape.allowed}{near}", raw)
        return None
    elif isinstance(raw, str):
        fault = text_fault(shape.name, raw)
        if fault is None:
            return raw
        problems.add(place, fault)
        return None
    problems.add(place, f"allowed: {shape.allowed}", raw)
    return None


def text_fault(name: str, text: str) -> str | None:
    """Why a text may not stand in a field, in words without the text; None: it may."""
    try:
        text.encode()
        check_text(name, text)
    except UnicodeEncodeError:
        return f"{name} holds half a character (a lone surrogate)"
    except WireError as error:
        return error.reason
    found = raw_kind(text, look_of(name))
    return None if found is None else f"{name} holds {found.value}"


def text_guard(name: str) -> Callable[[str], str]:
    """A function that gives a text back, or rejects it. Texts that recur are looked at once."""
    if name in PRODUCER_IDS:
        return _id_guard(name)
    clean: set[str] = set()
    open_word = name in {"recipient_kind", "recipient_country"}

    def guarded(text: str) -> str:
        if text in clean or (_plainly_clean(text) and not open_word):
            return text
        fault = text_fault(name, text)
        if fault is not None:
            reject(fault)
        if len(clean) >= CLEAN_AT_MOST:
            clean.clear()
        clean.add(text)
        return text

    return guarded


def _id_guard(name: str) -> Callable[[str], str]:
    """The same for ids that a producer makes: those of single events never come again.

    The first look is for letters, digits and `:-_./` with no part from a 0: no address, and no
    phone number. A phone number in an id begins with 0, + or ( where a token can begin, and of
    these signs only a colon lets one begin. A final full stop would end a token.
    """

    def guarded(text: str) -> str:
        if (
            text.isascii()
            and text.encode().translate(None, b":-_./").isalnum()
            and len(text) <= MAX_TEXT
            and text[0] != "0"
            and ":0" not in text
        ) or _plain_id(text):
            return text
        fault = text_fault(name, text)
        if fault is not None:
            reject(fault)
        return text

    return guarded


def _plainly_clean(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and plainly_clean(text)


def _plain_id(text: str) -> bool:
    """Whether an id is written as ids are, and too short of digits for a phone number."""
    return (
        text.isascii()
        and text.isprintable()
        and 0 < len(text) <= MAX_TEXT
        and text[0] != " "
        and text[-1] != " "
        and "@" not in text
        and "%40" not in text
        and _SEVEN_DIGITS.search(text) is None
    )


def names_of(value: Any, path: str) -> list[str]:
    """The names with something under them: of an object, or of all objects of a list."""
    holders = value if type(value) is list else [value]
    found: list[str] = []
    for holder in holders:
        if type(holder) is not dict:
            reject(f"{path} is {type_name(holder)}, and no object", path)
        found += [name for name, held in holder.items() if held not in (None, "", [], {})]
    return found


def value_reader(shape: FieldSpec, path: str) -> Callable[[Any], Any]:
    """A function from a value of the record to the field's own; rejects what is none of it."""
    one = _element_reader(shape, path)
    if not shape.is_list:
        return one

    def read(value: Any) -> Any:
        if type(value) is not list:
            return (one(value),)
        return tuple(dict.fromkeys(map(one, value))) or None

    return read


def _element_reader(shape: FieldSpec, path: str) -> Callable[[Any], Any]:
    kind = element_of(shape)
    if kind is bool:

        def read_bool(value: Any) -> bool:
            if type(value) is not bool:
                reject(f"{path} is {type_name(value)}, and not true or false", path)
            return value

        return read_bool
    if shape.symbols:
        symbols = {symbol: kind(symbol) for symbol in shape.symbols}

        def read_symbol(value: Any) -> Any:
            symbol = symbols.get(value) if type(value) is str else None
            if symbol is None:
                reject(f"{path} is no {shape.name} of Consentry; give the map words for it", path,
                       unmapped=word_of(value) is not None)  # fmt: skip
            return symbol

        return read_symbol
    guard = text_guard(shape.name)

    def read_text(value: Any) -> str:
        text = value if type(value) is str else word_of(value)
        if text is None or type(value) is bool:
            reject(f"{path} is {type_name(value)}, and no text or whole number", path)
        return guard(text)

    return read_text
