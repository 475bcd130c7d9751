"""The registers of P22: inline in the policy file, or CSV and JSON files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import EnumMeta
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from streams.core.identifiers import id_fault
from streams.core.instants import EARLIEST, Instant
from streams.core.policy import AdequacyEntry, NoticeEntry, RecipientEntry, Registers
from streams.core.vocabulary.open_words import meant
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.policy_file.register_files import entries_of
from streams.policy_file.values import YES_OR_NO, one_of, read_instant

_Entry = TypeVar("_Entry", RecipientEntry, NoticeEntry, AdequacyEntry)

MAX_TEXT: Final = 200

KINDS: Final[Mapping[str, type]] = {
    "recipients": RecipientEntry,
    "notices": NoticeEntry,
    "adequacy": AdequacyEntry,
}
_IDS: Final = {RecipientEntry: "recipient_id", NoticeEntry: "notice_version",
               AdequacyEntry: "country"}  # fmt: skip
_HINTS: Final = {kind: get_type_hints(kind) for kind in KINDS.values()}
_ID_KEYS: Final = frozenset(
    {"recipient_id", "recipient_ids", "category", "recipient_categories", "notice_version",
     "controller_id"}
)  # fmt: skip
"""What is compared with ids of events, and so is written like them (legal model 3.2)."""
_TRUE_FALSE: Final = {"true": True, "yes": True, "false": False, "no": False}


def read_registers(
    value: object, place: PolicyPlace, problems: Problems, folder: Path, default: Registers
) -> Registers:
    """The registers of a policy file; a register that is not named is that of `default`.

    `folder` is where relative paths start. What is wrong goes to `problems`.
    """
    if not isinstance(value, Mapping):
        problems.add(place, f"allowed: a table with {', '.join(KINDS)}", value)
        return default
    registers: dict[str, Any] = {}
    for name, given in value.items():
        if name in KINDS:
            entries = entries_of(given, place.child(name), problems, folder)
            registers[name] = _register(KINDS[name], entries, problems)
        else:
            problems.add(
                place.child(name),
                f"there is no such register{suggestion(name, list(KINDS))}"
                f"; allowed: {', '.join(KINDS)}",
            )
    return msgspec.structs.replace(default, **registers)


def _register(
    kind: type[_Entry], entries: list[tuple[Mapping[str, Any], PolicyPlace]], problems: Problems
) -> tuple[_Entry, ...]:
    read: list[_Entry] = []
    seen: dict[tuple[str, Instant, Any], PolicyPlace] = {}
    for raw, place in entries:
        entry = _entry(kind, raw, place, problems)
        if entry is None:
            continue
        name = getattr(entry, _IDS[kind])
        same = (name, entry.valid_from, getattr(entry, "mechanism", None))
        if same in seen:
            problems.add(
                place.child(_IDS[kind]),
                "an earlier entry has the same id and the same valid_from; keep one",
                name,
            )
            continue
        seen[same] = place
        read.append(entry)
    return tuple(read)


def _entry(
    kind: type[_Entry], raw: Mapping[str, Any], place: PolicyPlace, problems: Problems
) -> _Entry | None:
    hints = _HINTS[kind]
    before = len(problems.found)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in hints:
            problems.add(
                place.child(name),
                f"there is no such key{suggestion(name, list(hints))}; allowed: {', '.join(hints)}",
            )
        elif value is not None:
            values[name] = _value(hints[name], value, place.child(name), problems)
    key = _IDS[kind]
    if raw.get(key) is None:
        problems.add(place, f"{key} is missing")
    values.setdefault("valid_from", EARLIEST)
    if len(problems.found) > before:
        return None
    if "valid_until" in values and values["valid_until"] <= values["valid_from"]:
        problems.add(place.child("valid_until"), "it must be later than valid_from")
        return None
    return msgspec.convert(values, kind)


def _value(hint: Any, value: object, place: PolicyPlace, problems: Problems) -> Any:
    """One value by the type of its key; texts of CSV cells are read as well."""
    inner = next((part for part in get_args(hint) if part is not type(None)), hint)
    if get_origin(hint) is tuple:
        return _list(get_args(hint)[0], value, place, problems)
    if get_origin(hint) is None and getattr(hint, "__supertype__", None) is int:
        return read_instant(value, place, problems)
    if isinstance(inner, EnumMeta):
        return one_of(inner).read(value, place, problems)
    if inner is bool:
        known = _TRUE_FALSE.get(value.lower(), value) if isinstance(value, str) else value
        return YES_OR_NO.read(known, place, problems)
    return _text(value, place, problems)


def _text(value: object, place: PolicyPlace, problems: Problems) -> str | None:
    """A text as events write it: ids in one way, symbols of open vocabularies not misspelt."""
    key = next((part for part in reversed(place.path) if isinstance(part, str)), "")
    if key == "country":
        return _country(value, place, problems)
    if key == "defect" and value == "":
        return ""  # it says that there is none
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        problems.add(place, f"allowed: a text of 1 to {MAX_TEXT} characters", value)
        return None
    if not _is_unicode(value):
        problems.add(place, "a half of a surrogate pair is no character", value)
        return None
    fault = id_fault(value) if key in _ID_KEYS else None
    if fault is not None:
        problems.add(place, f"an id {fault}, as events write it", value)
        return None
    symbol = meant("recipient_kind", value) if key == "kind" else None
    if symbol is not None:
        problems.add(place, f"a misspelt kind; write {symbol}", value)
        return None
    return value


def _is_unicode(text: str) -> bool:
    """Whether it can be written as UTF-8; JSON may hold what cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _country(value: object, place: PolicyPlace, problems: Problems) -> str | None:
    known = isinstance(value, str) and len(value) == 2 and value.isascii() and value.isupper()
    symbol = meant("recipient_country", value) if isinstance(value, str) else None
    if known and symbol is None:
        return str(value)
    write = "as NL" if symbol is None else f"write {symbol}"
    problems.add(place, f"allowed: a country of ISO 3166-1 in two capitals, {write}", value)
    return None


def _list(element: Any, value: object, place: PolicyPlace, problems: Problems) -> Any:
    """A list; in a CSV cell its elements stand apart by blanks or bars."""
    parts = value.replace("|", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, list):
        problems.add(place, "allowed: a list", value)
        return None
    element = getattr(element, "__supertype__", element)
    if isinstance(element, EnumMeta):
        shape = one_of(element)
        return tuple(
            shape.read(part, place.child(n) if isinstance(value, list) else place, problems)
            for n, part in enumerate(parts)
        )
    if all(isinstance(part, str) and part for part in parts):
        return tuple(_text(part, place, problems) for part in parts)
    problems.add(place, "allowed: a list of texts", value)
    return None
