"""Unknown sources, guessed: people fill in purposes, recipients and the person's keys, and no more."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping as Given
from pathlib import Path
from typing import Any

import pytest

from streams.core.instants import parse_instant
from streams.ingest import MappedEvent, Mapping, RejectedItem, map_from_text
from streams.ingest.golden import TEST_KEY, shown_outcome
from streams.ingest.guessing import GuessedMap, guess_map
from streams.wire.pseudonym import ValueKind

COUNT = 100
EPOCH_MS = 1_788_256_800_000
UNDECIDED = 'reject = "what this is for is not decided"  # DECIDE'


def nested(n: int) -> dict[str, Any]:
    """A CRM's envelope: offsets without a colon, a status that does not count, staff beside."""
    return {
        "meta": {"messageId": f"m-{n}", "producedAt": "2026-09-02T00:00:00Z"},
        "sandbox": n == 7,
        "payload": {
            "member": {"number": f"10{n:04d}", "email": f"a{n}@example.nl"},
            "changedBy": {"email": "desk@example.nl"},
            "consent": {
                "programme": ["weekly", "deals", "partners"][n % 3],
                "medium": ["email", "sms"][n % 2],
                "decision": ["agreed", "declined", "withdrawn", "pending"][n % 4],
                "decidedAt": f"2026-09-01T12:{n % 60:02d}:00+0200",
                "wordingVersion": "v3",
                "validUntil": "2028-09-01T00:00:00+0200",
            },
        },
    }


def flat(n: int) -> dict[str, Any]:
    """A table of customers: an answer in each column, epoch milliseconds, numbers as texts."""
    return {
        "id": n,
        "klant_nr": str(10_012_345 + n),
        "email": f"b{n}@example.nl",
        "newsletter_optin": n % 2 == 0,
        "partner_optin": "Y" if n % 3 else "N",
        "sms_optin": None if n % 5 else True,
        "created_ms": 1_700_000_000_000,
        "updated_ms": EPOCH_MS + n * 1000,
        "rev": n % 7,
    }


def lists(n: int) -> dict[str, Any]:
    """A mail tool: one act about several lists, and lists of something else."""
    return {
        "eventId": f"e{n}",
        "type": ["unsubscribed", "subscribed", "bounced"][n % 3],
        "contact": {"id": f"C-{n}", "phone": f"+3161234{n:04d}"},
        "lists": [["weekly"], ["deals", "weekly"], ["partners"]][n % 3],
        "tags": ["vip", f"t{n}"],
        "at": f"2026-09-01T10:{n % 60:02d}:00Z",
    }


def items(n: int) -> dict[str, Any]:
    """A shop: orders with lines, and beside them answers for partners with a channel each."""
    return {
        "uuid": f"u-{n}",
        "customer": {"id": n + 5000},
        "lines": [{"sku": "x", "count": 1}, {"sku": "y", "count": 2}],
        "answers": [
            {"topic": "offers", "partner": "acme", "channel": "post", "value": n % 2 == 0},
            {"topic": "own", "partner": "klompads", "channel": "email", "value": True},
        ],
        "time": EPOCH_MS // 1000 + n,
    }


def both_lists(n: int) -> dict[str, Any]:
    """A preference centre: what is wanted, and what is not, as lists of names."""
    return {
        "requestId": f"r-{n}",
        "user": {"email": f"c{n}@example.nl"},
        "optIns": ["weekly"] if n % 2 else ["weekly", "deals"],
        "optOuts": ["partners"],
        "timestamp": f"2026-09-01T10:{n % 60:02d}:00.5Z",
    }


SOURCES = {one.__name__: one for one in (nested, flat, lists, items, both_lists)}


def guessed(source: str) -> tuple[GuessedMap, list[dict[str, Any]]]:
    records = [SOURCES[source](n) for n in range(COUNT)]
    return guess_map("crm", [json.dumps(record).encode() for record in records]), records


def filled_in(made: GuessedMap, folder: Path, rows: Given[str, str]) -> Mapping:
    """The map with the rows of the table, and recipients by their names: nothing else is changed."""
    (folder / "purposes.toml").write_text("".join(f'["{k}"]\n{row}\n' for k, row in rows.items()))
    text = re.sub(
        r'"(\w+)" = \{reject = "who this is is not decided"\}  # DECIDE',
        lambda word: f'{word[1]} = ["{word[1].upper()}"]',
        made.map_text,
    )
    return Mapping(map_from_text(text, folder=folder, controller_id="OURCO"), TEST_KEY)


@pytest.mark.parametrize("source", SOURCES)
def test_only_purposes_recipients_and_keys_are_left_to_people(source: str, tmp_path: Path) -> None:
    made, records = guessed(source)
    for line in made.map_text.split("\n"):
        if "DECIDE" in line and not line.startswith("#"):
            assert line.startswith("subject =") or "who this is" in line, line
    assert made.table_text.count("DECIDE") == made.table_text.count(UNDECIDED) > 0
    # Until then nothing is made of anything.
    (tmp_path / "purposes.toml").write_text(made.table_text)
    spec = map_from_text(made.map_text, folder=tmp_path, controller_id="OURCO")
    assert not any(
        isinstance(one, MappedEvent) for record in records for one in Mapping(spec, TEST_KEY).apply(record)
    )  # fmt: skip


