"""A policy as it stands at an instant, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from streams.core.instants import EARLIEST, Instant
from streams.core.policy import PARAMETERS, Policy, PolicySettings
from streams.policy_file.durations import format_duration
from streams.policy_file.values import DURATION, SHAPES


class ShownSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting in force; `value` and `default` have the form of the policy file.

    `given`: the policy says it, not the default. `since` None: from the beginning.
    `next_from` is when a later entry takes over.
    """

    number: str
    name: str
    value: Any
    default: Any
    unit: str
    question: str
    source: str
    given: bool
    since: Instant | None
    next_from: Instant | None


def shown_settings(policy: Policy, at: Instant) -> list[ShownSetting]:
    """All settings as in force at `at`, in the order of the legal model."""
    settings = policy.at(at)
    return [
        _shown(policy, parameter.number, parameter.name, settings, at) for parameter in PARAMETERS
    ]


def _shown(
    policy: Policy, number: str, name: str, settings: PolicySettings, at: Instant
) -> ShownSetting:
    parameter = next(p for p in PARAMETERS if p.name == name)
    entries = policy.entries.get(name, ())
    begun = [entry.valid_from for entry in entries if entry.valid_from <= at]
    coming = [entry.valid_from for entry in entries if entry.valid_from > at]
    since = begun[-1] if begun and begun[-1] != EARLIEST else None
    return ShownSetting(
        number=number,
        name=name,
        value=as_written(name, getattr(settings, name)),
        default=as_written(name, parameter.default),
        unit=parameter.unit,
        question=parameter.question,
        source=parameter.source,
        given=bool(begun),
        since=since,
        next_from=coming[0] if coming else None,
    )


def as_written(name: str, value: Any) -> Any:
    """A value of `PolicySettings` in the form of the policy file."""
    if isinstance(value, Mapping):
        return {str(method): format_duration(delay) for method, delay in value.items()}
    if isinstance(value, tuple):
        return [list(group) for group in value]
    if SHAPES[name] is DURATION:
        return format_duration(value)
    return value if isinstance(value, bool) else str(value)
