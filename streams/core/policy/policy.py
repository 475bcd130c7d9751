"""A policy: dated settings and registers, resolved by event time (legal model 6)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from streams.core.instants import EARLIEST, LATEST, Instant
from streams.core.law import GDPR_APPLIES, LAW_VERSION
from streams.core.policy.dated_value import DatedValue
from streams.core.policy.register_index import RegisterIndex
from streams.core.policy.registers import Registers
from streams.core.policy.settings import PolicySettings


class Policy:
    """Immutable. `entries` maps a name of `PolicySettings` to its dated values.

    Names that are absent, and times before a first entry, have the default. The
    digests show whether two policies agree, wholly or up to an instant.
    """

    def __init__(
        self,
        version: str = "default",
        entries: Mapping[str, tuple[DatedValue, ...]] | None = None,
        registers: Registers | None = None,
        assess_from: Instant = GDPR_APPLIES,
        law_version: str = LAW_VERSION,
    ) -> None:
        self.entries = {
            name: tuple(sorted(values, key=lambda e: e.valid_from))
            for name, values in sorted((entries or {}).items())
        }
        self.registers = registers or Registers()
        self.index = RegisterIndex(self.registers)
        self.assess_from = assess_from
        self.law_version = law_version
        self.digest = self.past_digest(LATEST)
        self._label = version
        self.version = f"{version}+{self.digest[:8]}"
        boundaries = {EARLIEST}.union(e.valid_from for v in self.entries.values() for e in v)
        self._starts = sorted(boundaries)
        self._settings = [self._resolve(start) for start in self._starts]

    def __reduce__(self) -> tuple[type[Policy], tuple[object, ...]]:
        """As another process gets it (`consentry check`): made again from what it was made of."""
        made_of = self._label, self.entries, self.registers, self.assess_from, self.law_version
        return Policy, made_of

    def _resolve(self, at: Instant) -> PolicySettings:
        changes: dict[str, Any] = {}
        for name, values in self.entries.items():
            for entry in values:
                if entry.valid_from <= at:
                    changes[name] = entry.value
        return msgspec.structs.replace(PolicySettings(), **changes)

    def at(self, instant: Instant) -> PolicySettings:
        """The settings in force at an instant."""
        if len(self._settings) == 1:
            return self._settings[0]
        return self._settings[bisect_right(self._starts, instant) - 1]

    @property
    def ever(self) -> Sequence[PolicySettings]:
        """The settings of every time, oldest first."""
        return self._settings

    def past_digest(self, until: Instant) -> str:
        """16 hexadecimal digits over all that applies to events up to `until`.

        Equal digests mean equal verdicts on those events. An entry for later times
        changes nothing stored; one that reaches into the past does. So does the first entry of
        a register, whatever its date: a register that is not empty says of all times that
        others are unknown (legal model 3.1).
        """
        past = {
            name: [
                (entry.valid_from, _plain(entry.value))
                for entry in values
                if entry.valid_from <= until
            ]
            for name, values in self.entries.items()
        }
        registers = self.registers.until(until)
        content: dict[str, Any] = {
            "entries": {name: values for name, values in past.items() if values},
            "registers": registers,
            "assess_from": self.assess_from,
            "law_version": self.law_version,
        }
        known = _known(self.registers)
        if known != _known(registers):
            # Only where the entries up to then do not show it: all other digests stay.
            content["known"] = known
        return sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, order="deterministic", str_keys=True)


def _known(registers: Registers) -> tuple[bool, bool]:
    """Whether recipients, and versions of notices, without an entry are unknown."""
    return registers.knows_recipients, registers.knows_notices


def default_policy() -> Policy:
    """The recommended defaults of legal model 6, without registers of one's own."""
    return Policy()


def fixed_policy(
    version: str = "fixed", registers: Registers | None = None, **settings: Any
) -> Policy:
    """A policy whose settings hold at all times."""
    entries = {name: (DatedValue(EARLIEST, value),) for name, value in settings.items()}
    return Policy(version=version, entries=entries, registers=registers)
