"""What was assumed in favour of lawfulness, field by field: the counted assumptions (4.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from streams.core.assumptions import Assumption
from streams.core.texts import Bilingual
from streams.core.texts.assumed import ASSUMED, NOTED

MAX_PLACES: Final = 8
"""How many source systems and recipients are named for a field, those with most events first."""

SHOWN_PLACES: Final = 3
"""The same on a terminal."""


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


def assumed(counts: Mapping[Assumption, int]) -> list[Assumed]:
    """Assumptions first, then notes; each with most events first."""
    totals = Counter[tuple[bool, str]]()
    places: dict[tuple[bool, str], list[Place]] = {}
    for one, events in counts.items():
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


def assumed_lines(counts: Mapping[Assumption, int]) -> Iterator[str]:
    """For a terminal: the sums, and for each field how often and where; nothing where none is."""
    rows = assumed(counts)
    for note, head in (
        (False, "assumptions in favour of lawfulness, for fields that were left out:"),
        (True, "words that no rule reads, for producers to correct:"),
    ):
        fields = [one for one in rows if one.note is note]
        if fields:
            yield f"{sum(one.events for one in fields):,} {head}"
            yield from (f"  {one.field} {one.events:,}{_places(one)}" for one in fields)


def assumed_as_json(counts: Mapping[Assumption, int], *, notes: bool) -> list[dict[str, Any]]:
    """What was read mildly because it was left out, or only noted, by field, system, recipient."""
    return [
        {
            "field": one.field,
            "source_system": one.source_system or None,
            "recipient_id": one.recipient_id or None,
            "events": events,
            "meaning_en": sentence_of(one.field, note=one.note).en,
            "meaning_nl": sentence_of(one.field, note=one.note).nl,
        }
        for one, events in sorted(counts.items())
        if one.note is notes
    ]


def _places(one: Assumed) -> str:
    """Where most events that leave a field out come from; nothing where no event says."""
    shown = one.places[:SHOWN_PLACES]
    if not any(place.source_system or place.recipient_id for place in shown):
        return ""
    texts = []
    for place in shown:
        source = f"from {place.source_system}" if place.source_system else "from no named system"
        recipient = f" to {place.recipient_id}" if place.recipient_id else ""
        texts.append(f"{source}{recipient} {place.events:,}")
    more = len(one.places) - len(shown) + one.more
    return f": {', '.join(texts)}{f', and {more} more places' if more else ''}"
