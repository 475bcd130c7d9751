"""Quiet hours go by the clock on the wall, through changes of the clocks."""

from __future__ import annotations

from typing import Any

import pytest

from streams.alerts.hours import is_quiet, local_span, local_text
from streams.core.instants import EARLIEST, LATEST, Instant, parse_instant
from tests.alerts.building import options

NIGHTS = {"begin": "22:00:00", "end": "07:00:00"}
LUNCH = {"begin": "12:00:00", "end": "13:00:00", "days": ["mon"]}
FRIDAYS = {**NIGHTS, "days": ["fri"]}
ALL_DAY = {"begin": "00:00:00", "end": "00:00:00", "days": ["sat", "sun"]}


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        (NIGHTS, "2026-09-01T19:59:59Z", False),
        (NIGHTS, "2026-09-01T20:00:00Z", True),  # 22:00 in summer
        (NIGHTS, "2026-12-01T20:00:00Z", False),
        (NIGHTS, "2026-12-01T21:00:00Z", True),  # 22:00 in winter
        (NIGHTS, "2026-10-25T05:59:59Z", True),  # 06:59 in the night that has ten hours
        (NIGHTS, "2026-10-25T06:00:00Z", False),
        (NIGHTS, "2026-03-29T04:59:59Z", True),  # 06:59 in the night that has eight
        (NIGHTS, "2026-03-29T05:00:00Z", False),
        (LUNCH, "2026-08-31T10:30:00Z", True),  # a Monday
        (LUNCH, "2026-09-01T10:30:00Z", False),
        (FRIDAYS, "2026-09-05T03:00:00Z", True),  # Saturday morning belongs to Friday's night
        (FRIDAYS, "2026-09-04T03:00:00Z", False),  # Friday morning does not
        (ALL_DAY, "2026-09-05T10:00:00Z", True),
        (ALL_DAY, "2026-09-06T21:59:59Z", True),
        (ALL_DAY, "2026-09-06T22:00:00Z", False),
    ],
)
def test_hours_are_those_of_the_place(quiet: dict[str, Any], at: str, *, expected: bool) -> None:
    assert is_quiet(options(quiet=[quiet]), parse_instant(at)) is expected


def test_another_zone_has_other_hours() -> None:
    found = options(quiet=[NIGHTS], time_zone="Asia/Tokyo")
    assert is_quiet(found, parse_instant("2026-09-01T13:00:00Z"))
    assert not is_quiet(found, parse_instant("2026-09-01T22:30:00Z"))


def test_any_instant_can_be_written() -> None:
    assert local_text("Europe/Amsterdam", parse_instant("2026-09-01T10:00:00Z")).endswith("CEST")
    assert local_text("Asia/Tokyo", EARLIEST)
    assert local_text("America/New_York", LATEST)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "2026-10-24 14:00 CEST"),
        (5, "2026-10-24 14:00 - 14:05 CEST"),
        (10 * 60, "2026-10-24 14:00 - 2026-10-25 00:00 CEST"),
        (24 * 60, "2026-10-24 14:00 CEST - 2026-10-25 13:00 CET"),
    ],
)
def test_a_span_names_its_zone_once_unless_clocks_change_within(minutes: int, shown: str) -> None:
    first = parse_instant("2026-10-24T12:00:00Z")
    assert local_span("Europe/Amsterdam", first, Instant(first + minutes * 60_000)) == shown
