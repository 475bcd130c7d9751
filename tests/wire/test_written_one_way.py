"""Ids, instants, names and open symbols that are written in one way only (legal model 3.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.core.events import EVENT_CLASSES, ID_FIELDS
from streams.core.vocabulary import EventType
from streams.core.vocabulary.countries import ALPHA_2_BY_ALPHA_3, COUNTRIES
from streams.core.vocabulary.open_words import meant
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.field_specs import FIELDS
from streams.wire.guard import RAW
from streams.wire.rejected import UNPROCESSABLE
from tests.wire.builders import share

ENVELOPE = {
    "event_id": "e-1", "controller_id": "OURCO", "subject_id": "s-1",
    "occurred_at": "2026-09-01T11:00:00.000Z",
}  # fmt: skip
LEAST: dict[EventType, dict[str, Any]] = {
    EventType.CONSENT_CHANGE: {"action": "WITHDRAWN"},
    EventType.PURCHASE: {"action": "PURCHASED", "purchase_id": "p-1"},
    EventType.DATA_SHARE: {"recipient_id": "ACME", "purpose": "OTHER"},
    EventType.MARKETING_MESSAGE: {"message_purpose": "MARKETING", "channel": "EMAIL"},
    EventType.RECIPIENT_NOTIFICATION: {"recipient_id": "ACME"},
}


def record(kind: EventType, **fields: Any) -> bytes:
    """An event with its mandatory fields and these."""
    return json.dumps({"event_type": kind.value} | ENVELOPE | LEAST[kind] | fields).encode()


def good(kind: EventType, **fields: Any) -> Decoded:
    decoded = decode(record(kind, **fields), None)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def bad(kind: EventType, code: str = UNPROCESSABLE, /, **fields: Any) -> Rejected:
    rejected = decode(record(kind, **fields), None)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == code
    return rejected


def test_the_fields_of_ids_are_those_of_the_norm() -> None:
    names = {field for shape in FIELDS.values() for field in shape.names}
    assert names >= ID_FIELDS
    # A trace belongs to those who trace; it is compared with nothing.
    assert {name for name in names if name.endswith(("_id", "_ids"))} - ID_FIELDS == {"trace_id"}


IDS = [
    (kind, shape.name, shape.is_list)
    for kind, shapes in FIELDS.items()
    for shape in shapes.all
    if shape.name in ID_FIELDS
]


@pytest.mark.parametrize(("kind", "name", "is_list"), IDS)
@pytest.mark.parametrize(
    "text",
    [" a", "a ", "a\u00a0", "\u3000a", "a\tb", "a\u200bb", "a\u202eb", "a\u2028b", "a\u2029b",
     "a\x85b", "\ufeffa", "cafe\u0301", "a\u00adb", " "],
)  # fmt: skip
def test_an_id_that_is_not_written_as_ids_are_is_refused(
    kind: EventType, name: str, text: str, *, is_list: bool
) -> None:
    rejected = bad(kind, **{name: [text] if is_list else text})
    assert rejected.dead_letter.field == name
    assert text.isascii() or text not in rejected.dead_letter.reason
    # It goes into no finding.
    assert text not in (rejected.event_id, rejected.controller_id, rejected.subject_id)


@pytest.mark.parametrize(("kind", "name", "is_list"), IDS)
@pytest.mark.parametrize("text", ["a b", "café", "Société\u00a0Générale", "日本", "x" * 200, "🎁"])
def test_other_ids_are_taken_as_they_are(
    kind: EventType, name: str, text: str, *, is_list: bool
) -> None:
    event = good(kind, **{name: [text] if is_list else text}).event
    assert getattr(event, name) == ((text,) if is_list else text)


@pytest.mark.parametrize("name", ["via", "actor", "evidence_ref", "trace_id"])
def test_texts_that_are_no_ids_may_hold_what_they_like(name: str) -> None:
    """A withdrawal must not be lost over a word that no rule reads."""
    good(EventType.CONSENT_CHANGE, **{name: " by\tmail\u200b "})


@pytest.mark.parametrize("name", ["occurred_at", "recorded_at", "expires_at"])
@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("0001-01-01T00:00:00Z", False),
        ("1970-01-01T00:00:00.000Z", False),
        ("1970-01-21T16:00:00.000Z", False),
        ("1989-12-31T23:59:59.999Z", False),
        ("1989-12-31T23:59:59.9999999Z", False),
        ("1990-01-01T00:00:00.000+00:01", False),
        ("1990-01-01T00:00:00.000Z", True),
        ("1989-12-31T23:30:00-01:00", True),
        ("9999-12-31T23:59:59.999Z", True),
        ("9999-12-31T23:59:59.999999Z", True),
        ("9999-12-31T23:59:59-00:01", False),
    ],
)
def test_instants_lie_from_1990_to_9999(name: str, text: str, *, taken: bool) -> None:
    fields: dict[str, Any] = {name: text}
    if taken:
        good(EventType.CONSENT_CHANGE, **fields)
    else:
        assert bad(EventType.CONSENT_CHANGE, **fields).dead_letter.field == name


@pytest.mark.parametrize(
    ("kind", "name", "meaning"),
    [
        (EventType.CONSENT_CHANGE, "expiresAt", "expires_at"),
        (EventType.CONSENT_CHANGE, "expires-at", "expires_at"),
        (EventType.CONSENT_CHANGE, "channel", "channels"),
        (EventType.CONSENT_CHANGE, "data_category", "data_categories"),
        (EventType.CONSENT_CHANGE, "DataCategories", "data_categories"),
        (EventType.CONSENT_CHANGE, "topic", "topics"),
        (EventType.CONSENT_CHANGE, "age_bands", "age_band"),
        (EventType.CONSENT_CHANGE, "message_id", "message_id"),
        (EventType.MARKETING_MESSAGE, "topics", "topic"),
        (EventType.MARKETING_MESSAGE, "unsubscribePresent", "unsubscribe_present"),
        (EventType.DATA_SHARE, "recipient_countries", "recipient_country"),
        (EventType.DATA_SHARE, "action", "action"),
        (EventType.PURCHASE, "EVENT_ID", "event_id"),
    ],
)
@pytest.mark.parametrize("value", ["x", ["x"], {"a": 1}, False, ""])
def test_a_misnamed_field_is_refused(
    kind: EventType, name: str, meaning: str, value: object
) -> None:
    rejected = bad(kind, **{name: value})
    assert rejected.dead_letter.field == name
    assert meaning in rejected.dead_letter.reason


@pytest.mark.parametrize("empty", [None, []])
def test_a_misnamed_field_that_says_nothing_is_none(empty: object) -> None:
    decoded = good(EventType.CONSENT_CHANGE, expiresAt=empty, note=empty)
    assert decoded.unknown_fields == 0


def test_other_unknown_names_are_tolerated_and_counted() -> None:
    assert good(EventType.CONSENT_CHANGE, campaign="spring", sent_at="x").unknown_fields == 2
    assert good(EventType.CONSENT_CHANGE).unknown_fields == 0


def test_personal_data_outweigh_a_misnamed_field_and_a_bad_id() -> None:
    bad(EventType.CONSENT_CHANGE, RAW, expiresAt="jan@example.nl")
    bad(EventType.CONSENT_CHANGE, RAW, consent_id="a ", via="0612345678")


@pytest.mark.parametrize(
    ("field", "word", "symbol"),
    [
        ("recipient_kind", "social_media", "SOCIAL_MEDIA"),
        ("recipient_kind", "Mail-House", "MAIL_HOUSE"),
        ("recipient_kind", "SOCIAL MEDIA", "SOCIAL_MEDIA"),
        ("recipient_kind", "data\u00a0broker", "DATA_BROKER"),
        ("recipient_country", "nl", "NL"),
        ("recipient_country", "UK", "GB"),
        ("recipient_country", "uk", "GB"),
        ("recipient_country", "EL", "GR"),
        ("recipient_country", "NLD", "NL"),
        ("recipient_country", "n-l", "NL"),
        ("recipient_country", "usa", "US"),
    ],
)
def test_a_misspelt_symbol_of_an_open_vocabulary_is_refused(
    field: str, word: str, symbol: str
) -> None:
    rejected = decode(share(**{field: word}), None)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == UNPROCESSABLE
    assert rejected.dead_letter.field == field
    assert f"write {symbol}" in rejected.dead_letter.reason


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("recipient_kind", "CARRIER"), ("recipient_kind", "PRINTER"), ("recipient_kind", "SOCIAL"),
        ("recipient_country", "GB"), ("recipient_country", "XK"), ("recipient_country", "Holland"),
    ],
)  # fmt: skip
def test_symbols_and_other_words_are_taken(field: str, word: str) -> None:
    decoded = decode(share(**{field: word}), None)
    assert isinstance(decoded, Decoded)
    assert getattr(decoded.event, field) == word


@pytest.mark.parametrize(
    ("field", "word"),
    [("via", "unsubscribe-link"), ("via", "PIGEON"), ("actor", "subject"), ("actor", "AGENT")],
)
def test_a_word_that_no_rule_reads_loses_no_withdrawal(field: str, word: str) -> None:
    event = good(EventType.CONSENT_CHANGE, **{field: word}).event
    assert getattr(event, field) == word


def test_a_misspelt_via_is_known_as_such() -> None:
    assert meant("via", "unsubscribe-link") == "UNSUBSCRIBE_LINK"
    assert meant("via", "PIGEON") is None
    assert meant("actor", "SUBJECT") is None


def test_there_are_249_countries() -> None:
    assert len(COUNTRIES) == len(ALPHA_2_BY_ALPHA_3) == 249
    assert {"NL", "GB", "GR", "AX", "RE"} <= COUNTRIES
    assert not {"UK", "EL", "EU", "XK"} & COUNTRIES


@pytest.mark.parametrize("value", ["<01.aa@shop.nl>", "01.aa@shop.nl", "0100-000@eu-1.ses.com"])
def test_a_message_id_of_rfc_5322_is_no_address_of_a_person(value: str) -> None:
    good(EventType.MARKETING_MESSAGE, message_id=value)
    bad(EventType.MARKETING_MESSAGE, RAW, event_id=value)


def test_a_message_id_is_tested_for_phone_numbers() -> None:
    bad(EventType.MARKETING_MESSAGE, RAW, message_id="0612345678")


@pytest.mark.parametrize("kind", EventType)
def test_what_is_mandatory_is_what_the_norm_names(kind: EventType) -> None:
    mandatory = {shape.name for shape in FIELDS[kind].all if shape.required}
    assert mandatory == set(ENVELOPE) | set(LEAST[kind])
    for name in mandatory:
        assert bad(kind, **{name: None}).dead_letter.field == name
    assert EVENT_CLASSES[kind]


@pytest.mark.parametrize("purposes", [[], ["OTHER", "PAYMENT"]])
def test_a_grant_has_exactly_one_purpose(purposes: list[str]) -> None:
    bad(EventType.CONSENT_CHANGE, action="GRANTED", purposes=purposes)
    good(EventType.CONSENT_CHANGE, action="GRANTED", purposes=["OTHER"])
    good(EventType.CONSENT_CHANGE, action="REFUSED", purposes=purposes)
