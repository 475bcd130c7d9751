"""All rules, in the order of the norm."""

from __future__ import annotations

from typing import Final

from streams.core.events import Event
from streams.core.rules import (
    capture,
    duties,
    message_basis,
    message_extras,
    share_basis,
    share_extras,
)
from streams.core.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    share_extras.RULE,
    share_basis.RULE,
    message_extras.RULE,
    message_basis.RULE,
    capture.RULE,
    duties.OF_SIGNALS,
    duties.OF_SHARES,
)


def readers_of(kind: type[Event]) -> frozenset[type[Event]]:
    """The types of events that are judged by events of a type."""
    return frozenset(rule.judges for rule in RULES if kind in rule.reads)
