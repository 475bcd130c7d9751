"""Whose event it is: several kinds of key, guards, and the identity table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConsentryError
from streams.ingest import Identities, Outcome, RejectedItem, load_identities
from streams.ingest.golden import TEST_KEY
from streams.wire.pseudonym import ValueKind
from tests.ingest.maps import HEAD, PLAIN, RECORD, events, mapping, reason

EMAIL = TEST_KEY.of(ValueKind.EMAIL, "anna@example.nl")
PHONE = TEST_KEY.of(ValueKind.PHONE, "0612345678")
NUMBER = TEST_KEY.of(ValueKind.CUSTOMER_ID, "KL-1")
OTHER = TEST_KEY.of(ValueKind.CUSTOMER_ID, "KL-2")

SEVERAL = (HEAD + PLAIN).replace(
    'subject = {from = "top.email", kind = "email"}',
    """subject = [
  {from = "top.number", kind = "customer-id"},
  {from = "top.email", kind = "email", require = {"top.kind" = "Email"}},
  {from = "top.phone", kind = "phone"},
]""",
)


def subjects(record: dict[str, Any], identities: Identities | None = None) -> list[str]:
    return [str(e["subject_id"]) for e in events(applied(record, identities))]


def applied(record: dict[str, Any], identities: Identities | None = None) -> list[Outcome]:
    return mapping(SEVERAL, identities).apply(record)


PERSON = RECORD | {"number": "KL-1", "kind": "Email", "phone": "06-12345678"}


def test_a_grant_goes_to_the_first_key_and_a_no_to_all() -> None:
    assert subjects(PERSON) == [NUMBER]
    assert subjects(PERSON | {"answer": "no"}) == [NUMBER, EMAIL, PHONE]


def test_a_guard_that_fails_passes_an_entry_over() -> None:
    record = {k: v for k, v in PERSON.items() if k != "number"}
    assert subjects(record) == [EMAIL]
    assert subjects(record | {"kind": "Cookie"}) == [PHONE]
    left = {k: v for k, v in record.items() if k != "phone"} | {"kind": "Cookie"}
    assert "with top.kind as required" in reason(SEVERAL, left)


def test_a_broken_key_stops_a_grant_and_no_withdrawal() -> None:
    broken = RECORD | {"kind": "Email", "email": "anna", "phone": "0612345678"}
    assert "is no email" in reason(SEVERAL, broken)
    found = applied(broken | {"answer": "no"})
    assert [e["subject_id"] for e in events(found)] == [PHONE]
    (fault,) = [o for o in found if isinstance(o, RejectedItem)]
    assert fault.path == "top.email"


@pytest.mark.parametrize("nobody", ["null", "Undefined", " n/a ", "0", 0, -1, "[object Object]"])
def test_a_placeholder_is_nobody(nobody: Any) -> None:
    """Else the consent of one visitor would cover all who are not known."""
    said = reason(SEVERAL, PERSON | {"number": nobody})
    assert said == "subject: top.number is a placeholder, and no customer-id"
    withdrawn = applied(PERSON | {"number": nobody, "answer": "no"})
    assert [e["subject_id"] for e in events(withdrawn)] == [EMAIL, PHONE]


def test_the_identity_table() -> None:
    people = Identities([[NUMBER, EMAIL, PHONE]])
    by_mail = RECORD | {"kind": "Email"}
    assert subjects(by_mail, people) == [NUMBER]
    assert subjects(by_mail | {"answer": "no"}, people) == [EMAIL, NUMBER, PHONE]


def test_a_key_of_two_people() -> None:
    people = Identities([[NUMBER, PHONE], [OTHER, PHONE]])
    by_phone = {k: v for k, v in RECORD.items() if k != "email"} | {"phone": "0612345678"}
    # A grant by a family's number is nobody's grant; a "no" is everybody's.
    assert subjects(by_phone, people) == [PHONE]
    assert subjects(by_phone | {"answer": "no"}, people) == [PHONE, NUMBER, OTHER]
    assert len(people) == 2


def test_another_key_says_who_shares_a_phone() -> None:
    people = Identities([[NUMBER, PHONE, EMAIL], [OTHER, PHONE]])
    record = RECORD | {"kind": "Email", "phone": "0612345678"}
    assert subjects(record, people) == [NUMBER]
    assert subjects(record | {"answer": "no"}, people) == [EMAIL, PHONE, NUMBER]


def test_a_later_key_that_the_table_knows_leads_to_the_person() -> None:
    people = Identities([[OTHER, PHONE]])
    record = RECORD | {"kind": "Email", "phone": "0612345678"}
    assert subjects(record, people) == [OTHER]
    assert subjects(record, Identities()) == [EMAIL]
    # What is broken behind the record's own key decides nothing.
    assert subjects(record | {"phone": "0"}, people) == [EMAIL]


def test_a_pseudonym_as_it_is() -> None:
    text = (HEAD + PLAIN).replace('kind = "email"', 'kind = "subject-id"')
    assert mapping(text).apply(RECORD | {"email": EMAIL})[0].event.subject_id == EMAIL  # type: ignore[union-attr]
    assert "subject_id holds an e-mail address" in reason(text, RECORD)


def test_the_key_never_shows() -> None:
    assert "vectors" not in repr(TEST_KEY)


def test_a_table_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"customer-id,email,phone\n{NUMBER},{EMAIL} p1-x,\n,,{PHONE}\n\n")
    people = load_identities(file)
    assert people.canonical(["p1-x"]) == NUMBER
    assert people.every_key([EMAIL]) == (EMAIL, NUMBER, "p1-x")
    assert people.every_key([PHONE]) == (PHONE,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,email\n", ":1: the header"),
        ("email,email\n", ":1: the header"),
        ("", ":1: the header"),
        ("email\np1-a,p1-b\n", ":2: 2 cells under 1 columns"),
        ("email\nanna@example.nl\n", ":2: it holds an e-mail address"),
        ('email\n"p1\n', ":2: no CSV"),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(text)
    with pytest.raises(ConsentryError) as error:
        load_identities(file)
    assert words in error.value.problem
    assert "anna" not in json.dumps(error.value.problem)
