"""Keeps raw personal values out: looks at every text of a record (legal model Q02).

Ids that producers make are tested for e-mail and phone only, since any long number may
be an id. Everything else is tested for every kind, unknown fields and their names
included. Texts that a vocabulary closes need no test once they are known symbols.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from streams.core.events import INSTANT_FIELDS
from streams.core.identifiers import id_fault
from streams.core.vocabulary import Code, EventType
from streams.core.vocabulary.open_words import REFUSED_WHERE_MISSPELT
from streams.wire.field_specs import FIELDS, MAX_TEXT
from streams.wire.looks import EVERYTHING, IDENTIFIER, INSTANT, MESSAGE_ID, VERSION, Look, RawKind
from streams.wire.pii import plainly_clean, raw_kind
from streams.wire.validate import check_subject, check_text

RAW = Code.RAW_PERSONAL_DATA_IN_EVENT

PRODUCER_IDS = frozenset(
    {
        "event_id",
        "trace_id",
        "consent_id",
        "consent_ref",
        "replaces_consent_id",
        "purchase_id",
        "share_id",
        "message_id",
        "trigger_event_id",
        "evidence_ref",
        "guardian_evidence_ref",
        "processing_agreement_ref",
        "arrangement_ref",
        "lia_ref",
    }
)
"""Event, consent, purchase, evidence and agreement references, as producers number them."""

_VERSIONS = frozenset({"notice_version", "schema_version"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_KNOWN = frozenset(name for shape in FIELDS.values() for name in shape.names)


class Found(msgspec.Struct, frozen=True):
    """Raw personal data: the first field that holds some, its kind, and all such fields.

    `field` is None where the bytes could not be read. Names of fields only, no values.
    """

    kind: RawKind
    field: str | None
    tainted: frozenset[str] = frozenset()


def look_of(name: str) -> Look:
    """What is looked for in a field of that name."""
    if name == "message_id":
        return MESSAGE_ID
    if name in PRODUCER_IDS:
        return IDENTIFIER
    if name in INSTANT_FIELDS:
        return INSTANT
    return VERSION if name in _VERSIONS else EVERYTHING


_LOOKS: Mapping[EventType, Mapping[str, Look]] = {
    kind: {name: look_of(name) for name in FIELDS[kind].texts} for kind in EventType
}

_CLEAN_AT_MOST = 50_000
# Controllers, recipients, systems and subjects come again and again. Clean texts only: no
# personal value is kept here.
_clean: set[str] = set()


def check_and_guard(kind: EventType, record: Mapping[str, Any]) -> Found | None:
    """Check and guard the free texts of a record that is otherwise a valid event.

    Its symbols and instants are known to be clean. Raises WireError for a text that is
    empty, too long, or not written as its field wants (`check_text`), and a subject who is nobody.
    """
    check_subject(record["subject_id"])
    looks = _LOOKS[kind]
    for name, member in record.items():
        look = looks.get(name)
        if look is None:
            continue
        for text in (member,) if type(member) is str else member:
            if len(text) <= MAX_TEXT and plainly_clean(text):
                if name in REFUSED_WHERE_MISSPELT:
                    check_text(name, text)
                continue
            if look is EVERYTHING and name not in REFUSED_WHERE_MISSPELT and text in _clean:
                continue
            check_text(name, text)
            if raw_kind(text, look):
                return guard_record(record)
            # It may come again in an id, which asks for more.
            if look is EVERYTHING and name not in REFUSED_WHERE_MISSPELT and not id_fault(text):
                _keep_clean(text)
    return None if FIELDS[kind].names.issuperset(record) else guard_record(record)


def _keep_clean(text: str) -> None:
    if len(_clean) >= _CLEAN_AT_MOST:
        _clean.clear()
    _clean.add(text)


def guard_record(record: Mapping[str, Any]) -> Found | None:
    """Guard every text of any record, at any depth, names of fields included."""
    first: tuple[RawKind, str] | None = None
    tainted = set()
    for name, member in record.items():
        look = look_of(name)
        texts = _texts(member)
        found = next((kind for text in texts if (kind := raw_kind(text, look))), None)
        in_name = None if name in _KNOWN else raw_kind(name, EVERYTHING)
        kind = found or in_name
        if kind is not None:
            tainted.add(name)
            first = first or (kind, shown_name(name))
    return None if first is None else Found(first[0], first[1], frozenset(tainted))


def _texts(member: Any) -> Iterator[str]:
    """Every text in a member: an unknown field may nest them, as values and as names."""
    waiting = [member]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)


def shown_name(name: str) -> str:
    """The name of a field as a reason may show it: an unknown one can itself be a value."""
    if name in _KNOWN or (_NAME.fullmatch(name) and not raw_kind(name, EVERYTHING)):
        return name
    return "(a field with an unusual name)"


def guard_bytes(value: bytes) -> Found | None:
    """Guard bytes that cannot be read: what looks like e-mail or phone is quarantined.

    Which field a text stood in is not known here, so only the kinds that are forbidden
    in every field are looked for. Quarantine is the careful side: kept shorter, read by
    fewer.
    """
    # JSON may escape what gives a value away.
    text = _text(value)
    text = text.replace("\\u0040", "@").replace("\\u002b", "+").replace("\\u002B", "+")
    kind = raw_kind(text, IDENTIFIER)
    return None if kind is None else Found(kind, None)


def guard_key(key: bytes | None) -> RawKind | None:
    """Guard a key that is not its subject's; dates are left out, since batches have them."""
    return raw_kind(_text(key), INSTANT) if key else None


def _text(value: bytes) -> str:
    """Bytes of any encoding as text: without zero bytes UTF-16 reads as UTF-8."""
    return value.replace(b"\0", b"").decode("utf-8", "replace")
