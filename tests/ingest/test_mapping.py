"""From records to events: what is made, ignored and rejected, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.ingest.rejects import rejected_record
from tests.ingest.maps import HEAD, MAP, PLAIN, RECORD, mapping, one, reason
from tests.ingest.test_mapping_items import EACH


def test_a_record_becomes_an_event() -> None:
    made = one(MAP, RECORD)
    assert made["subject_id"].startswith("p1-")
    assert {k: v for k, v in made.items() if k != "subject_id"} == {
        "event_type": "consent-change", "event_id": "t:1", "controller_id": "OURCO",
        "source_system": "tool", "occurred_at": "2026-09-01T10:00:00.000Z",
        "recorded_at": "2026-09-01T10:00:00.000Z", "action": "GRANTED",
        "purposes": ["OWN_DIRECT_MARKETING"],
    }  # fmt: skip
    assert one(MAP, json.dumps(RECORD).encode()) == made


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer": "maybe"}, "top.answer: the map has no word for the value"),
        ({"answer": None}, "action: top.answer is absent"),
        ({"answer": ""}, "action: top.answer is absent"),
        ({"answer": ["yes"]}, "top.answer: it is a list"),
        ({"answer": 1.5}, "top.answer: it is a number with decimals"),
        ({"at": "2026-09-01T10:00:00"}, "the offset is missing"),
        ({"at": 1788256800}, "it is a whole number, and no text with a time"),
        ({"at": None}, "occurred_at: top.at is absent"),
        ({"email": "anna"}, "top.email is no email"),
        ({"email": None}, "subject: nothing usable at top.email"),
        ({"email": True}, "top.email is true or false, and no email"),
        ({"email": "a\ud800@example.nl"}, "lone surrogate"),
        ({"id": None}, "a value that it is made of is absent"),
        ({"id": 1.5}, "top.id is a number with decimals"),
        ({"id": {"a": 1}}, "top.id is an object"),
        ({"id": "anna@example.nl"}, "event_id holds an e-mail address"),
        ({"id": "0612345678"}, "event_id holds a phone number"),
        ({"id": "x" * 300}, "event_id must have 1 to 200 characters"),
        ({"id": "a\u200bb"}, "control, format or line-separating"),
    ],
)
def test_what_is_rejected_and_why(change: dict[str, Any], words: str) -> None:
    said = reason(MAP, RECORD | change)
    assert words in said
    for value in change.values():
        assert not isinstance(value, str) or len(value) < 4 or value not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff{}", "no JSON"),
        (b'{"id": "1", "id": "2"}', "the same key twice"),
        (b'{"a": {"b": 1, "b": 2}}', "the same key twice"),
        (b'{"id"\n: "1", "id": "2"}', "the same key twice"),
        (b"[" * 40 + b"]" * 40, "nested deeper than 32 levels"),
        (b"[" * 100_000, "nested deeper"),
        (b"1" * 5000, "no JSON"),
    ],
)
def test_bytes_that_are_no_record(content: bytes, words: str) -> None:
    assert words in reason(MAP, content)


def test_a_text_that_looks_like_a_key_is_no_double_key() -> None:
    record = RECORD | {"note": 'he said "id": twice "id": "x"'}
    assert "event_id" in one(MAP, json.dumps(record).encode())


def test_no_value_at_all() -> None:
    assert "tombstone" in reason(MAP, None)


CHECKED = (
    HEAD
    + """
[[check]]
from = "top.test"
words = {false = "pass", true = {reject = "a test"}}
absent = "pass"

[[check]]
when = {"top.status" = "SUBSCRIBED"}
unless = {"top.basis" = "CONSENT"}
ignore = "another basis"

