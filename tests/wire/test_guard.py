"""The guard of whole records: which field is looked at for what, and what is reported of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from streams.core.vocabulary import EventType
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.encode import event_to_avro
from streams.wire.field_specs import FIELDS
from streams.wire.guard import PRODUCER_IDS, RAW
from tests.wire.builders import grant, share

RANDOM_REFERENCE = re.compile(r"ref-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def quarantined(value: bytes) -> Rejected:
    rejected = decode(value, None)
    assert isinstance(rejected, Rejected), rejected
    assert rejected.dead_letter.code == RAW, rejected
    return rejected


def passes(value: bytes) -> None:
    assert isinstance(decode(value, None), Decoded)


def test_every_text_field_of_every_event_has_a_decision() -> None:
    """The ids of producers are a closed list; whatever is added is tested for everything."""
    texts = {name for shape in FIELDS.values() for name in shape.texts}
    assert texts >= PRODUCER_IDS
    assert texts - PRODUCER_IDS == {
        "controller_id",
        "subject_id",
        "source_system",
        "schema_version",
        "notice_version",
        "recipient_id",
        "recipient_ids",
        "recipient_categories",
        "recipient_kind",
        "recipient_category",
        "recipient_country",
        "via",
        "seller_controller_id",
        "sender_controller_id",
        "advertiser_id",
        "product_categories",
        "actor",
        "topic",
        "topics",
    }


@pytest.mark.parametrize("field", ["event_id", "lia_ref", "consent_ref", "share_id", "trace_id"])
def test_ids_of_producers_are_tested_for_contact_details_only(field: str) -> None:
    passes(share(**{field: "111222333"}))
    assert quarantined(share(**{field: "jan@example.nl"})).dead_letter.field == field
    assert quarantined(share(**{field: "0612345678"})).dead_letter.field == field


@pytest.mark.parametrize(
    "field", ["controller_id", "subject_id", "source_system", "recipient_id", "note"]
)
@pytest.mark.parametrize("value", ["111222333", "1985-03-25", "1234 AB 12", "jan@example.nl"])
def test_other_fields_are_tested_for_everything(field: str, value: str) -> None:
    assert quarantined(share(**{field: value})).dead_letter.field == field


@pytest.mark.parametrize(
    "note",
    [
        ["x", "jan@example.nl"],
        {"deep": [{"deeper": "jan@example.nl"}]},
        {"jan@example.nl": 1},
        [[["0612345678"]]],
    ],
)
def test_unknown_fields_are_tested_at_any_depth(note: Any) -> None:
    assert quarantined(share(note=note)).dead_letter.field == "note"


def test_names_of_unknown_fields_are_tested_and_not_shown() -> None:
    letter = quarantined(share(**{"jan@example.nl": True})).dead_letter
    assert letter.field == "(a field with an unusual name)"
    letter = quarantined(share(**{"Jan Jansen, Utrecht": "jan@example.nl"})).dead_letter
    assert "Jan" not in str(letter)


def test_elements_of_lists_are_tested() -> None:
    value = grant(recipient_ids=["ACME", "jan@example.nl"])
    assert quarantined(value).dead_letter.field == "recipient_ids"


def test_numbers_are_no_texts() -> None:
    passes(share(note=111222333))


def test_a_notice_may_be_named_by_its_date() -> None:
    passes(grant(notice_version="2024-05-01"))
    quarantined(grant(notice_version="1985-03-25"))


def test_a_seen_text_is_still_tested_where_it_differs() -> None:
    """Clean texts are remembered, but only as what they were tested for."""
    passes(share(event_id="123456782"))
    quarantined(share(recipient_id="123456782"))
    passes(share(event_id="123456782"))


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "jan@example.nl"},
        {"occurred_at": "jan@example.nl"},
        {"event_type": "jan@example.nl"},
        {"purpose": "NOT_A_PURPOSE", "lia_ref": "jan@example.nl"},
        {"event_id": "", "note": "jan@example.nl"},
        {"data_categories": ["jan@example.nl"]},
        {"recipient_own_use": "0612345678"},
    ],
)
def test_personal_data_outweigh_a_fault_of_form(changed: dict[str, Any]) -> None:
    quarantined(share(**changed))


def test_a_date_in_place_of_an_instant_is_a_fault_of_form() -> None:
    rejected = decode(share(occurred_at="2026-09-01"), None)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == "UNPROCESSABLE_EVENT"


@pytest.mark.parametrize(
    "value",
    [
        share(lia_ref="jan@example.nl")[:-1],
        share(lia_ref="jan@example.nl") + b"x",
        b"\xff\xfe jan@example.nl \xff",
        b"\x00\x00\x00\x00\x07 jan@example.nl",
        b"\xc3\x01 12345678 0612345678 ",
        b"sent to 0612345678",
        "jan@example.nl".encode("utf-16"),
        rb'{"lia_ref": "jan\u0040example.nl",',
        rb'{"lia_ref": "\u002b31612345678",',
        rb'{"lia_ref": "\u002B31612345678",',
    ],
)
def test_unreadable_bytes_with_contact_details_are_quarantined(value: bytes) -> None:
    rejected = quarantined(value)
    assert rejected.dead_letter.field is None
    assert rejected.event_id is None


@pytest.mark.parametrize("field", ["controller_id", "subject_id", "event_id"])
def test_a_matching_envelope_field_is_shown_as_a_random_reference(field: str) -> None:
    value = share(**{field: "jan@example.nl"})
    first, second = quarantined(value), quarantined(value)
    published = getattr(first, field)
    assert RANDOM_REFERENCE.fullmatch(published)
    assert published != getattr(second, field)
    others = {"controller_id": "OURCO", "subject_id": "s-1", "event_id": "sh-1"}
    del others[field]
    for other, expected in others.items():
        assert getattr(first, other) == expected


def test_every_matching_envelope_field_is_replaced() -> None:
    rejected = quarantined(share(subject_id="0612345678", event_id="jan@example.nl"))
    assert rejected.subject_id is not None
    assert rejected.subject_id.startswith("ref-")
    assert rejected.event_id is not None
    assert rejected.event_id.startswith("ref-")


def test_nothing_of_the_value_is_shown() -> None:
    for field in ("subject_id", "event_id", "controller_id", "lia_ref", "note"):
        assert "jan" not in repr(quarantined(share(**{field: "jan@example.nl"})))


def test_avro_events_are_guarded_as_well() -> None:
    clean = decode(share(lia_ref="jan#example.nl"), None)
    assert isinstance(clean, Decoded)
    value = event_to_avro(clean.event).replace(b"jan#example.nl", b"jan@example.nl")
    rejected = decode(value, EventType.DATA_SHARE)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == RAW
    assert rejected.dead_letter.field == "lia_ref"
    assert rejected.event_id == "sh-1"
