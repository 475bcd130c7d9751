"""Q03: two payloads under one event id; which one counts does not depend on arrival."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from streams.core.events import Event
from tests.core.builders import erase, grant, notify, object_, refuse, share, withdraw
from tests.core.stories import Story


def arrived(*events: Event) -> Story:
    """A story in which ids may meet."""
    return Story().take(*events)


FIRST = share(2)
OTHER = share(2, recorded_at=3, recipient_id="OTHERCO")
THIRD = share(2, recorded_at=4, recipient_id="THIRDCO")


@pytest.mark.parametrize("order", list(permutations([FIRST, OTHER, THIRD])))
def test_the_first_recorded_counts_whatever_the_order(order: tuple[Event, ...]) -> None:
    told = arrived(*order)
    assert told.found() == {"share": "Q03 S07"}
    assert {f.recipient_id for f in told.open} == {"ACME"}


def test_then_the_smallest_hash() -> None:
    twins = [share(2), share(2, recipient_id="OTHERCO")]
    kept = {arrived(*order).finding("S07").recipient_id for order in permutations(twins)}
    assert len(kept) == 1


def test_the_conflict_is_told_once() -> None:
    told = arrived(FIRST, OTHER, THIRD, OTHER, FIRST)
    assert [f.code for f in told.told].count("EVENT_ID_CONFLICT") == 1


def test_equal_payloads_are_no_conflict() -> None:
    assert arrived(FIRST, FIRST).found() == {"share": "S07"}


@pytest.mark.parametrize(
    ("kept", "other", "rest"),
    [
        (grant(0), grant(0, recorded_at=1, recipient_ids=["OTHERCO"]), [share(2)]),
        (grant(0), grant(0, recorded_at=1, evidence_ref=None), [share(2)]),
        (
            withdraw(1),
            withdraw(1, recorded_at=2, recipient_ids=["B"]),
            [share(0), share(2, id="s")],
        ),
        (notify(2), notify(2, recorded_at=3, recipient_id="B"), [share(0), withdraw(1)]),
        (share(0), share(0, recorded_at=1, purpose="PAYMENT"), [object_(1)]),
    ],
)
def test_the_whole_story_follows_the_one_that_counts(
    kept: Event, other: Event, rest: list[Event]
) -> None:
    """As if the other payload had never been, but for the Q03."""
    alone = arrived(kept, *rest)
    for order in permutations([kept, other, *rest]):
        both = arrived(*order)
        assert both.owed() == alone.owed()
        assert _without_conflict(both.found()) == alone.found()
        assert "Q03" in both.found()[kept.event_id]


def test_equal_ids_of_different_types_are_different_events() -> None:
    told = arrived(share(2, recorded_at=3), withdraw(1, id="share"))
    assert told.found() == {"share": "S02"}
    assert len(told.subject.records) == 2
    told = arrived(grant(0), share(2, id="grant"), share(2, id="grant", recipient_id="OTHERCO"))
    assert "Q03" in told.found()["grant"]


@pytest.mark.parametrize("kind", [withdraw, refuse, object_, erase])
def test_an_expressed_will_counts_before_a_grant_of_the_same_id(kind: Any) -> None:
    given = grant(0, id="one", recorded_at=0)
    against = kind(1, id="one", recorded_at=5)
    for order in ((given, against), (against, given)):
        told = arrived(*order, share(2))
        assert told.found()["one"] == "Q03"
        assert told.found()["share"] in ("S01", "S02", "S03")
    # Between grants the one that was recorded first counts, as ever.
    later = grant(0, id="one", recorded_at=1, recipient_ids=["OTHERCO"])
    assert arrived(later, given, share(2)).found() == {"one": "Q03"}


def _without_conflict(found: dict[str, str]) -> dict[str, Any]:
    bare = {event: codes.replace("Q03", "").strip() for event, codes in found.items()}
    return {event: codes for event, codes in bare.items() if codes}
