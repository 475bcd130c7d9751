"""What is meant by reason, topic, producer, time and place, and how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.instants import Instant
from streams.operate.dead_letters.kept import KeptIn
from streams.operate.dead_letters.selection import Listing, Selection
from streams.operate.record_place import RecordPlace
from tests.kafka.stories import START
from tests.operate.letters import NAMES, kept, original, with_header


@pytest.mark.parametrize(
    ("chosen", "meant"),
    [
        ({}, True),
        ({"reason": "UNPROCESSABLE_EVENT"}, True),
        ({"reason": "Purpose IS"}, True),
        ({"reason": "unprocessable"}, False),
        ({"topic": NAMES.data_share}, True),
        ({"topic": NAMES.purchase}, False),
        ({"producer": "crm"}, True),
        ({"producer": "cr"}, False),
        ({"since": Instant(START)}, True),
        ({"since": Instant(START + 1)}, False),
        ({"until": Instant(START)}, False),
        ({"until": Instant(START + 1)}, True),
        ({"places": frozenset({RecordPlace(NAMES.dead_letters, 0, 7)})}, True),
        ({"places": frozenset({RecordPlace(NAMES.data_share, 3, 40)})}, True),
        ({"places": frozenset({RecordPlace(NAMES.data_share, 3, 41)})}, False),
        ({"kept_in": frozenset({KeptIn.QUARANTINE})}, False),
    ],
)
def test_a_selection_holds_what_it_names(chosen: dict[str, Any], meant: bool) -> None:  # noqa: FBT001
    selection = Selection(**chosen)
    assert selection.holds(kept()) is meant
    assert selection.narrows is bool(chosen and "kept_in" not in chosen)


def test_reasons_are_counted_the_most_frequent_first_and_the_newest_are_named() -> None:
    listing = Listing(limit=2)
    listing.take(kept(reason="rare", offset=n, at=START - n) for n in range(2))
    listing.take(kept(offset=n, at=START + n) for n in range(2, 1500))
    again = with_header(original(), "consentry-replayed", b"consentry.dead-letters/0/2")
    listing.take([kept(again, offset=2000, at=START + 2000)])
    assert [(key.reason, count) for key, count in listing.by_count()] == [
        ("purpose is missing", 1499),
        ("rare", 2),
    ]
    assert [one.place.offset for one in listing.newest()] == [2000, 1499]
    assert listing.newest()[0].original.value is None
    assert listing.replayed == {"consentry.dead-letters/0/2"}
    assert listing.producers == {"crm": 1501}
