"""What becomes of a text before people see it."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.safe_text import escape_json, safe, safe_json, safe_json_line
from tests.terminal.hostile import IDS, NEVER


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain: [red] :smile: \\n", "plain: [red] :smile: \\n"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b2J\x85", "\\x9b2J\\x85"),
        ("A\u202eB\u2028", "A\\u202eB\\u2028"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("zoë, Ålesund, 漢字, אבג, 😀", "zoë, Ålesund, 漢字, אבג, 😀"),
        ("e\u0301", "e\u0301"),
        ("\u0301x", "\\u0301x"),
        ("z" + "\u0301" * 6, "z" + "\u0301" * 4 + "\\u0301\\u0301"),
    ],
)
def test_a_text_is_shown_letter_by_letter(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_no_sign_of_unicode_that_is_obeyed_or_hidden_gets_through() -> None:
    for number in range(sys.maxunicode + 1):
        sign = chr(number)
        if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or NEVER.match(sign):
            assert safe(f"a{sign}").isascii(), hex(number)


@given(st.text())
def test_twice_is_once_and_it_is_one_line(text: str) -> None:
    shown = safe(text)
    assert safe(shown) == shown
    assert len(shown.splitlines()) <= 1
    assert not NEVER.search(shown)


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_json_means_the_same(value: object) -> None:
    for indent in (None, 2):
        document = safe_json(value, indent=indent)
        assert json.loads(document) == value
        assert not NEVER.search(document)
        assert len(document.splitlines()) == len(document.split("\n"))


@pytest.mark.parametrize("text", IDS.values(), ids=IDS)
def test_a_line_of_json_is_one_line_to_every_reader(text: str) -> None:
    encoded = json.dumps({"event_id": text}, ensure_ascii=False).encode()
    line = safe_json_line(encoded)
    assert json.loads(line) == {"event_id": text}
    assert len(line.decode().splitlines()) == 1
    assert escape_json(line.decode()) == line.decode()