[[check]]
when = {"top.deleted" = {present = true}}
ignore = "deleted"
"""
    + PLAIN
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"test": False}, None),
        ({"test": "false"}, None),
        ({"test": True}, {"rejected": "a test"}),
        ({"test": "TRUE"}, {"rejected": "top.test: the map has no word for the value"}),
        ({"test": 0}, {"rejected": "top.test: the map has no word for the value"}),
        ({"status": "SUBSCRIBED", "basis": "CONSENT"}, None),
        ({"status": "SUBSCRIBED", "basis": "CONTRACT"}, {"ignored": "another basis"}),
        ({"status": "SUBSCRIBED"}, {"ignored": "another basis"}),
        ({"deleted": "yes"}, {"ignored": "deleted"}),
        ({"deleted": None}, None),
    ],
)
def test_checks(change: dict[str, Any], expected: dict[str, str] | None) -> None:
    made = one(CHECKED, RECORD | change)
    assert made == expected if expected else "event_id" in made


def test_absence_passes_a_no_and_no_grant() -> None:
    text = CHECKED.replace('absent = "pass"', 'absent = "no-grant"')
    assert reason(text, RECORD) == "top.test is absent, and without it nothing is granted"
    assert one(text, RECORD | {"answer": "no"})["action"] == "WITHDRAWN"
    assert one(text, RECORD | {"test": False})["action"] == "GRANTED"
    strict = CHECKED.replace('absent = "pass"\n', "")
    assert reason(strict, RECORD) == "top.test is absent"


def test_the_digest_is_an_id_for_records_without_one() -> None:
    text = MAP.replace("{top.id}", "{digest}")
    first = one(text, RECORD)["event_id"]
    assert first == one(text, dict(reversed(RECORD.items())))["event_id"]
    assert first != one(text, RECORD | {"id": "2"})["event_id"]
    assert len(first) == 42


def test_headers_without_regard_to_case() -> None:
    text = MAP.replace("{top.id}", "{headers.X-Webhook-Id}")
    assert one(text, RECORD, {"x-webhook-id": "w1"})["event_id"] == "t:w1"
    assert "absent" in one(text, RECORD, {"x-other": "w1"})["rejected"]


def test_forms() -> None:
    text = MAP.replace("version = 1", 'version = 1\nformat = "form"').replace(
        "top.id", "top.data.id"
    )
    form = b"data[id]=7&email=anna%40example.nl&at=2026-09-01T10%3A00%3A00Z&answer=no"
    assert one(text, form)["event_id"] == "t:7"
    for content in (form + b"&answer=yes", form + b"&data=x", b"x", form + b"&a[b=c"):
        assert set(one(text, content)) == {"rejected"}


def test_json_within_a_text() -> None:
    text = MAP.replace("version = 1", 'version = 1\nembedded_json = ["top.payload"]').replace(
        "top.answer", "top.payload.answer"
    )
    record = {k: v for k, v in RECORD.items() if k != "answer"}
    assert one(text, record | {"payload": '{"answer": "yes"}'})["action"] == "GRANTED"
    assert "twice" in reason(text, record | {"payload": '{"answer": "no", "answer": "yes"}'})
    assert "whole number, and no text" in reason(text, record | {"payload": 7})


def test_the_root() -> None:
    text = MAP.replace("version = 1", 'version = 1\nroot = "top.body"').replace('"top.', '"root.')
    text = text.replace("root.body", "top.body").replace("{top.id}", "{root.id}")
    assert one(text, {"body": RECORD})["event_id"] == "t:1"
    assert reason(text, {"other": RECORD}) == "root: top.body is absent"


def test_other_events_than_consent_changes() -> None:
    text = (
        HEAD
        + """
[[event]]
type = "data-share"
each = "top.rows[]"
subject = {from = "item.email", kind = "email"}
[event.set]
event_id = "s:{top.id}:{number}"
occurred_at = {from = "top.at", time = "epoch_ms"}
recipient_id = "ACME"
purpose = "AD_AUDIENCE_MATCHING"
data_categories = {keys_of = "item", words = {email = "EMAIL", first = "NAME", last = "NAME", land = {skip = true}}}
"""
    )
    row = {"email": "anna@example.nl", "first": "A", "last": None, "land": "NL"}
    made = one(text, {"id": 1, "at": 1788256800000, "rows": [row]})
    assert made["data_categories"] == ["EMAIL", "NAME"]
    found = one(text, {"id": 1, "at": 1788256800000, "rows": [row | {"shoe": 1}]})
    assert found == {"rejected": "item: the map has no word for the value"}


def test_a_rejected_record_keeps_its_bytes_and_says_why() -> None:
    bound, content = (
        mapping(EACH),
        json.dumps(RECORD | {"answers": [{"answer": "yes"}, {}]}).encode(),
    )
    kept = rejected_record(bound.name, content, bound.apply(content))
    assert kept is not None
    assert (kept.value, kept.settled) == (content, 1)
    headers = dict(kept.headers)
    assert headers["consentry-ingest-map"] == b"tool"
    assert headers["consentry-ingest-reason"] == b"action: item.answer is absent"
    assert headers["consentry-ingest-item"] == b"1"
    assert (
        rejected_record("tool", b"", bound.apply(json.dumps(RECORD | {"answers": []}).encode()))
        is None
    )
