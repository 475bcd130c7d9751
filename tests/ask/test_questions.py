"""Lines that ask: what each may be, and that none is read mildly."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from streams.ask import BadLine, Question, Questions, share_template
from streams.core.events import DataShare, MarketingMessage
from streams.core.vocabulary import Purpose
from streams.errors import ConsentryError
from streams.wire.decode import MAX_BYTES

TEMPLATE = share_template("ACME", "AD_AUDIENCE_MATCHING", ["EMAIL"])
SHARE = {
    "event_type": "data-share", "controller_id": "SHOP", "subject_id": "s-1",
    "recipient_id": "ACME", "purpose": "ANALYTICS",
}  # fmt: skip
MESSAGE = {
    "event_type": "marketing-message", "controller_id": "SHOP", "subject_id": "s-1",
    "message_purpose": "MARKETING", "channel": "EMAIL",
}  # fmt: skip


def read(
    text: str | bytes, *, controller: str | None = "SHOP", template: DataShare | None = TEMPLATE
) -> list[Question | BadLine]:
    raw = text.encode() if isinstance(text, str) else text
    return list(Questions(template, controller).read(io.BytesIO(raw)))


def one(text: str | bytes, **options: Any) -> Question:
    [found] = read(text, **options)
    assert isinstance(found, Question), found
    return found


def bad(text: str | bytes, **options: Any) -> str:
    [found] = read(text, **options)
    assert isinstance(found, BadLine), found
    return found.reason


def test_a_pseudonym_asks_about_the_share_that_is_named() -> None:
    found = one("p1-abc\r\n")
    assert (found.raw, found.key, found.dated) == (b"p1-abc", b"SHOP\x1fp1-abc", False)
    event = found.event
    assert isinstance(event, DataShare)
    assert (event.recipient_id, event.purpose) == ("ACME", Purpose.AD_AUDIENCE_MATCHING)
    assert event.data_categories == ("EMAIL",)
    assert (event.controller_id, event.subject_id) == ("SHOP", "p1-abc")


def test_json_names_controller_and_person() -> None:
    found = one('{"controller_id": "OTHER", "subject_id": "s"}')
    assert found.key == b"OTHER\x1fs"
    assert one('{"subject_id": "s"}').key == b"SHOP\x1fs"


@pytest.mark.parametrize("record", [SHARE, MESSAGE])
def test_a_whole_event_asks_about_itself(record: dict[str, Any]) -> None:
    found = one(json.dumps(record), template=None, controller=None)
    assert isinstance(found.event, DataShare | MarketingMessage)
    assert not found.dated
    dated = record | {"occurred_at": "2026-09-01T10:00:00Z", "event_id": "e"}
    assert one(json.dumps(dated)).dated
    assert one(json.dumps(dated)).event.event_id == "e"


def test_lines_are_numbered_as_they_stand_and_empty_ones_ask_nothing() -> None:
    found = read(b"\xef\xbb\xbfs-1\n\n  \r\ns-4")
    assert [(line.number, line.raw) for line in found if isinstance(line, Question)] == [
        (1, b"s-1"),
        (4, b"s-4"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"subject_id": "s"', "JSON cannot be read"),
        ('{"controller_id": "SHOP"}', "subject_id: is missing"),
        ('{"subject": "s-1"}', "1 fields beside"),
        ('{"subject_id": "s", "recipient_id": "OTHER"}', "1 fields beside"),
        ('{"subject_id": "s", "subject_id": "t"}', "twice"),
        ('{"subject_id": 7}', "must be a text"),
        ('{"subject_id": ""}', "must be a text"),
        ("s" * 201, "1 to 200 characters"),
        (" s-1", "must not begin or end with a blank"),
        ("a\x00b", "control"),
        ("Unknown", "placeholder for nobody"),
        ("jan@example.nl", "raw personal value"),
        ("+31612345678", "raw personal value"),
        (b"\xff\xfe", "not UTF-8"),
        (json.dumps(SHARE | {"event_type": "purchase"}), ""),
        (json.dumps(SHARE | {"event_type": "data_share"}), "event_type"),
        (json.dumps(SHARE | {"purpose": "MARKETTING"}), "purpose"),
        (json.dumps(SHARE | {"recipientId": "X"}), ""),
        (json.dumps(SHARE | {"of_mine": 1}), "1 fields that no event"),
        (json.dumps(SHARE | {"share_id": "jan@example.nl"}), ""),
        (
            json.dumps(
                {"event_type": "consent-change", "controller_id": "C", "subject_id": "s",
                 "action": "GRANTED", "purposes": ["OWN_DIRECT_MARKETING"]}
            ),
            "",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_without_its_values(line: str | bytes, said: str) -> None:
    reason = bad(line)
    assert said in reason
    for value in ("jan@", "31612345678", "MARKETTING", "s-1"):
        assert value not in reason


def test_a_line_without_a_controller_or_a_question_is_bad() -> None:
    assert "add --controller" in bad("s-1", controller=None)
    assert "--recipient and --purpose" in bad("s-1", template=None)


def test_a_line_that_is_too_long_is_one_bad_line() -> None:
    found = read(b"s" * (3 * MAX_BYTES) + b"\ns-2\n" + b"s" * (MAX_BYTES + 1))
    assert [type(line).__name__ for line in found] == ["BadLine", "Question", "BadLine"]
    assert [line.number for line in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("recipient", "purpose", "categories", "field"),
    [
        ("ACME", "MARKETTING", [], "purpose"),
        ("ACME", "ANALYTICS", ["MAIL"], "data_categories"),
        ("", "ANALYTICS", [], "recipient_id"),
    ],
)
def test_a_share_that_cannot_be_is_no_question(
    recipient: str, purpose: str, categories: list[str], field: str
) -> None:
    with pytest.raises(ConsentryError, match=field):
        share_template(recipient, purpose, categories)
