"""The effect of a policy, counted: what is gone, new, or changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from streams.core.identifiers import ViolationId
from streams.policy_effect.standing import StandingById, StandingResult

EXAMPLES: Final = 3
"""How many of each kind and code are named."""


class ChangeKind(StrEnum):
    """What becomes of a finding or duty."""

    GONE = "gone"
    NEW = "new"
    CHANGED = "changed"


class Dimension(StrEnum):
    """By what it is counted."""

    CODE = "code"
    SEVERITY = "severity"
    CONTROLLER = "controller"
    RECIPIENT = "recipient"


class Example(NamedTuple):
    """One finding or duty that changes: `before` None where it is new, `after` where it is gone."""

    one_id: ViolationId
    before: StandingResult | None
    after: StandingResult | None


Counts = Counter[tuple[ChangeKind, Dimension, str]]


@dataclass(slots=True)
class Effect:
    """What a policy changes of what stands. Its size depends on codes and recipients alone.

    `examples` are of each kind and code, at most `limit`. `left_out` counts subjects of whom a
    record is being judged in pieces; `partitions` are those that were looked at, `empty` those in
    which nothing is stored.
    """

    limit: int = EXAMPLES
    subjects: int = 0
    subjects_changed: int = 0
    facts: int = 0
    before: int = 0
    after: int = 0
    counts: Counts = field(default_factory=Counter)
    totals: Counter[ChangeKind] = field(default_factory=Counter)
    replaced: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of what changed its code: from which to which."""

    examples: dict[tuple[ChangeKind, str], list[Example]] = field(default_factory=dict)
    partitions: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether every finding and duty stays as it is."""
        return not self.totals.total()

    def add(
        self, before: StandingById, after: StandingById, facts: int, *, named: bool = True
    ) -> None:
        """Count one subject, of whom nothing is an example where it may not be `named`."""
        self.subjects += 1
        self.facts += facts
        self.before += len(before)
        self.after += len(after)
        changes = [
            Example(name, before.get(name), after.get(name))
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        ]
        self.subjects_changed += bool(changes)
        for one in changes:
            self._count(one, named=named)

    def _count(self, one: Example, *, named: bool) -> None:
        if one.before is None:
            kind = ChangeKind.NEW
        else:
            kind = ChangeKind.GONE if one.after is None else ChangeKind.CHANGED
        shown = one.after or one.before
        assert shown is not None, "one of them is there"
        self.totals[kind] += 1
        for dimension, value in (
            (Dimension.CODE, shown.code),
            (Dimension.SEVERITY, str(shown.severity)),
            (Dimension.CONTROLLER, shown.controller_id or "-"),
            (Dimension.RECIPIENT, shown.recipient_id or "-"),
        ):
            self.counts[kind, dimension, value] += 1
        if one.before is not None and one.after is not None and one.before.code != one.after.code:
            self.replaced[one.before.code, one.after.code] += 1
        examples = self.examples.setdefault((kind, shown.code), [])
        if named and len(examples) < self.limit:
            examples.append(one)

    def by(self, dimension: Dimension) -> dict[str, dict[ChangeKind, int]]:
        """Counts by the values of a dimension, those with most changes first."""
        found: dict[str, dict[ChangeKind, int]] = {}
        for (kind, of, value), count in self.counts.items():
            if of is dimension:
                found.setdefault(value, {})[kind] = count
        return dict(sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0])))
