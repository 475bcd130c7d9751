"""The first look at a text lets most pass at once, and changes no verdict."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.core.identifiers import id_fault
from streams.wire.looks import EVERYTHING, IDENTIFIER, INSTANT, VERSION, Look
from streams.wire.pii import LONGEST_IN_A_RUN, examine, plainly_clean, raw_kind

_LIKE_VALUES = st.text("0123456789+-_./@%40 ABSXWnl(),:\n\x00é٣", max_size=24)
_LOOKS = st.sampled_from([EVERYTHING, IDENTIFIER, INSTANT, VERSION])


_PIECES = (
    "0", "06", "0031", "31", "00", "1", "9", "19", "1985", "2024", "1234", "9999", "111222333",
    "0612345678", "12", "a", "f", "AB", "SS", "ab", "Z", "-", "--", "-1", "_", "b2", "345",
)  # fmt: skip
_RUNS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
"""Texts without a blank, made of what values are made of."""
_IDS = (
    st.uuids().map(str)
    | st.uuids().map(lambda one: str(one).upper())
    | st.binary(min_size=1, max_size=20).map(bytes.hex)
    | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
)


@given(_LIKE_VALUES | _RUNS | _IDS | st.text(max_size=40), _LOOKS)
@settings(max_examples=1_000)
@example("1234AB-12345-1234", EVERYTHING)
@example("1234AB12345abc", EVERYTHING)
@example("0031-6-1-2-3-4-5-6-7-8", EVERYTHING)
@example("111222333", EVERYTHING)
@example("1985-03-25", EVERYTHING)
@example("0612345678", EVERYTHING)
@example("-0612345678", EVERYTHING)
@example("_0612345678", EVERYTHING)
@example("00000000-0000-0000-0000-000000000000", EVERYTHING)
def test_the_first_look_changes_no_verdict(text: str, look: Look) -> None:
    assert raw_kind(text, look) == examine(text, look)
    if plainly_clean(text):
        assert examine(text, EVERYTHING) is None
        assert id_fault(text) is None


_LONGEST = ("0031-6-1-2-3-4-5-6-7-8", "06-1-2-3-4-5-6-7-8", "1234AB-12345-1234", "1985-03-25")


@pytest.mark.parametrize("text", _LONGEST)
def test_the_longest_values_without_a_blank_are_within_the_bound(text: str) -> None:
    """With a digit more each is longer than any of its kind, and none is a value then."""
    assert len(text) <= LONGEST_IN_A_RUN
    assert raw_kind(text, EVERYTHING) is not None
    assert examine(text + ("-0" if text[-2] == "-" else "0"), EVERYTHING) is None


@pytest.mark.parametrize(
    "text",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "0612345678884c7d659a2feaa0c55ad015a3bf4f1",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "0e984725-c51c-4bf4-9960-e1c80e27aba0",
        "7d659a2feaa0c55a",
        "p1-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    ],
)
def test_pseudonyms_uuids_and_ulids_pass_by_the_first_look(text: str) -> None:
    assert plainly_clean(text)


@pytest.mark.parametrize(
    "text", ["0612345678", "111222333", "1234AB12", "1985-03-25", "", "-" * 30]
)
def test_what_may_be_a_value_does_not(text: str) -> None:
    assert not plainly_clean(text)
