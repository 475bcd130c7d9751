"""Records that are taken apart: several events of one record, tables of purposes, states."""

from __future__ import annotations

from typing import Any

import pytest

from streams.ingest import IgnoredItem, RejectedItem
from tests.ingest.maps import HEAD, MAP, PLAIN, RECORD, events, one, outcomes, reason, shown

EACH = (
    (HEAD + PLAIN)
    .replace('nature = "act"', 'nature = "act"\neach = "top.answers[]"')
    .replace("{top.id}", "{top.id}:{number}")
    .replace('top.answer"', 'item.answer"')
)


def test_a_record_is_taken_apart() -> None:
    record = RECORD | {"answers": [{"answer": "yes"}, {"answer": "?"}, {"answer": "no"}, 7]}
    found = outcomes(EACH, record)
    assert [e["event_id"] for e in events(found)] == ["t:1:0", "t:1:2"]
    rejected = [o for o in found if isinstance(o, RejectedItem)]
    assert [(o.number, o.unmapped) for o in rejected] == [("1", True), ("3", False)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], {"ignored": "nothing stands in top.answers[]"}),
        (None, {"rejected": "top.answers is absent"}),
        ({}, {"rejected": "top.answers is an object, and no list"}),
        ("x", {"rejected": "top.answers is a text, and no list"}),
    ],
)
def test_no_list_is_no_silence(answers: Any, expected: dict[str, str]) -> None:
    assert one(EACH, RECORD | {"answers": answers}) == expected


def test_objects_and_two_levels() -> None:
    text = (
        (HEAD + PLAIN)
        .replace('nature = "act"', 'nature = "act"\neach = "top.groups[].choices{}"')
        .replace("{top.id}", "{outer.id}:{name}:{number}")
        .replace('"top.answer"', '"item"')
    )
    groups = [{"id": "a", "choices": {"x": "yes"}}, {"id": "b", "choices": {"y": "no", "z": "no"}}]
    made = shown(text, RECORD | {"groups": groups})
    assert [event["event_id"] for event in made] == ["t:a:x:0.0", "t:b:y:1.0", "t:b:z:1.1"]


def test_several_events_of_one_record_and_none() -> None:
    second = PLAIN.replace("[[event]]", '[[event]]\nname = "second"\nwhen = {"top.two" = true}')
    text = HEAD + PLAIN.replace(
        "[[event]]", '[[event]]\nname = "first"\nwhen = {"top.one" = true}'
    ) + second  # fmt: skip
    assert len(shown(text, RECORD | {"one": True, "two": True})) == 2
    assert reason(text, RECORD) == "no entry [[event]] of the map takes this record"


def test_rules_of_other_items_reject_nothing_that_is_not_theirs() -> None:
    text = MAP.replace('nature = "act"', 'nature = "act"\nwhen = {"top.kind" = "one"}') + (
        PLAIN.replace('nature = "act"', 'nature = "act"\nname = "each"\neach = "top.answers[]"')
        .replace("[event.set]", 'when = {"top.kind" = "many"}\n[event.set]')
        .replace("top.answer", "item.answer")
        .replace("{top.id}", "{top.id}:{number}")
    )
    many = RECORD | {"kind": "many", "answers": [{"answer": "yes"}, {"answer": "no"}]}
    assert [e["event_id"] for e in shown(text, RECORD | {"kind": "one"})] == ["t:1"]
    assert [e["event_id"] for e in shown(text, many)] == ["t:1:0", "t:1:1"]
    assert "takes this record" in reason(text, RECORD | {"kind": "none"})


def test_an_item_that_no_rule_takes_is_rejected() -> None:
    text = EACH.replace("[event.set]", 'when = {"item.kind" = "x"}\n[event.set]')
    record = RECORD | {"answers": [{"answer": "yes", "kind": "x"}, {"answer": "yes"}]}
    made, rejected = shown(text, record)
    assert made["event_id"] == "t:1:0"
    assert rejected == {"rejected": "no entry [[event]] of the map takes this item"}


TABLE = HEAD + """
[tables.lists.news]
purposes = ["OWN_DIRECT_MARKETING", "THIRD_PARTY_OFFERS"]
channels = ["EMAIL"]
notice_version = "n1"
data_categories = ["EMAIL"]
[tables.lists.stats]
ignore = "not marketing"
""" + PLAIN.replace('purposes = ["OWN_DIRECT_MARKETING"]', 'consent_id = "t:{top.id}"').replace(
    "[event.set]", 'table = {name = "lists", from = "top.list"}\n[event.set]'
)  # fmt: skip


def test_a_grant_for_each_purpose_and_one_withdrawal_for_all() -> None:
    grants = shown(TABLE, RECORD | {"list": "news"})
    assert [(g["event_id"], g["consent_id"], g["purposes"]) for g in grants] == [
        (f"t:1:{purpose}", f"t:1:{purpose}", [purpose])
        for purpose in ("OWN_DIRECT_MARKETING", "THIRD_PARTY_OFFERS")
    ]
    withdrawal = one(TABLE, RECORD | {"list": "news", "answer": "no"})
    assert withdrawal["purposes"] == ["OWN_DIRECT_MARKETING", "THIRD_PARTY_OFFERS"]
    # What belongs to a grant would narrow a withdrawal, or tie it to another consent.
    assert not {"consent_id", "notice_version", "data_categories"} & set(withdrawal)


def test_rows_that_are_no_event_and_rows_that_are_not_there() -> None:
    assert one(TABLE, RECORD | {"list": "stats"}) == {"ignored": "not marketing"}
    assert "the table lists has no row" in reason(TABLE, RECORD | {"list": "other"})
    assert "top.list is absent" in reason(TABLE, RECORD)


def test_a_grant_never_loses_its_scope() -> None:
    text = MAP.replace(
        "[event.set]",
        '[event.set]\nchannels = {from = "top.channel", optional = true, words = {mail = ["EMAIL"]}}',
    )
    assert one(text, RECORD | {"channel": "mail"})["channels"] == ["EMAIL"]
    assert "a grant without it would cover all" in reason(text, RECORD)
    assert "channels" not in one(text, RECORD | {"answer": "no"})


STATE = MAP.replace('nature = "act"', 'nature = "state"').replace(
    'time = "rfc3339"', 'time = "rfc3339", fallback = "top.sent"'
)


def test_a_state_grants_nothing_without_an_instant_of_its_own() -> None:
    sent = RECORD | {"at": None, "sent": "2026-09-02T00:00:00Z"}
    (ignored,) = outcomes(STATE, sent)
    assert ignored == IgnoredItem(
        "a state without an instant of its own grants nothing", "consent-change"
    )
    assert one(STATE, sent | {"answer": "no"})["occurred_at"] == "2026-09-02T00:00:00.000Z"


def test_a_state_that_comes_again_is_the_same_event() -> None:
    first, again = one(STATE, RECORD), one(STATE, RECORD | {"sent": "2026-09-09T00:00:00Z"})
    changed = one(STATE, RECORD | {"answer": "no"})
    assert first == again
    assert changed["event_id"] != first["event_id"]
