"""The payloads that claim one event id, and which of them counts (legal model 4.5)."""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.event_kinds import is_consent_change
from streams.core.events import (
    Event,
)
from streams.core.identifiers import (
    PayloadHash,
)
from streams.core.instants import Instant
from streams.core.state import EventRow, Fact
from streams.core.vocabulary import (
    ConsentAction,
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED


@mypyc_attr(acyclic=True)
class SubjectRecord:
    """All payloads seen under one type and id; the row of the one that counts comes first.

    A negative consent change counts before a grant, then the earliest `recorded_at`, then the
    smallest hash (legal model 4.5): never the one that happened to arrive first.
    """

    __slots__ = ("others", "row")

    def __init__(self, row: EventRow) -> None:
        self.row = row
        self.others: tuple[EventRow, ...] = ()

    @property
    def event(self) -> Event:
        """The event that counts."""
        return self.row.fact.event

    @property
    def conflicting(self) -> bool:
        """Whether more than one payload claims the id (Q03)."""
        return bool(self.others)

    def holds(self, fact: Fact) -> EventRow | None:
        """The stored row of a fact's payload, or None."""
        if self.row.fact.same(fact):
            return self.row
        for row in self.others:
            if row.fact.same(fact):
                return row
        return None


def outranks(challenger: EventRow, holder: EventRow) -> bool:
    """Whether a payload counts in place of another one under the same event id."""
    return rank_of(challenger) < rank_of(holder)


def rank_of(row: EventRow) -> tuple[bool, bool, Instant, PayloadHash]:
    """A grant comes after an expressed will, which no clash of ids may lose (GDPR 7(1)).

    Nor may one lose that a person was erased.
    """
    event = row.fact.event
    granted = is_consent_change(event) and event.action is _GRANTED
    return not row.erases, granted, event.recorded_at, row.fact.hash
