"""A text that is no instant: what exactly is wrong is said, and the text is not."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.instant_faults import EXAMPLE, fault_of, fault_of_value
from streams.core.instants import parse_instant
from streams.core.vocabulary import EventType
from streams.wire.decode import Rejected, decode
from tests.terminal.hostile import share

FAULTS = {
    "2026-09-01T10:00:00+0200": "the offset needs a colon",
    "2026-09-01T10:00:00.123-0530": "the offset needs a colon",
    "2026-09-01T10:00:00+02": "the offset needs hours and minutes",
    "2026-09-01T10:00:00+2:00": "the hours of the offset have two digits",
    "2026-09-01T10:00:00+25:00": "there is no such offset",
    "2026-09-01T10:00:00+02:60": "there is no such offset",
    "2026-09-01T10:00:00+00:19:32": "the offset has no seconds",
    "2026-09-01T10:00:00 +02:00": "no blank stands before the offset",
    "2026-09-01T10:00:00 Z": "no blank stands before the offset",
    "2026-09-01T10:00:00+02:00[Europe/Amsterdam]": "a zone in brackets follows",
    "2026-09-01T10:00:00 Europe/Amsterdam": "the name of a time zone is no offset",
    "2026-09-01T10:00:00 CET": "the name of a time zone is no offset",
    "2026-09-01T10:00:00UTC": "the name of a time zone is no offset",
    "2026-09-01T10:00:00": "the offset is missing",
    "2026-09-01 10:00:00.000": "the offset is missing",
    "2026-09-01T23:59:60Z": "a leap second (:60)",
    "2026-09-01T23:59:61Z": "there is no such second",
    "2026-09-01T24:00:00Z": "the hour 24",
    "2026-09-01T24:00:00.000+02:00": "the hour 24",
    "2026-09-01T25:00:00Z": "there is no such hour",
    "2026-09-01T10:60:00Z": "there is no such minute",
    "2026-09-01T10:00:00,123Z": "decimals follow a full stop",
    "2026-09-01T10:00:00.Z": "no digits follow",
    "2026-13-01T10:00:00Z": "there is no such month",
    "2026-02-29T10:00:00Z": "there is no such day in that month",
    "2026-09-31T10:00:00Z": "there is no such day in that month",
    "0000-09-01T10:00:00Z": "there is no year 0000",
    "12026-09-01T10:00:00Z": "the year has more or other signs",
    "+2026-09-01T10:00:00Z": "the year has more or other signs",
    "2026-09-01": "the time of day and the offset are missing",
    "2026-09": "the day, the time of day and the offset are missing",
    "2026-09-01T10:00Z": "minutes or seconds are missing",
    "2026-09-01T10Z": "minutes or seconds are missing",
    "2026-09-01T10:00": "minutes or seconds are missing",
    "2026-09-01T100000Z": "colons are missing",
    "2026-09-01T1:00:00Z": "the hour has two digits",
    "2026-9-1T10:00:00Z": "month and day have two digits",
    "20260901T100000Z": "hyphens and colons are missing",
    "2026-W36-2T10:00:00Z": "a week is no date",
    "2026-244T10:00:00Z": "a day of the year is no date",
    "01-09-2026 10:00:00": "the date is not written as year-month-day",
    "09/01/2026 10:00": "the date is not written as year-month-day",
    "2026/09/01T10:00:00Z": "the date is not written as year-month-day",
    "1.9.2026": "the date is not written as year-month-day",
    "2026-09-01T10:00:00 AM": "the hour is of a clock with twelve hours",
    "2026-09-01_10:00:00Z": "T must stand between",
    "10:00:00Z": "the date is missing",
    "1756720800000": "it is a bare number",
    "1756720800.123": "it is a bare number",
    "1.7567208E12": "it is a bare number",
    "Tue, 01 Sep 2026 10:00:00 GMT": "names of days, months or zones",
    "Sep 1, 2026": "names of days, months or zones",
    "PT5M": "it is a length of time",
    "": "it is empty",
    " 2026-09-01T10:00:00Z": "a blank stands before or after",
    "2026-09-01T10:00:00Z\n": "a blank stands before or after",
    "2026-09-01T10:00:00\u221202:00": "signs that are not ASCII",
    "２０２６-09-01T10:00:00Z": "signs that are not ASCII",
    "9999-12-31T23:59:59-01:00": "outside the years",
    "soon": "another form",
    "x" * 1000: "longer than any instant",
}


@pytest.mark.parametrize(("text", "words"), FAULTS.items())
def test_the_fault_of_a_text_is_named(text: str, words: str) -> None:
    assert words in fault_of(text)
    if words != "outside the years":  # which the wire asks
        with pytest.raises(ValueError, match=re.escape(fault_of(text))):
            parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01T10:00:00Z",
        "2026-09-01t10:00:00z",
        "2026-09-01 10:00:00Z",
        "2026-09-01T10:00:00.123456789+02:00",
        "2026-09-01T10:00:00-00:00",
    ],
)
def test_forms_of_rfc_3339_are_read(text: str) -> None:
    parse_instant(text)


@pytest.mark.parametrize("field", ["occurred_at", "recorded_at"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        *FAULTS.items(),
        (1756720800000, "it is a number"),
        (17.5, "it is a number"),
        (True, "it is true or false"),
        ({"$date": "2026-09-01T10:00:00Z"}, "it is an object"),
        ([2026, 9, 1], "it is a list"),
    ],
)
def test_the_dead_letter_says_it_and_not_the_value(field: str, value: object, words: str) -> None:
    rejected = decode(json.dumps(share("e") | {field: value}).encode(), EventType.DATA_SHARE)
    assert isinstance(rejected, Rejected)
    letter = rejected.dead_letter
    assert letter.field == field
    if letter.code == "UNPROCESSABLE_EVENT":
        assert words in letter.reason
        assert letter.reason.startswith(f"{field} must be an RFC 3339 instant with an offset, as ")
    assert len(str(value)) < 4 or str(value) not in letter.reason.replace(EXAMPLE, "")


def said_of(text: str) -> str | None:
    try:
        parse_instant(text)
    except ValueError as error:
        return str(error)
    return None


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d[T ]?\d\d:\d\d:?\d\d[.,]?\d*.{0,8}"))
def test_whatever_the_text_there_are_words_without_it(text: str) -> None:
    assert fault_of_value(text)
    said = said_of(text)
    assert said is None or said == fault_of(text)
    assert said is None or len(text) < 12 or text not in said


def test_a_long_text_costs_nothing() -> None:
    began = time.monotonic()
    for text in ("1" * 1_000_000, "a1" * 500_000, "2026-09-01T10:00:00." + "0" * 1_000_000 + "x"):
        fault_of(text)
    assert time.monotonic() - began < 1
