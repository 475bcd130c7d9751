"""A policy as text that needs no file beside it: what one installation can give another.

A policy file may name the files of its registers. Here the entries of those are kept with the
text, in the form that a register has in JSON, so that the same policy comes of it anywhere.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.core.instants import EARLIEST, LATEST, format_instant
from streams.core.policy import Policy
from streams.policy_file.load import policy_from_text, read_policy_file

Entries = list[dict[str, Any]]

_ALWAYS: Final = {"valid_from": EARLIEST, "valid_until": LATEST}


class PolicyText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy that stands alone.

    `label` is the version where the text states none. `registers` has the entries of each register
    for which the text names a file, by the name of the register.
    """

    label: str
    text: str
    registers: dict[str, Entries] = {}


DEFAULT_TEXT: Final = PolicyText(label="default", text="")
"""The recommended defaults of the legal model."""


def standalone(path: Path) -> PolicyText:
    """Read a policy file and the files that it names.

    Raises ConsentryError with everything that is wrong in them.
    """
    text, label = read_policy_file(path)
    policy = policy_from_text(text, name=str(path), folder=path.parent, version=label)
    given = tomllib.loads(text).get("registers", {})
    registers = {
        name: [_plain(entry) for entry in getattr(policy.registers, name)]
        for name, value in given.items()
        if isinstance(value, str)
    }
    return PolicyText(label=label, text=text, registers=registers)


def policy_of(one: PolicyText, name: str) -> Policy:
    """The policy that a text states; `name` stands for it in problems.

    Raises ConsentryError where this release cannot load it.
    """
    return policy_from_text(one.text, name=name, version=one.label, register_entries=one.registers)


def _plain(entry: msgspec.Struct) -> dict[str, Any]:
    """An entry as a JSON file of the register has it, without what it leaves open."""
    given: dict[str, Any] = {}
    for name in entry.__struct_fields__:
        value = getattr(entry, name)
        if name in _ALWAYS:
            if value != _ALWAYS[name]:
                given[name] = format_instant(value)
        elif value is not None and value != ():
            plain = msgspec.to_builtins(value)
            given[name] = list(plain) if isinstance(plain, tuple) else plain
    return given
