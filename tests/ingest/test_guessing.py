"""A first map from records: it loads, it rejects what it does not know, and says what is open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.errors import ConsentryError
from streams.ingest import RejectedItem, map_from_text
from streams.ingest.golden import TEST_KEY
from streams.ingest.guessing import GuessedMap, guess_map
from streams.ingest.mapping import Mapping
from tests.ingest.maps import events


def guessed(records: list[Any]) -> GuessedMap:
    return guess_map("crm", [json.dumps(record).encode() for record in records])


def receipts(count: int) -> list[dict[str, Any]]:
    words = ["opt_in", "opt_out", "later"]
    return [
        {"receipt_id": f"r{n}", "mail": f"a{n}@example.nl", "test": False,
         "when": f"2026-09-01T10:00:{n:02d}Z",
         "choices": [{"purpose": p, "status": words[(n + i) % 3], "note": "x"}
                     for i, p in enumerate(["news", "partners"])]}
        for n in range(count)
    ]  # fmt: skip


def test_a_first_map_loads_and_needs_purposes_only(tmp_path: Any) -> None:
    made = guessed(receipts(30))
    (tmp_path / "purposes.toml").write_text(made.table_text)
    spec = map_from_text(made.map_text, folder=tmp_path, controller_id="OURCO")
    (rule,) = spec.rules
    assert rule.each is not None
    assert rule.each.text == "top.choices[]"
    before = Mapping(spec, TEST_KEY).apply(receipts(1)[0])
    assert all(isinstance(outcome, RejectedItem) for outcome in before)
    # What is left to people: the purposes, and the words that the tool alone knows.
    decided = made.table_text.replace(
        'reject = "what this is for is not decided"',
        'purposes = ["OWN_DIRECT_MARKETING"]',
    )
    (tmp_path / "purposes.toml").write_text(decided)
    spec = map_from_text(made.map_text, folder=tmp_path, controller_id="OURCO")
    found = [o for record in receipts(30) for o in Mapping(spec, TEST_KEY).apply(record)]
    assert len(events(found)) == 40
    assert len({event["event_id"] for event in events(found)}) == 40
    assert {event["action"] for event in events(found)} == {"GRANTED", "WITHDRAWN"}
    assert '"later" = {reject = "what this means is not decided"}  # DECIDE' in made.map_text


def test_flat_records_with_local_times_and_a_customer_number() -> None:
    made = guessed([
        {"id": n, "customer_id": f"KL-{n}", "updated_at": "2026-09-01 10:00:00",
         "list": "abc"[n % 3], "consented": n % 2 == 0}
        for n in range(20)
    ])  # fmt: skip
    assert 'kind = "customer-id"' in made.map_text
    assert "which zone: DECIDE" in made.map_text
    assert 'from = "top.list"' in made.map_text
    assert 'event_id = "{top.id}"' in made.map_text


def test_the_zero_of_a_protobuf_enum_rejects_and_its_prefix_hides_no_word() -> None:
    symbols = ["GRANTED", "WITHDRAWN", "UNSPECIFIED", "PENDING", "SOMETHING"]
    made = guessed([
        {"id": n, "email": f"a{n}@example.nl", "at": "2026-09-01T10:00:00Z", "topic": "abc"[n % 3],
         "decision": f"CONSENT_ACTION_{symbols[n % 5]}"}
        for n in range(20)
    ])  # fmt: skip
    assert 'from = "top.decision"' in made.map_text
    for line in (
        '"CONSENT_ACTION_GRANTED" = "GRANTED"  # guess',
        '"CONSENT_ACTION_WITHDRAWN" = "WITHDRAWN"  # guess',
        '"CONSENT_ACTION_UNSPECIFIED" = {reject = "no answer was written"}  # guess',
        '"CONSENT_ACTION_PENDING" = {ignore = "awaiting confirmation"}  # guess',
        '"CONSENT_ACTION_SOMETHING" = {reject = "what this means is not decided"}  # DECIDE',
    ):
        assert line in made.map_text


def test_objects_whose_members_are_alike() -> None:
    made = guessed([
        {"messageId": f"m{n}", "userId": "u", "timestamp": 1788256800 + n,
         "prefs": {"news": True, "ads": False}} for n in range(5)
    ])  # fmt: skip
    assert 'each = "top.prefs{}"' in made.map_text
    assert 'table = {name = "purposes", from = "name"}' in made.map_text
    assert 'event_id = "{top.messageId}:{name}"' in made.map_text
    assert 'time = "epoch_s"' in made.map_text


def test_personal_values_are_not_written_down() -> None:
    made = guessed([
        {"answer": answer, "list": f"a{n}@example.nl", "email": f"a{n}@example.nl", "x": n}
        for n, answer in enumerate(["yes", "no", "anna@example.nl", "yes", "yes", "no"])
    ])  # fmt: skip
    assert "@" not in made.map_text + made.table_text
    by_person = [{"by": {"a@example.nl": {"at": "2026-01-01T00:00:00Z"}}, "answer": "no"}]
    assert "@" not in guessed(by_person).map_text


@pytest.mark.parametrize("records", [[b"x"], [b"{}"], [b'{"a": 1}'], [b"[]", b"7"], []])
def test_nothing_to_guess_from(records: list[bytes]) -> None:
    with pytest.raises(ConsentryError):
        guess_map("crm", records)
