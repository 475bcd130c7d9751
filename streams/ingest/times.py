"""Times of the source to instants: nothing is guessed about units, zones or offsets.

A local time names no instant without its zone, and one that the clock showed twice, or
never, names none at all (the hours around a change of summer time): both are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.core.instants import (
    EARLIEST_OF_EVENTS,
    LATEST,
    Instant,
    format_instant,
    parse_instant,
)
from streams.ingest.paths import type_name

TimeReader = Callable[[Any], Instant]
"""From a value to an instant. Raises ValueError that says what is wrong, without the value."""

ALLOWED: Final = (
    'allowed: "rfc3339", "epoch_s", "epoch_ms", or a pattern of %Y %m %d %H %M %S %f %z, as '
    '"%Y-%m-%d %H:%M:%S"'
)
LATEST_PLAUSIBLE: Final = parse_instant("2100-01-01T00:00:00Z")
"""No act lies so late: milliseconds were read as something else."""

_FIELDS: Final = {
    "%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d\d)", "%d": r"(?P<d>\d\d)", "%H": r"(?P<H>\d\d)",
    "%M": r"(?P<M>\d\d)", "%S": r"(?P<S>\d\d)", "%f": r"(?P<f>\d{1,9})",
    "%z": r"(?P<z>Z|[+-]\d\d(?::?\d\d)?)", "%%": "%",
}  # fmt: skip
_LOCAL: Final = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[Tt ](?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)(?:\.(?P<f>\d{1,9}))?",
    re.ASCII,
)
_NUMBER: Final = re.compile(r"\d{1,20}(\.\d{1,20})?", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def time_reader(form: object, zone: object, *, latest: Instant = LATEST_PLAUSIBLE) -> TimeReader:
    """A reader of one form of time. Raises ValueError where the map does not say enough."""
    if not isinstance(form, str):
        raise ValueError(ALLOWED)
    where = _zone(zone)
    if form in {"epoch_s", "epoch_ms"}:
        if where is not None:
            raise ValueError("an epoch counts in UTC: it has no zone")
        read = _epoch(1000 if form == "epoch_s" else 1)
    elif form == "rfc3339":
        read = _rfc3339(where)
    elif "%" in form:
        read = _pattern(form, where)
    else:
        raise ValueError(ALLOWED)

    of_text = _instant if form == "rfc3339" and where is None else read

    def checked(value: Any) -> Instant:
        if type(value) is str:
            instant = of_text(value)
        else:
            instant = _of_datetime(value) if type(value) is datetime else read(value)
        if instant < EARLIEST_OF_EVENTS:
            raise ValueError(
                "it lies before 1990: a placeholder, or another unit than the map says"
            )
        if instant > latest:
            raise ValueError(
                f"it lies after {format_instant(latest)[:4]}: another unit than the map says"
            )
        return instant

    return checked


def _zone(name: object) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        if isinstance(name, str):
            return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        pass
    raise ValueError("allowed: a time zone by its IANA name, as Europe/Amsterdam or UTC")


def _epoch(factor: int) -> TimeReader:
    def read(value: Any) -> Instant:
        if type(value) is int:
            millis = value * factor
        elif type(value) is float and abs(value) < 1e16:
            # What is printed is what was sent; the product of two floats is not.
            millis = int(Decimal(repr(value)) * factor)
        elif type(value) is str and _NUMBER.fullmatch(value):
            millis = int(Decimal(value) * factor)
        else:
            raise ValueError("it is no number of seconds or milliseconds")
        return Instant(max(-1, min(millis, LATEST)))

    return read


@lru_cache(maxsize=1024)
def _instant(text: str) -> Instant:
    """As `parse_instant`; one act often makes several events."""
    return parse_instant(text)


def _rfc3339(zone: ZoneInfo | None) -> TimeReader:
    """With a zone, texts without an offset are of that zone."""

    def read(value: Any) -> Instant:
        if type(value) is not str:
            raise ValueError(f"it is {type_name(value)}, and no text with a time")
        if zone is not None and (local := _LOCAL.fullmatch(value)):
            return _in_zone(local, zone)
        return _instant(value)

    return read


def _pattern(form: str, zone: ZoneInfo | None) -> TimeReader:
    parts = re.findall(r"%.|[^%]+|%", form)
    unknown = next((part for part in parts if part[0] == "%" and part not in _FIELDS), None)
    if unknown is not None:
        raise ValueError(f"{ALLOWED}; {unknown} is none of them")
    missing = [name for name in ("%Y", "%m", "%d", "%H", "%M") if parts.count(name) != 1]
    if missing or max(map(parts.count, _FIELDS)) > 1:
        raise ValueError(f"each of %Y %m %d %H %M must stand in the pattern once: {ALLOWED}")
    if ("%z" in parts) == (zone is not None):
        raise ValueError(
            'the time zone is missing: give zone, as zone = "Europe/Amsterdam" or "UTC"'
            if zone is None
            else "the pattern has an offset (%z): leave zone out"
        )
    compiled = re.compile("".join(_FIELDS.get(p, re.escape(p)) for p in parts), re.ASCII)

    def read(value: Any) -> Instant:
        found = compiled.fullmatch(value) if type(value) is str else None
        if found is None:
            raise ValueError("it has not the form that the map says")
        return _in_zone(found, zone)

    return read


def _in_zone(found: re.Match[str], zone: ZoneInfo | None) -> Instant:
    """The instant of the parts of a local time, or of one with an offset."""
    parts = found.groupdict()
    fraction = (parts.get("f") or "").ljust(3, "0")[:3]
    try:
        local = datetime(  # noqa: DTZ001 - its zone follows
            int(parts["Y"]), int(parts["m"]), int(parts["d"]),
            int(parts["H"]), int(parts["M"]), int(parts.get("S") or 0), int(fraction) * 1000,
        )  # fmt: skip
        if zone is None:
            return _at(local, _offset(parts["z"]))
        return _in_its_zone(local, zone)
    except OverflowError:
        raise ValueError("there is no such time") from None


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        raise ValueError("there is no such offset")
    return -offset if text[0] == "-" else offset


def _in_its_zone(local: datetime, zone: ZoneInfo) -> Instant:
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    if first > second:
        raise ValueError(
            "the clock showed it twice, at the end of summer time: which is meant is not said"
        )
    if first < second:
        raise ValueError("the clock never showed it: it was put forward over it")
    return _at(local, first)


def _at(local: datetime, offset: timedelta) -> Instant:
    return Instant((local.replace(tzinfo=UTC) - _EPOCH - offset) // _MILLISECOND)


def _of_datetime(value: datetime) -> Instant:
    """As readers of Avro give a timestamp."""
    if value.tzinfo is None:
        raise ValueError("it is a time without a zone")
    return Instant((value - _EPOCH) // _MILLISECOND)
