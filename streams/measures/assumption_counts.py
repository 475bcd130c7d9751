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


_Key = tuple[str, str, str, bool]
"""Field, system, recipient, and whether it is a note: cheaper to look up than an `Assumption`."""


class AssumptionCounts:
    """How many events made each assumption. The first names that come have counts of their own."""

    __slots__ = ("_counts", "_max_places", "_max_systems", "_systems")

    def __init__(self, max_systems: int = MAX_SYSTEMS, max_places: int = MAX_PLACES) -> None:
        self._max_systems = max_systems
        self._max_places = max_places
        self._systems: set[str] = set()
        self._counts: dict[_Key, int] = {}

    @property
    def events(self) -> Counter[Assumption]:
        """How many events made each."""
        return Counter(
            {
                Assumption(field, source, recipient, note=note): events
                for (field, source, recipient, note), events in self._counts.items()
            }
        )

    def count(self, one: Assumption, events: int = 1) -> None:
        """So many events made this assumption."""
        self.count_key((one.field, one.source_system, one.recipient_id, one.note), events)

    def count_key(self, key: _Key, events: int = 1) -> None:
        """The same by its parts."""
        counts = self._counts
        known = counts.get(key)
        if known is not None:
            counts[key] = known + events
            return
        key = self._bounded(key)
        counts[key] = counts.get(key, 0) + events

    def add(self, other: AssumptionCounts) -> None:
        """Count what another counted as well."""
        for key, events in other._counts.items():
            self.count_key(key, events)

    def _bounded(self, key: _Key) -> _Key:
        field, source, recipient, note = key
        if source and source not in self._systems:
            if len(self._systems) < self._max_systems:
                self._systems.add(source)
            else:
                source = OTHER
        bounded = field, source, recipient, note
        if len(self._counts) < self._max_places or bounded in self._counts:
            return bounded
        # The fields are those of the norm, so these sums have a bound of their own.
        return field, OTHER, OTHER if recipient else "", note
