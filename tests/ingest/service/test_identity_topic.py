"""The identity table as a topic: what its records may be, and what they change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.ingest import Identities
from streams.ingest.service.identity_topic import read_person, take_record
from tests.ingest.service.records import Row


def person(key: bytes | None, value: Any) -> Row:
    return Row(topic="people", key=key, value=None if value is None else json.dumps(value).encode())


def test_kinds_stand_in_the_order_of_the_csv_file() -> None:
    value = {"phone": "p1-c", "email": ["p1-b", "p1-b2"], "customer-id": "p1-a"}
    assert read_person(json.dumps(value).encode()) == ("p1-a", "p1-b", "p1-b2", "p1-c")
    named = value | {"canonical": "p1-b"}
    assert read_person(json.dumps(named).encode()) == ("p1-b", "p1-a", "p1-b2", "p1-c")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (b"{", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"\xff", "no JSON object"),
        (b'{"email": 1}', "no JSON object"),
        (b'{"email": ["p1-a", null]}', "no JSON object"),
        (b'{"mail": "p1-a"}', "members other than canonical, customer-id"),
        (b"{}", "names no pseudonym"),
        (b'{"email": []}', "names no pseudonym"),
        (b'{"email": "anna@example.nl"}', "where a pseudonym belongs"),
        (b'{"email": "p1\\u0001"}', "not written as ids are"),
    ],
)
def test_a_record_that_is_no_person_quotes_nothing(value: bytes, fault: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_person(value)
    assert fault in str(raised.value)
    assert "anna" not in str(raised.value)


def test_a_later_record_of_a_key_replaces_and_a_tombstone_removes() -> None:
    table = Identities()
    assert take_record(person(b"1", {"customer-id": "p1-a", "email": "p1-b"}), table) == "read"
    assert table.every_key(["p1-b"]) == ("p1-b", "p1-a")
    take_record(person(b"1", {"customer-id": "p1-a", "phone": "p1-c"}), table)
    assert table.every_key(["p1-b"]) == ("p1-b",)
    assert table.every_key(["p1-c"]) == ("p1-c", "p1-a")
    assert take_record(person(b"1", None), table) == "removed"
    assert take_record(person(b"1", None), table) == "removed"
    assert table.every_key(["p1-c"]) == ("p1-c",)
    assert len(table) == 0


def test_what_two_records_say_stays_while_one_says_it() -> None:
    table = Identities()
    take_record(person(b"1", {"customer-id": "p1-a", "email": "p1-b"}), table)
    take_record(person(b"2", {"customer-id": "p1-a", "email": "p1-b"}), table)
    take_record(person(b"1", None), table)
    assert table.canonical(["p1-b"]) == "p1-a"
    assert len(table) == 1


def test_a_key_of_two_people_is_one_persons_again_when_the_other_leaves() -> None:
    table = Identities()
    take_record(person(b"1", {"customer-id": "p1-a", "phone": "p1-x"}), table)
    take_record(person(b"2", {"customer-id": "p1-b", "phone": "p1-x"}), table)
    assert table.canonical(["p1-x"]) == "p1-x"
    assert set(table.every_key(["p1-x"])) == {"p1-x", "p1-a", "p1-b"}
    take_record(person(b"2", None), table)
    assert table.canonical(["p1-x"]) == "p1-a"


def test_a_record_that_is_none_changes_nothing() -> None:
    table = Identities()
    take_record(person(b"1", {"customer-id": "p1-a", "email": "p1-b"}), table)
    for bad in (person(b"1", {"mail": "p1-c"}), person(None, {"email": "p1-c"})):
        with pytest.raises(ValueError):
            take_record(bad, table)
    assert table.every_key(["p1-b"]) == ("p1-b", "p1-a")
