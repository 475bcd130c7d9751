"""A whole policy: from a file, from TOML text, or from plain names and values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from streams.core.instants import EARLIEST, Instant
from streams.core.law import GDPR_APPLIES
from streams.core.policy import (
    PARAMETERS,
    RESERVED,
    DatedValue,
    Policy,
    Registers,
)
from streams.errors import ConsentryError
from streams.policy_file.lines import key_lines
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.policy_file.registers import read_registers
from streams.policy_file.values import SHAPES, read_instant
from streams.settings.text import text_of
from streams.settings.toml_text import read_document

REMEDY: Final = "All settings and their forms are described in docs/policy.md."
_NUMBERS: Final = {p.number: p.name for p in PARAMETERS} | RESERVED | {"P22": "registers"}
_RESERVED_NAMES: Final = {name: number for number, name in RESERVED.items()}
_TOP: Final = [*SHAPES, *_RESERVED_NAMES, "registers", "version", "assess_from"]
_VERSION: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
_P5: Final = _NUMBERS["P5"]


def load_policy(path: Path) -> Policy:
    """Read a policy file. Raises ConsentryError with everything that is wrong in it."""
    text, label = read_policy_file(path)
    return policy_from_text(text, name=str(path), folder=path.parent, version=label)


def read_policy_file(path: Path) -> tuple[str, str]:
    """The text of a policy file, and the version that holds where it states none.

    Raises ConsentryError where the file cannot be read.
    """
    text = text_of(path, f"the policy file {path}", REMEDY)
    # The version stands in every finding: a name of any bytes must not keep it from being written.
    return text, path.stem.encode("utf-8", "backslashreplace").decode()


def policy_from_text(
    text: str,
    *,
    name: str = "policy",
    folder: Path | None = None,
    version: str = "policy",
    register_entries: Mapping[str, Any] | None = None,
) -> Policy:
    """Read TOML text.

    `name` stands for the file in problems, `folder` is where relative paths of registers
    start, `version` holds where the text names none. With `register_entries` no file is read:
    they stand for each register of which the text names one.
    """
    document = read_document(text, name, REMEDY)
    place = PolicyPlace(name, lines=key_lines(text))
    if register_entries is not None:
        document = _with_entries(document, register_entries, name)
    return _checked(document, place, folder or Path(), version=version, registers=Registers())


def policy_from_names(
    names: Mapping[str, Any],
    *,
    name: str = "policy",
    version: str = "names",
    registers: Registers | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> Policy:
    """Read settings given as plain JSON values by their names, as conformance cases have.

    `registers` (each by itself) and `defaults` (plain values too) hold where the names say
    nothing. For
    P5 `true` is accepted here, in dated entries too: the sectors do not differ in effect.
    """
    document = {**(defaults or {}), **names}
    if _P5 in document:
        document[_P5] = _with_sector(document[_P5])
    return _checked(
        document, PolicyPlace(name), Path(), version=version, registers=registers or Registers()
    )


def _with_sector(value: object) -> object:
    """A value of P5, or dated ones, with a sector in the place of `true`."""
    if isinstance(value, list):
        return [_with_sector(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: _with_sector(one) if name == "value" else one for name, one in value.items()}
    return "PUBLISHER" if value is True else value


def _with_entries(
    document: dict[str, Any], entries: Mapping[str, Any], name: str
) -> dict[str, Any]:
    """The document with entries in the place of the files that it names, all and no others."""
    given = document.get("registers", {})
    table = given if isinstance(given, Mapping) else {}
    named = {register for register, value in table.items() if isinstance(value, str)}
    if unmatched := sorted(named ^ entries.keys()):
        raise ConsentryError(
            f"{name}: registers.{unmatched[0]}: the text names a file of this register, and its "
            "entries are not kept with it, or the other way round",
            REMEDY,
        )
    return {**document, "registers": {**table, **entries}} if named else document


def _checked(
    document: Mapping[str, Any],
    place: PolicyPlace,
    folder: Path,
    *,
    version: str,
    registers: Registers,
) -> Policy:
    problems = Problems()
    entries: dict[str, tuple[DatedValue, ...]] = {}
    assess_from = GDPR_APPLIES
    for name, value in document.items():
        key = place.child(name)
        if name in SHAPES:
            entries[name] = _dated(name, value, key, problems)
        elif name == "registers":
            registers = read_registers(value, key, problems, folder, registers)
        elif name == "assess_from":
            # 1970 too is before the GDPR applies, which is where judging begins at the earliest.
            assess_from = read_instant(value, key, problems) or assess_from
        elif name == "version":
            version = _version(value, key, problems) or version
        elif name in _RESERVED_NAMES or name in RESERVED:
            _refuse_reserved(name, value, key, problems)
        else:
            problems.add(key, f"there is no such setting{_meant(name)}")
    if problems.found:
        count = len(problems.found)
        raise ConsentryError(
            f"the policy has {count} problem{'s' * (count > 1)}:",
            REMEDY,
            problems=map(str, problems.found),
        )
    return Policy(version=version, entries=entries, registers=registers, assess_from=assess_from)


def _dated(
    name: str, value: object, place: PolicyPlace, problems: Problems
) -> tuple[DatedValue, ...]:
    """A plain value holds at all times; dated entries hold from their instants."""
    shape = SHAPES[name]
    dated = isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    if not dated:
        read = shape.read(value, place, problems)
        return () if read is None else (DatedValue(EARLIEST, read),)
    assert isinstance(value, list)
    entries: list[DatedValue] = []
    for index, entry in enumerate(value):
        at = place.child(index)
        if not isinstance(entry, Mapping) or "value" not in entry or set(entry) - {"from", "value"}:
            problems.add(
                at, "allowed: entries with `from` (an instant) and `value`, and nothing else"
            )
            continue
        start = EARLIEST
        if "from" in entry:
            start = read_instant(entry["from"], at.child("from"), problems) or _year_1970(entries)
        elif index:
            problems.add(at, "`from` is missing; only the first entry may hold from the beginning")
        if any(other.valid_from == start for other in entries) and "from" in entry:
            problems.add(at.child("from"), "an earlier entry has the same `from`", entry["from"])
        read = shape.read(entry["value"], at.child("value"), problems)
        entries.append(DatedValue(start, read))
    return tuple(entries)


def _year_1970(before: Sequence[DatedValue]) -> Instant:
    """What an entry from 1970 begins at: the beginning, unless another one holds from there.

    No event is older, so both say the same, and digests stay what earlier releases made them.
    """
    return Instant(0) if any(one.valid_from == EARLIEST for one in before) else EARLIEST


def _version(value: object, place: PolicyPlace, problems: Problems) -> str | None:
    if isinstance(value, str) and _VERSION.fullmatch(value):
        return value
    problems.add(place, "allowed: 1 to 40 letters, digits, dots, hyphens or underscores", value)
    return None


def _refuse_reserved(name: str, value: object, place: PolicyPlace, problems: Problems) -> None:
    """The default of each is that nothing is done, so only `false` and "off" are it."""
    if value in (False, "off"):
        return
    number = name if name in RESERVED else _RESERVED_NAMES[name]
    problems.add(
        place,
        f"{number} is reserved: it has no effect in this release, so nothing but its default, "
        "false, is accepted; leave it out",
        value,
    )


def _meant(name: str) -> str:
    if name.upper() in _NUMBERS:
        return f"; the name of {name.upper()} is {_NUMBERS[name.upper()]}"
    if name == "settings":
        return "; settings stand at the top of the file, without a table of their own"
    return suggestion(name, _TOP)
