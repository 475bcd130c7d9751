"""What is wrong with a text that is no instant, in words that show how to write it.

The text itself is never in them: a field for an instant can hold a birth date.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

EXAMPLE: Final = "2026-09-01T10:00:00.000Z"

_LONGEST: Final = 100
"""More is not looked at: the forms below would take long over it."""
_DATE: Final = r"(\d{4})-(\d\d)-(\d\d)"
_TIME: Final = r"(\d\d):(\d\d):(\d\d)"
_DECIMALS: Final = r"(?:[.,]\d*)?"
_SHAPE: Final = re.compile(
    rf"{_DATE}(?P<between>[Tt ]){_TIME}(?P<decimals>{_DECIMALS})(?P<zone>.*)"
)
_OFFSET: Final = re.compile(r"[+-](\d\d):(\d\d)")

# In the order in which they are asked: the first that fits says what is wrong.
_FORMS: Final = (
    (r"", "it is empty; leave the field out where there is nothing to say"),
    (r"\s+.*|.*\s+", "a blank stands before or after it"),
    (r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", "it is a bare number: write date, time and offset"),
    (r"\d{8}T\d{4,6}.*", "hyphens and colons are missing between its parts"),
    (r"\d{4}-?W\d\d.*", "a week is no date: write year-month-day"),
    (r"\d{4}-\d{3}(\D.*)?", "a day of the year is no date: write year-month-day"),
    (r"[+-]\d{4,}-.*|\d{5,}-\d\d-\d\d.*", "the year has more or other signs than four digits"),
    (r"\d{4}-\d\d-\d\d", "the time of day and the offset are missing"),
    (r"\d{4}-\d\d", "the day, the time of day and the offset are missing"),
    (
        r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*|\d{4}[/.]\d{1,2}[/.]\d{1,2}.*",
        "the date is not written as year-month-day with hyphens",
    ),
    (r"\d{4}-(\d-\d{1,2}|\d\d-\d)(\D.*)?", "month and day have two digits each"),
    (r"\d\d:\d\d.*", "the date is missing"),
    (r".*\d\s*[aApP]\.?[mM]\.?.*", "the hour is of a clock with twelve hours: write 00 to 23"),
    (rf"{_DATE}[Tt ]\d\d(:\d\d)?(([Zz]|[+-]\d\d).*)?", "minutes or seconds are missing"),
    (rf"{_DATE}[Tt ]\d:.*", "the hour has two digits"),
    (rf"{_DATE}[Tt ]\d{{6}}.*", "colons are missing between hours, minutes and seconds"),
    (rf"{_DATE}\D.*", "T must stand between the date and the time, and the time be as 10:00:00"),
    (r"P[\dTYMWDHS.,]+", "it is a length of time and no instant"),
    (r".*[A-Za-z]{3}.*\d.*", "names of days, months or zones stand in it: write numbers"),
)
_ZONES: Final = (
    (r"[+-]\d{3,4}", "the offset needs a colon: +02:00 and not +0200"),
    (r"[+-]\d{1,2}", "the offset needs hours and minutes: +02:00 and not +02"),
    (r"[+-]\d:\d\d", "the hours of the offset have two digits: +02:00"),
    (r"[+-]\d\d:\d\d:\d\d(\.\d+)?", "the offset has no seconds: +00:20 and not +00:19:32"),
    (r"[aApP]\.?[mM]\.?( .*)?", "the hour is of a clock with twelve hours: write 00 to 23"),
    (r".*\]", "a zone in brackets follows: leave it out, the offset is enough"),
    (
        r"[A-Za-z][A-Za-z_/+-]*\d*",
        "the name of a time zone is no offset: write Z or one as +02:00",
    ),
)

Forms = tuple[tuple[re.Pattern[str], str], ...]


def _compiled(forms: tuple[tuple[str, str], ...]) -> Forms:
    return tuple((re.compile(one, re.ASCII | re.DOTALL), words) for one, words in forms)


_COMPILED: Final = _compiled(_FORMS)
_COMPILED_ZONES: Final = _compiled(_ZONES)


def fault_of(text: str) -> str:
    """What is wrong with a text that `parse_instant` does not read."""
    if len(text) > _LONGEST:
        return "it is longer than any instant"
    if not text.isascii():
        return "it holds signs that are not ASCII, such as another hyphen or other digits"
    found = _SHAPE.fullmatch(text)
    if found is None:
        return _first(_COMPILED, text) or "it has another form"
    year, month, day, hour, minute, second = (
        int(found[1]), int(found[2]), int(found[3]), int(found[5]), int(found[6]), int(found[7]),
    )  # fmt: skip
    return (
        _fault_of_date(year, month, day)
        or _fault_of_time(hour, minute, second)
        or _fault_of_decimals(found["decimals"])
        or _fault_of_zone(found["zone"])
        or "the instant is outside the years 1 to 9999"
    )


def fault_of_value(value: object) -> str:
    """What is wrong with a value in the place of an instant, text or not."""
    match value:
        case str():
            return fault_of(value)
        case bool():
            return "it is true or false"
        case int() | float():
            return "it is a number: in JSON an instant is a text with date, time and offset"
        case dict():
            return "it is an object: write the text itself"
        case list() | tuple():
            return "it is a list: write one text"
        case _:
            return "it is no text"


def _fault_of_date(year: int, month: int, day: int) -> str | None:
    if year == 0:
        return "there is no year 0000"
    if not 1 <= month <= 12:
        return "there is no such month: the order is year-month-day"
    try:
        date(year, month, day)
    except ValueError:
        return "there is no such day in that month"
    return None


def _fault_of_time(hour: int, minute: int, second: int) -> str | None:
    if hour == 24:
        return "the hour 24 is not read: write 00:00:00 of the next day"
    if hour > 24:
        return "there is no such hour: 00 to 23"
    if minute > 59:
        return "there is no such minute: 00 to 59"
    if second == 60:
        return "a leap second (:60) is not read: write :59 or the next minute"
    return "there is no such second: 00 to 59" if second > 60 else None


def _fault_of_decimals(decimals: str) -> str | None:
    if decimals.startswith(","):
        return "decimals follow a full stop and no comma"
    return "no digits follow the decimal point" if decimals == "." else None


def _fault_of_zone(zone: str) -> str | None:
    if not zone:
        return "the offset is missing, and a local time names no instant: add Z or one as +02:00"
    bare = zone.strip()
    offset = _OFFSET.fullmatch(bare)
    if bare in {"Z", "z"} or offset is not None:
        if bare != zone:
            return "no blank stands before the offset"
        if offset is not None and (int(offset[1]) > 23 or int(offset[2]) > 59):
            return "there is no such offset: hours to 23, minutes to 59"
        return None
    return _first(_COMPILED_ZONES, bare) or (
        "what follows the time is no offset: write Z or one as +02:00"
    )


def _first(forms: Forms, text: str) -> str | None:
    return next((words for pattern, words in forms if pattern.fullmatch(text)), None)
