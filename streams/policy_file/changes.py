"""What one policy says otherwise than another, setting by setting and row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from streams.core.instants import EARLIEST, LATEST, Instant, format_instant
from streams.core.policy import PARAMETERS, Parameter, Policy
from streams.policy_file.show import as_written

REGISTERS: Final = {
    "recipients": "recipient_id",
    "notices": "notice_version",
    "adequacy": "country",
}
"""The registers, and the key of each."""


class DatedText(msgspec.Struct, frozen=True):
    """A value in the form of the policy file, and since when it holds; None: from the beginning."""

    valid_from: str | None
    value: Any


class SettingChange(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that differs: all its values before and after, each with its beginning."""

    number: str
    name: str
    before: tuple[DatedText, ...]
    after: tuple[DatedText, ...]


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a register: `before` None where it was added, `after` None where it was removed.

    `row` is its id. Of a row that changed, both hold the columns that differ.
    """

    register: str
    row: str
    valid_from: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class PolicyChanges(msgspec.Struct, frozen=True, kw_only=True):
    """All that differs; `version` only where the label differs."""

    version: tuple[str, str] | None
    settings: tuple[SettingChange, ...]
    rows: tuple[RowChange, ...]

    @property
    def nothing(self) -> bool:
        """Whether both say the same."""
        return self.version is None and not self.settings and not self.rows


def policy_changes(before: Policy, after: Policy) -> PolicyChanges:
    """What `after` says otherwise than `before`, in the order of the legal model."""
    labels = _label(before), _label(after)
    return PolicyChanges(
        version=None if labels[0] == labels[1] else labels,
        settings=tuple(_settings(before, after)),
        rows=tuple(
            row
            for register, key in REGISTERS.items()
            for row in _rows(
                register,
                key,
                getattr(before.registers, register),
                getattr(after.registers, register),
            )
        ),
    )


def _label(policy: Policy) -> str:
    return policy.version.rpartition("+")[0]


def _settings(before: Policy, after: Policy) -> Iterator[SettingChange]:
    for parameter in PARAMETERS:
        was, now = _dated(before, parameter), _dated(after, parameter)
        if was != now:
            yield SettingChange(number=parameter.number, name=parameter.name, before=was, after=now)
    if before.assess_from != after.assess_from:
        yield SettingChange(
            number="-",
            name="assess_from",
            before=(DatedText(None, format_instant(before.assess_from)),),
            after=(DatedText(None, format_instant(after.assess_from)),),
        )


def _dated(policy: Policy, parameter: Parameter) -> tuple[DatedText, ...]:
    """All values of a setting; one that repeats the value before it says nothing."""
    found: list[DatedText] = []
    starts = [entry.valid_from for entry in policy.entries.get(parameter.name, ())]
    for start in dict.fromkeys([EARLIEST, *starts]):
        value = as_written(parameter.name, getattr(policy.at(start), parameter.name))
        if not found or found[-1].value != value:
            found.append(DatedText(_instant(start), value))
    return tuple(found)


def _instant(at: Instant) -> str | None:
    return None if at == EARLIEST else format_instant(at)


def _rows(
    register: str, key: str, before: Iterable[Any], after: Iterable[Any]
) -> Iterator[RowChange]:
    was = {_place(key, entry): entry for entry in before}
    now = {_place(key, entry): entry for entry in after}
    for place in dict.fromkeys([*was, *now]):
        old, new = was.get(place), now.get(place)
        if old == new:
            continue
        left, right = _columns(old, key), _columns(new, key)
        if left is not None and right is not None:
            names = [name for name in {**left, **right} if left.get(name) != right.get(name)]
            left = {name: left.get(name) for name in names}
            right = {name: right.get(name) for name in names}
        yield RowChange(
            register=register,
            row=place[0],
            valid_from=_instant(place[1]),
            before=left,
            after=right,
        )


def _place(key: str, entry: Any) -> tuple[str, Instant, Any]:
    """What makes a row of a register one of its own, as the reader of registers has it."""
    return getattr(entry, key), entry.valid_from, getattr(entry, "mechanism", None)


def _columns(entry: Any, key: str) -> dict[str, Any] | None:
    if entry is None:
        return None
    found: dict[str, Any] = {}
    for name in entry.__struct_fields__:
        value = getattr(entry, name)
        if name in (key, "valid_from") or value in (None, (), LATEST):
            continue
        plain = format_instant(value) if name == "valid_until" else msgspec.to_builtins(value)
        found[name] = list(plain) if isinstance(plain, tuple) else plain
    return found
