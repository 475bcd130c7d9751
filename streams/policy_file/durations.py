"""ISO 8601 durations of a fixed length: weeks, days, hours, minutes, seconds."""

from __future__ import annotations

import re
from typing import Final

from streams.core.instants import Duration

_FORM: Final = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?"
    r"(?:(?P<seconds>\d+)(?:\.(?P<millis>\d{1,3}))?S)?)?",
    re.ASCII,
)
_CALENDAR: Final = re.compile(r"P(?=[^T]*\d+[YM])[\dYMWD]+(T.*)?", re.ASCII)
_MILLIS: Final = {"weeks": 604_800_000, "days": 86_400_000, "hours": 3_600_000,
                  "minutes": 60_000, "seconds": 1000}  # fmt: skip
LONGEST: Final = 36_525 * 86_400_000
"""A hundred years: anything longer is a slip of the pen."""

ALLOWED: Final = "an ISO 8601 duration in weeks, days, hours, minutes or seconds, as PT72H or P30D"


def parse_duration(text: object) -> Duration:
    """Milliseconds of a duration.

    Raises ValueError, saying what is allowed. Months and years are refused: they have
    no fixed length, so two readers could compute two deadlines.
    """
    if not isinstance(text, str):
        raise ValueError(ALLOWED)
    match = _FORM.fullmatch(text)
    if match is None or not any(match.groups()):
        if _CALENDAR.fullmatch(text):
            raise ValueError(
                "a duration without months and years, which have no fixed length; write "
                "days, as P1096D for three years"
            )
        raise ValueError(ALLOWED)
    total = sum(
        int(count) * _MILLIS[unit]
        for unit, count in match.groupdict().items()
        if count and unit in _MILLIS
    )
    total += int((match["millis"] or "").ljust(3, "0") or 0)
    if total > LONGEST:
        raise ValueError("a duration of at most a hundred years")
    return Duration(total)


def format_duration(duration: Duration) -> str:
    """The shortest usual form: whole days as P30D, but up to 96 hours as PT72H."""
    if duration == 0:
        return "PT0S"
    hours, rest = divmod(duration, 3_600_000)
    if not rest:
        return f"P{hours // 24}D" if hours % 24 == 0 and hours > 96 else f"PT{hours}H"
    minutes, rest = divmod(duration, 60_000)
    if not rest:
        return f"PT{minutes}M"
    seconds, millis = divmod(duration, 1000)
    return f"PT{seconds}.{millis:03d}S" if millis else f"PT{seconds}S"