def mapped(source: str, tmp_path: Path, rows: Given[str, str]) -> list[dict[str, Any]]:
    """The events of all records; none but those of a trial may be rejected."""
    made, records = guessed(source)
    assert {key for key in rows if f'["{key}"]' in made.table_text} == set(rows)
    found = [one for record in records for one in filled_in(made, tmp_path, rows).apply(record)]
    rejected = {one.reason for one in found if isinstance(one, RejectedItem)}
    assert rejected == ({"a test"} if source == "nested" else set())
    return [shown_outcome(one) for one in found if isinstance(one, MappedEvent)]


OWN = 'purposes = ["OWN_DIRECT_MARKETING"]'
PARTNERS = 'purposes = ["THIRD_PARTY_DIRECT_MARKETING"]\nrecipient_ids = ["ACME"]'


def test_nested_records(tmp_path: Path) -> None:
    rows = {"weekly": OWN, "deals": OWN, "partners": PARTNERS}
    events = mapped("nested", tmp_path, rows)
    # One in four is pending; a "no" goes to both keys; record 7 is a trial, and was pending.
    assert Counter(e["action"] for e in events) == {"GRANTED": 25, "REFUSED": 50, "WITHDRAWN": 50}
    first = events[0]
    assert first["subject_id"] == TEST_KEY.of(ValueKind.CUSTOMER_ID, "100000")
    assert first["occurred_at"] == "2026-09-01T10:00:00.000Z"
    assert (first["channels"], first["notice_version"]) == (["EMAIL"], "v3")
    assert first["expires_at"] == "2028-08-31T22:00:00.000Z"
    assert first["evidence_ref"] == "crm:m-0"
    keys = {TEST_KEY.of(ValueKind.EMAIL, "desk@example.nl")}
    assert not keys & {e["subject_id"] for e in events}


def test_a_flat_table(tmp_path: Path) -> None:
    rows = {"newsletter_optin": OWN, "partner_optin": PARTNERS, "sms_optin": OWN}
    events = mapped("flat", tmp_path, rows)
    # Numbers as texts are no phone numbers; a column without an answer is none.
    assert Counter(e["action"] for e in events) == {"GRANTED": 50 + 66 + 20, "REFUSED": 2 * 84}
    assert events[0]["subject_id"] == TEST_KEY.of(ValueKind.CUSTOMER_ID, "10012345")
    assert parse_instant(events[0]["occurred_at"]) == EPOCH_MS
    assert len({(e["event_id"], e["subject_id"]) for e in events}) == len(events)


def test_an_act_about_several_lists(tmp_path: Path) -> None:
    events = mapped("lists", tmp_path, {"weekly": OWN, "deals": OWN, "partners": PARTNERS})
    # 34 unsubscribed from one list, under two keys; 33 subscribed to two; bounces are nothing.
    assert Counter(e["action"] for e in events) == {"WITHDRAWN": 68, "GRANTED": 66}
    assert {e["event_id"] for e in events[:2]} == {"e0:weekly"}
    assert events[0]["subject_id"] == TEST_KEY.of(ValueKind.CUSTOMER_ID, "C-0")
    assert events[1]["subject_id"] == TEST_KEY.of(ValueKind.PHONE, "+31612340000")


def test_answers_beside_other_lists(tmp_path: Path) -> None:
    rows = {"offers": 'purposes = ["THIRD_PARTY_OFFERS"]', "own": OWN}
    events = mapped("items", tmp_path, rows)
    assert Counter(e["action"] for e in events) == {"GRANTED": 150, "REFUSED": 50}
    assert events[0]["recipient_ids"] == ["ACME"]
    assert events[0]["channels"] == ["POST"]
    assert parse_instant(events[0]["occurred_at"]) == EPOCH_MS


def test_lists_of_what_is_wanted_and_of_what_is_not(tmp_path: Path) -> None:
    events = mapped("both_lists", tmp_path, {"weekly": OWN, "deals": OWN, "partners": PARTNERS})
    assert Counter(e["action"] for e in events) == {"GRANTED": 150, "WITHDRAWN": 100}
    assert {e["event_id"] for e in events[:3]} == {
        "r-0:optins:weekly", "r-0:optins:deals", "r-0:optouts:partners",
    }  # fmt: skip


def test_the_zone_of_local_times_is_left_to_people_too() -> None:
    """Nothing in the records says it."""
    records = [flat(n) | {"updated_ms": f"0{n % 9 + 1}-09-2026 10:00"} for n in range(20)]
    records = [{k: v for k, v in one.items() if k != "created_ms"} for one in records]
    made = guess_map("crm", [json.dumps(record).encode() for record in records])
    assert 'time = "%d-%m-%Y %H:%M", zone = "UTC"}' in made.map_text
    assert "which zone: DECIDE" in made.map_text
