"""docs/events.md is current, and what it promises to producers is so."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

import pytest

from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.dev.event_docs import PAGE, rendered
from streams.errors import ConsentryError
from streams.wire.decode import Decoded, decode
from streams.wire.looks import EVERYTHING, RawKind
from streams.wire.pii import raw_kind
from streams.wire.pseudonym import ValueKind, normalise, pseudonym
from tests.wire.builders import share

TEXT = PAGE.read_text("utf-8")
KEY = b"only-for-test-vectors-never-for-people"
VECTORS = re.findall(
    r"^\| (email|phone|customer-id) \| `(.+)` \| `(.+)` \| `(p1-.+)` \|$", TEXT, re.MULTILINE
)


def test_written_parts_are_current() -> None:
    assert rendered(TEXT) == TEXT, "run: python -m streams.dev.event_docs"


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ConsentryError, match="weather"):
        rendered("<!-- begin weather -->\n<!-- end weather -->")


def test_a_stale_page_is_noticed() -> None:
    assert rendered(TEXT.replace("The type of the event.", "Something else.")) == TEXT


@pytest.mark.parametrize("kind", EventType)
def test_every_event_has_its_section(kind: EventType) -> None:
    assert f"### {kind.value}\n" in TEXT


def test_there_are_vectors_of_every_kind() -> None:
    assert {kind for kind, *_ in VECTORS} == {kind.value for kind in ValueKind}
    assert len(VECTORS) == 13


@pytest.mark.parametrize(("kind", "value", "normalised", "subject_id"), VECTORS)
def test_vectors_hold(kind: str, value: str, normalised: str, subject_id: str) -> None:
    assert normalise(ValueKind(kind), value) == normalised
    assert pseudonym(KEY, ValueKind(kind), value) == subject_id
    # The formula as the page words it, without the code that implements it.
    message = b"consentry:p1:" + kind.encode() + b"\x00" + normalised.encode()
    assert subject_id == "p1-" + hmac.new(KEY, message, hashlib.sha256).hexdigest()[:40]
    assert KEY.decode() in TEXT


def test_the_key_is_spelt_as_the_page_says() -> None:
    assert subject_key("OURCO", "s-1").hex(" ").upper() in TEXT


def test_the_hash_is_computed_as_the_page_says() -> None:
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code is not None
    *steps, last = code[1].strip().splitlines()
    names: dict[str, Any] = {
        "event": json.loads(share(trace_id="t", lia_ref=None)),
        "json": json,
        "hashlib": hashlib,
    }
    exec("\n".join([*steps, f"digest = {last}"]), names)  # noqa: S102 - our own page
    decoded = decode(share(), None)
    assert isinstance(decoded, Decoded)
    assert names["digest"] == decoded.payload_hash


def test_examples_of_raw_values_are_found() -> None:
    table = TEXT.split("| kind | for example |")[1].split("\n\n")[0]
    kinds = {
        "e-mail address": RawKind.EMAIL,
        "phone number": RawKind.PHONE,
        "postcode with house number": RawKind.POSTCODE,
        "birth date": RawKind.BIRTH_DATE,
        "BSN": RawKind.BSN,
    }
    for name, kind in kinds.items():
        line = next(line for line in table.splitlines() if line.startswith(f"| {name} |"))
        examples = re.findall(r"`(.+?)`", line)
        assert examples
        for example in examples:
            assert raw_kind(example, EVERYTHING) is kind, example
    assert raw_kind("order-0612345678", EVERYTHING) is None
