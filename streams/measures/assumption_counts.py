"""Counted assumptions (legal model 4.9) by field, source system and recipient, within bounds.

Producers write the names of systems and recipients, so there could be any number of them:
beyond a bound they are counted under `OTHER`, and nothing is lost of the sums.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from streams.core.assumptions import Assumption

OTHER: Final = "other"
"""The system or recipient of what is beyond the bounds."""

MAX_SYSTEMS: Final = 50
MAX_PLACES: Final = 1000
"""How many source systems, and combinations with field and recipient, have a count of their own."""


class AssumptionCounts:
    """How many events made each assumption. The first names that come have counts of their own."""

    __slots__ = ("_max_places", "_max_systems", "_systems", "events")

    def __init__(self, max_systems: int = MAX_SYSTEMS, max_places: int = MAX_PLACES) -> None:
        self._max_systems = max_systems
        self._max_places = max_places
        self._systems: set[str] = set()
        self.events: Counter[Assumption] = Counter()

    def count(self, one: Assumption, events: int = 1) -> None:
        """So many events made this assumption."""
        if one not in self.events:
            one = self._bounded(one)
        self.events[one] += events

    def add(self, other: AssumptionCounts) -> None:
        """Count what another counted as well."""
        for one, events in other.events.items():
            self.count(one, events)

    def _bounded(self, one: Assumption) -> Assumption:
        source, recipient = one.source_system, one.recipient_id
        if source and source not in self._systems:
            if len(self._systems) < self._max_systems:
                self._systems.add(source)
            else:
                source = OTHER
        bounded = Assumption(one.field, source, recipient, note=one.note)
        if len(self.events) < self._max_places or bounded in self.events:
            return bounded
        # The fields are those of the norm, so these sums have a bound of their own.
        return Assumption(one.field, OTHER, OTHER if recipient else "", note=one.note)
