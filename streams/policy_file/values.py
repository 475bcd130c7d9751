"""What each setting may be, and how its text becomes its value.

TOML and JSON give the same plain values, so the policy file and the conformance cases
are read by one set of readers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import EnumMeta
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from streams.core.instants import EARLIEST, LATEST, Duration, Instant, parse_instant
from streams.core.policy import PolicySettings
from streams.core.policy.settings import DEFAULT_RECORDING_DELAY, Sector
from streams.core.vocabulary import ConsentMethod, RecipientRole
from streams.policy_file import durations
from streams.policy_file.places import PolicyPlace, Problems, suggestion

INSTANT_ALLOWED: Final = (
    "an instant with an offset, as 2026-07-01T00:00:00+02:00; a local time or a date names "
    "no instant"
)

_Read = Callable[[object, PolicyPlace, Problems], Any]


@dataclass(frozen=True)
class Shape:
    """How a setting is read, and what is allowed, in words.

    `read` gives None for what it refused, having said why.
    """

    allowed: str
    read: _Read


def read_instant(value: object, place: PolicyPlace, problems: Problems) -> Instant | None:
    """An instant from a TOML datetime or an RFC 3339 text.

    What an offset moves out of the years 1 to 9999 is the first instant or the last one: from the
    beginning, or without an end.
    """
    try:
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.isoformat()
        if isinstance(value, str):
            return min(max(parse_instant(value), EARLIEST), LATEST)
    except ValueError:
        pass
    problems.add(place, INSTANT_ALLOWED, value)
    return None


def one_of(kind: EnumMeta) -> Shape:
    """A symbol of a vocabulary."""
    symbols = list(kind.__members__)
    allowed = f"one of {', '.join(symbols)}"

    def read(value: object, place: PolicyPlace, problems: Problems) -> Any:
        if isinstance(value, str) and value in symbols:
            return kind(value)
        near = suggestion(value.upper(), symbols) if isinstance(value, str) else ""
        problems.add(place, f"allowed: {allowed}{near}", value)
        return None

    return Shape(allowed, read)


def _read_yes_or_no(value: object, place: PolicyPlace, problems: Problems) -> bool | None:
    if isinstance(value, bool):
        return value
    problems.add(place, "allowed: true or false", value)
    return None


def _read_duration(value: object, place: PolicyPlace, problems: Problems) -> Duration | None:
    try:
        return durations.parse_duration(value)
    except ValueError as error:
        problems.add(place, f"allowed: {error}", value)
        return None


def _read_sector(value: object, place: PolicyPlace, problems: Problems) -> Any:
    # "off" is how the legal model writes the default.
    return Sector.NONE if value in (False, "off") else _SECTOR.read(value, place, problems)


def _read_groups(value: object, place: PolicyPlace, problems: Problems) -> Any:
    """Groups of similar categories; a group of one says nothing and is a slip."""
    if not isinstance(value, list):
        problems.add(place, f"allowed: {_GROUPS}", value)
        return None
    groups = []
    for index, group in enumerate(value):
        names = group if isinstance(group, list) else []
        if len(names) < 2 or not all(isinstance(name, str) and name for name in names):
            problems.add(place.child(index), f"allowed: {_GROUPS}", group)
            return None
        groups.append(tuple(names))
    return tuple(groups)


def _read_delays(value: object, place: PolicyPlace, problems: Problems) -> Any:
    """By method; methods that are left out keep their default. One duration is for all."""
    if not isinstance(value, Mapping):
        delay = _read_duration(value, place, problems)
        return None if delay is None else dict.fromkeys(ConsentMethod, delay)
    methods = [str(method) for method in ConsentMethod]
    delays = dict(DEFAULT_RECORDING_DELAY)
    sound = True
    for name, text in value.items():
        if name not in methods:
            lost = " (a setting: it must stand above the first [table])" * (name in SHAPES)
            problems.add(
                place.child(name),
                f"no consent method{lost}{suggestion(name, methods)}"
                f"; allowed: {', '.join(methods)}",
            )
            sound = False
            continue
        delay = _read_duration(text, place.child(name), problems)
        sound = sound and delay is not None
        if delay is not None:
            delays[ConsentMethod(name)] = delay
    return delays if sound else None


def _read_role(value: object, place: PolicyPlace, problems: Problems) -> RecipientRole | None:
    allowed = [RecipientRole.THIRD_PARTY, RecipientRole.JOINT_CONTROLLER, RecipientRole.PROCESSOR]
    if isinstance(value, str) and value in allowed:
        return RecipientRole(value)
    problems.add(place, f"allowed: one of {', '.join(allowed)}", value)
    return None


YES_OR_NO: Final = Shape("true or false", _read_yes_or_no)
DURATION: Final = Shape(durations.ALLOWED, _read_duration)
_SECTOR: Final = one_of(Sector)
_GROUPS: Final = 'a list of groups of two or more categories, as [["COFFEE", "TEA"]]'
_SPECIAL: Final = {
    "telemarketing_customer_exception_sector": Shape(_SECTOR.allowed, _read_sector),
    "similar_products": Shape(_GROUPS, _read_groups),
    "max_recording_delay": Shape(
        f"one duration, or one by consent method; each {durations.ALLOWED}", _read_delays
    ),
    # Data that leave for an unknown recipient have left: it cannot be the controller.
    "unknown_recipient_role": Shape("one of THIRD_PARTY, JOINT_CONTROLLER, PROCESSOR", _read_role),
}


def _shapes() -> Mapping[str, Shape]:
    shapes: dict[str, Shape] = {}
    for name, hint in get_type_hints(PolicySettings).items():
        if name in _SPECIAL:
            shapes[name] = _SPECIAL[name]
        elif hint is bool:
            shapes[name] = YES_OR_NO
        elif isinstance(hint, EnumMeta):
            shapes[name] = one_of(hint)
        else:
            shapes[name] = DURATION
    return MappingProxyType(shapes)


SHAPES: Final = _shapes()
"""Every setting by its name, in the order of the legal model."""
