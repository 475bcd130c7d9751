"""Instants are integers: milliseconds since 1970-01-01T00:00:00Z.

Integers compare and hash fast and cannot carry a wrong time zone. The canonical text
form is RFC 3339 in UTC with three decimals, `2026-09-01T10:00:00.000Z`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NewType

from streams.core.instant_faults import fault_of

Instant = NewType("Instant", int)
"""Milliseconds since the epoch, UTC."""

Duration = NewType("Duration", int)
"""Milliseconds."""

EARLIEST = Instant(-62_135_596_800_000)
"""0001-01-01T00:00:00.000Z: what dated data without a beginning begins at."""

EARLIEST_OF_EVENTS = Instant(631_152_000_000)
"""1990-01-01T00:00:00.000Z: no event holds an earlier instant. Placeholders lie before it
(year 1, 1970, seconds read as milliseconds), and would be believed (legal model 3.2)."""

LATEST = Instant(253_402_300_799_999)
"""9999-12-31T23:59:59.999Z, the last instant that the canonical form can write."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
)


def hours(count: int) -> Duration:
    """`count` hours in milliseconds."""
    return Duration(count * 3_600_000)


def days(count: int) -> Duration:
    """`count` days of 24 hours in milliseconds."""
    return Duration(count * 86_400_000)


def after(instant: Instant, duration: Duration) -> Instant:
    """The instant so much later, or the last one that the canonical form can write."""
    return Instant(min(instant + duration, LATEST))


def parse_instant(text: str) -> Instant:
    """Read an RFC 3339 instant; digits beyond the millisecond are cut off.

    Raises ValueError with what is wrong, without the text in it, when the form is another
    one or the offset is missing (a local time names no instant).
    """
    # Later releases of Python read 24:00, which no canonical form would give back.
    if not _RFC_3339.fullmatch(text) or text[11:13] == "24":
        raise ValueError(fault_of(text))
    try:
        # RFC 3339 allows t and z, which fromisoformat does not.
        moment = datetime.fromisoformat(text.upper())
        return Instant((moment - _EPOCH) // _MILLISECOND)
    except (ValueError, OverflowError):
        raise ValueError(fault_of(text)) from None


def format_instant(instant: Instant) -> str:
    """Write the canonical form, always UTC with three decimals.

    Raises ValueError for an instant outside the years 1 to 9999.
    """
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("the instant is outside the years 1 to 9999")
    return (_EPOCH + instant * _MILLISECOND).isoformat(timespec="milliseconds")[:-6] + "Z"
