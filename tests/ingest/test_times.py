"""Times: what is read, and what names no instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from streams.core.instants import LATEST, format_instant
from streams.ingest.times import time_reader

PATTERN = "%Y-%m-%d %H:%M:%S"
DUTCH = "Europe/Amsterdam"


def read(value: Any, form: str, zone: str | None = None) -> str:
    return format_instant(time_reader(form, zone)(value))


@pytest.mark.parametrize(
    ("value", "form", "zone", "expected"),
    [
        ("2026-09-01T12:00:00+02:00", "rfc3339", None, "2026-09-01T10:00:00.000Z"),
        ("2026-09-01T12:00:00+02:00", "rfc3339", DUTCH, "2026-09-01T10:00:00.000Z"),
        ("2026-09-01T12:00:00", "rfc3339", DUTCH, "2026-09-01T10:00:00.000Z"),
        ("2026-12-01 12:00:00.1239", "rfc3339", DUTCH, "2026-12-01T11:00:00.123Z"),
        (1788256800, "epoch_s", None, "2026-09-01T10:00:00.000Z"),
        ("1788256800", "epoch_s", None, "2026-09-01T10:00:00.000Z"),
        (1788256800.421473, "epoch_s", None, "2026-09-01T10:00:00.421Z"),
        (1788256800.421, "epoch_s", None, "2026-09-01T10:00:00.421Z"),
        ("1788256800.999999", "epoch_s", None, "2026-09-01T10:00:00.999Z"),
        (1788256800083, "epoch_ms", None, "2026-09-01T10:00:00.083Z"),
        ("2026-09-01 10:00:00", PATTERN, "UTC", "2026-09-01T10:00:00.000Z"),
        ("2026-09-01 10:00:00.5", PATTERN + ".%f", "UTC", "2026-09-01T10:00:00.500Z"),
        ("01/09/2026 12:00", "%d/%m/%Y %H:%M", DUTCH, "2026-09-01T10:00:00.000Z"),
        ("2026-09-01 12:00:00+02", PATTERN + "%z", None, "2026-09-01T10:00:00.000Z"),
        ("2026-09-01 06:30:00 -0330", PATTERN + " %z", None, "2026-09-01T10:00:00.000Z"),
        (datetime(2026, 9, 1, 10, tzinfo=UTC), "epoch_ms", None, "2026-09-01T10:00:00.000Z"),
        # Standard time follows: both sides of the doubled hour.
        ("2026-10-25 01:59:59", PATTERN, DUTCH, "2026-10-24T23:59:59.000Z"),
        ("2026-10-25 03:00:00", PATTERN, DUTCH, "2026-10-25T02:00:00.000Z"),
    ],
)
def test_times(value: Any, form: str, zone: str | None, expected: str) -> None:
    assert read(value, form, zone) == expected


@pytest.mark.parametrize(
    ("value", "form", "zone", "words"),
    [
        ("2026-10-25 02:30:00", PATTERN, DUTCH, "showed it twice"),
        ("2026-03-29 02:30:00", PATTERN, DUTCH, "never showed it"),
        ("2026-10-25T02:30:00", "rfc3339", DUTCH, "showed it twice"),
        ("2026-09-01T10:00:00", "rfc3339", None, "offset is missing"),
        ("2026-02-30 10:00:00", PATTERN, "UTC", "day is out of range|must be in range"),
        ("2026-09-01", PATTERN, "UTC", "not the form"),
        ("٢٠٢٦-09-01 10:00:00", PATTERN, "UTC", "not the form"),
        ("2026-09-01 10:00:00+24:00", PATTERN + "%z", None, "no such offset"),
        (1788256800083, "epoch_s", None, "after 2100"),
        (1788256800, "epoch_ms", None, "before 1990"),
        (0, "epoch_s", None, "before 1990"),
        (-5, "epoch_s", None, "before 1990"),
        (10**400, "epoch_s", None, "after 2100"),
        (float("nan"), "epoch_s", None, "no number"),
        (float("inf"), "epoch_s", None, "no number"),
        (1e300, "epoch_s", None, "no number"),
        (True, "epoch_s", None, "no number"),
        ("1e9", "epoch_s", None, "no number"),
        (None, "rfc3339", None, "absent"),
        (datetime(2026, 9, 1), "rfc3339", None, "without a zone"),  # noqa: DTZ001 - as meant
        ("9999-12-31 23:59:59-23:59", PATTERN + "%z", None, "after 2100"),
        ("0001-01-01 00:00:00", PATTERN, DUTCH, "before 1990|no such time"),
    ],
)  # fmt: skip
def test_what_names_no_instant(value: Any, form: str, zone: str | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(value, form, zone)


def test_an_end_may_lie_far_ahead() -> None:
    assert time_reader("rfc3339", None, latest=LATEST)("9999-12-31T00:00:00Z") < LATEST
