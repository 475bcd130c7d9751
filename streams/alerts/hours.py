"""Is it quiet hours? In local time, through changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from streams.alerts.options import DAYS, AlertOptions
from streams.core.instants import EARLIEST, LATEST, Instant, days

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def is_quiet(options: AlertOptions, now: Instant) -> bool:
    """Whether `now` lies within quiet hours.

    By the clock on the wall: hours that begin at 22:00 and end at 07:00 last eight or ten
    hours in the nights in which clocks change.
    """
    if not options.quiet:
        return False
    local = _local(options.time_zone, now)
    wall = local.time()
    today, yesterday = DAYS[local.weekday()], DAYS[(local - timedelta(days=1)).weekday()]
    for quiet in options.quiet:
        if quiet.begin < quiet.end:
            if today in quiet.days and quiet.begin <= wall < quiet.end:
                return True
        elif (today in quiet.days and wall >= quiet.begin) or (
            yesterday in quiet.days and wall < quiet.end
        ):
            return True
    return False


def local_text(time_zone: str, at: Instant) -> str:
    """An instant for people: `2026-09-01 12:00 CEST`."""
    return _local(time_zone, at).strftime("%Y-%m-%d %H:%M %Z")


def local_span(time_zone: str, first: Instant, last: Instant) -> str:
    """Two instants for people: `2026-09-01 12:00 - 12:05 CEST`, with what is the same once."""
    start, end = _local(time_zone, first), _local(time_zone, last)
    text = local_text(time_zone, first)
    if start.strftime("%Z") != end.strftime("%Z"):
        return f"{text} - {local_text(time_zone, last)}"
    if start.date() != end.date():
        return f"{start:%Y-%m-%d %H:%M} - {end:%Y-%m-%d %H:%M %Z}"
    if f"{start:%H:%M}" != f"{end:%H:%M}":
        return f"{start:%Y-%m-%d %H:%M} - {end:%H:%M %Z}"
    return text


def _local(time_zone: str, at: Instant) -> datetime:
    # Judged events may claim any instant; at the ends of the calendar no zone has a time.
    within = min(max(at, EARLIEST + days(2)), LATEST - days(2))
    return (_EPOCH + within * _MILLISECOND).astimezone(ZoneInfo(time_zone))
