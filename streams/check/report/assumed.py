"""What was assumed in favour of lawfulness, field by field: the counted assumptions (4.9)."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from streams.check.result import Result
from streams.core.texts import Bilingual
from streams.core.texts.assumed import ASSUMED, NOTED

MAX_PLACES: Final = 8
"""How many source systems and recipients are named for a field, those with most events first."""


class Place(NamedTuple):
    """Where a field was left out; "" where the events do not say."""

    source_system: str
    recipient_id: str
    events: int


class Assumed(NamedTuple):
    """One field: what was assumed in how many events, and where.

    `more` counts the places that are not named.
    """

    field: str
    note: bool
    sentence: Bilingual
    events: int
    places: tuple[Place, ...]
    more: int


def sentence_of(field: str, *, note: bool) -> Bilingual:
    """What is assumed, or only noted, where a field is left out."""
    return (NOTED if note else ASSUMED)[field]


def assumed(result: Result) -> list[Assumed]:
    """Assumptions first, then notes; each with most events first."""
    totals = Counter[tuple[bool, str]]()
    places: dict[tuple[bool, str], list[Place]] = {}
    for one, events in result.assumptions.items():
        totals[one.note, one.field] += events
        place = Place(one.source_system, one.recipient_id, events)
        places.setdefault((one.note, one.field), []).append(place)
    return [
        Assumed(
            field,
            note,
            sentence_of(field, note=note),
            events,
            tuple(_most_first(places[note, field])[:MAX_PLACES]),
            max(0, len(places[note, field]) - MAX_PLACES),
        )
        for (note, field), events in sorted(
            totals.items(), key=lambda item: (item[0][0], -item[1], item[0][1])
        )
    ]


def _most_first(places: list[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (-place.events, place))
