"""Normalisation on both sides of each rule; vectors are tested with docs/events.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import ConsentryError
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind
from streams.wire.pseudonym import (
    NotNormalisable,
    Pseudonymiser,
    ValueKind,
    is_exposed,
    normalise,
    pseudonym,
    read_key,
)

KEY = b"k" * 32
EMAIL, PHONE, CUSTOMER = ValueKind.EMAIL, ValueKind.PHONE, ValueKind.CUSTOMER_ID


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        (EMAIL, "\tJan.Jansen@Example.NL\r", "jan.jansen@example.nl"),
        (EMAIL, "jan+tag@example.nl", "jan+tag@example.nl"),
        (EMAIL, "j.a.n@example.nl", "j.a.n@example.nl"),
        (EMAIL, "jan@example.nl.", "jan@example.nl"),
        (EMAIL, "jan@BÜCHER.example", "jan@xn--bcher-kva.example"),
        (EMAIL, "jan@straße.example", "jan@xn--strae-oqa.example"),
        (EMAIL, "jan＠example.nl", "jan@example.nl"),
        (PHONE, "06 1234 5678", "+31612345678"),
        (PHONE, "(020) 123-45.67", "+31201234567"),
        (PHONE, "+31 (0)20 1234567", "+31201234567"),
        (PHONE, "+310612345678", "+31612345678"),
        (PHONE, "00310612345678", "+31612345678"),
        (PHONE, "31612345678", "+31612345678"),
        (PHONE, "0032 2 123 45 67", "+3221234567"),
        (PHONE, "06\u201112345678", "+31612345678"),
        (PHONE, "+3197012345678", "+3197012345678"),
        (CUSTOMER, " 0012 ", "0012"),
        (CUSTOMER, "Ab", "Ab"),
        (CUSTOMER, "e\u0301", "\u00e9"),
    ],
)
def test_normal_forms(kind: ValueKind, value: str, form: str) -> None:
    assert normalise(kind, value) == form


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (EMAIL, ""),
        (EMAIL, "jan"),
        (EMAIL, "jan@"),
        (EMAIL, "@example.com"),
        (EMAIL, "jan@localhost"),
        (EMAIL, "jan@@example.nl"),
        (EMAIL, "jan jansen@example.nl"),
        (EMAIL, "Jan <jan@example.nl>"),
        (EMAIL, "a@example.nl,b@example.nl"),
        (EMAIL, "jan@exa mple.nl"),
        (EMAIL, "jan@-example.nl"),
        (EMAIL, "x" * 65 + "@example.nl"),
        (PHONE, ""),
        (PHONE, "612345678"),
        (PHONE, "061234567"),
        (PHONE, "06123456789"),
        (PHONE, "0612345678x"),
        (PHONE, "+1"),
        (PHONE, "+1234567890123456"),
        (PHONE, "112"),
        (CUSTOMER, "  "),
    ],
)
def test_what_is_none_of_its_kind_gives_no_pseudonym(kind: ValueKind, value: str) -> None:
    with pytest.raises(NotNormalisable) as caught:
        pseudonym(KEY, kind, value)
    if value.strip():
        assert value not in str(caught.value)


@given(st.text(max_size=40), st.sampled_from(ValueKind))
def test_a_normal_form_is_its_own_normal_form(value: str, kind: ValueKind) -> None:
    try:
        form = normalise(kind, value)
    except NotNormalisable:
        return
    assert normalise(kind, form) == form


def test_kinds_and_keys_are_separated() -> None:
    made = {
        pseudonym(KEY, PHONE, "0612345678"),
        pseudonym(KEY, CUSTOMER, "0612345678"),
        pseudonym(KEY, CUSTOMER, "+31612345678"),
        pseudonym(b"j" * 32, PHONE, "0612345678"),
    }
    assert len(made) == 4


@given(st.binary(min_size=32, max_size=200), st.text(max_size=40), st.sampled_from(ValueKind))
def test_many_values_under_one_key_are_the_same(key: bytes, value: str, kind: ValueKind) -> None:
    try:
        expected = pseudonym(key, kind, value)
    except NotNormalisable:
        return
    made = Pseudonymiser(key)
    assert made.of(
        kind, "KL-1" if kind is CUSTOMER else "0612345678" if kind is PHONE else "a@b.nl"
    )
    assert made.of(kind, value) == expected
    assert "Pseudonymiser(...)" in repr(made)


@given(st.integers(0, 10**12))
def test_pseudonyms_pass_the_guard(number: int) -> None:
    assert raw_kind(pseudonym(KEY, CUSTOMER, str(number)), EVERYTHING) is None


def test_line_breaks_at_the_end_are_no_part_of_the_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY + b"\r\n")
    assert read_key(path) == KEY
    path.write_bytes(b" " + KEY)
    assert read_key(path) == b" " + KEY


def test_short_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"k" * 31 + b"\n")
    with pytest.raises(ConsentryError, match="31 bytes"):
        read_key(path)
    path.write_bytes(b"k" * 32)
    read_key(path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConsentryError, match="cannot be read"):
        read_key(tmp_path / "none")


def test_a_key_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY)
    for mode, exposed in ((0o600, False), (0o400, False), (0o640, True), (0o604, True)):
        path.chmod(mode)
        assert is_exposed(path) is exposed
