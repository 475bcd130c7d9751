"""Q03: two payloads under one event id; which one counts does not depend on arrival."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from streams.core.events import Event
from streams.core.outcome import Outcome
from tests.core.builders import (
    MATCHING,
    OWN,
    TPDM,
    erase,
    grant,
    message,
    notify,
    object_,
    own_grant,
    processor_share,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import Story


def arrived(*events: Event) -> Story:
    """A story in which ids may meet."""
    return Story().take(*events)


FIRST = share(2)
OTHER = share(2, recorded_at=3, recipient_id="OTHERCO")
THIRD = share(2, recorded_at=4, recipient_id="THIRDCO")


@pytest.mark.parametrize("order", list(permutations([FIRST, OTHER, THIRD])))
def test_the_first_recorded_counts_whatever_the_order(order: tuple[Event, ...]) -> None:
    lived = arrived(*order)
    assert lived.found() == {"share": "Q03 S07"}
    assert {f.recipient_id for f in lived.open} == {"ACME"}


def test_then_the_smallest_hash() -> None:
    twins = [share(2), share(2, recipient_id="OTHERCO")]
    kept = {arrived(*order).finding("S07").recipient_id for order in permutations(twins)}
    assert len(kept) == 1


def test_the_conflict_is_published_once() -> None:
    lived = arrived(FIRST, OTHER, THIRD, OTHER, FIRST)
    assert [f.code for f in lived.published].count("EVENT_ID_CONFLICT") == 1


def test_equal_payloads_are_no_conflict() -> None:
    assert arrived(FIRST, FIRST).found() == {"share": "S07"}


ELSEWHERE = grant(0, recipient_ids=["OTHERCO"])
RELIED_ON = grant(0, recorded_at=1)
RESTED: list[list[Event]] = [
    [share(2)],
    [share(0, ms=-1)],
    [share(-2), message(-1, advertiser_id="ACME", legal_basis_claimed="CONSENT")],
    [withdraw(-1), share(2)],
    [share(2), share(4, id="s"), withdraw(3)],
]
"""What a grant that another payload displaces was good for, or the reason of."""

AGAIN_ELSEWHERE = grant(2, id="again", recorded_at=3, recipient_ids=["OTHERCO"])
AGAIN = grant(2, id="again", recorded_at=9)
OWED: list[list[Event]] = [
    [grant(-1), share(0), withdraw(1)],
    [grant(-1), share(0), withdraw(1), withdraw(1.5, id="w")],
]
"""Duties that a grant ends which another payload displaces."""


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
        *[(ELSEWHERE, RELIED_ON, rest) for rest in RESTED],
        *[(AGAIN_ELSEWHERE, AGAIN, rest) for rest in OWED],
        (
            own_grant(2, id="again", purposes=[TPDM], recorded_at=3),
            own_grant(2, id="again", recipient_ids=["ANYBODY"], recorded_at=9),
            [own_grant(-1), processor_share(0), withdraw(1, purposes=[OWN])],
        ),
        (
            grant(0, purposes=[MATCHING]),
            grant(0, recorded_at=1),
            [withdraw(1, purposes=[], consent_id="grant"), share(0.5), share(3, id="s")],
        ),
        (
            grant(1, id="new", replaces_consent_id="none", recipient_ids=["B"]),
            grant(1, id="new", replaces_consent_id="grant", recipient_ids=["B"], recorded_at=2),
            [grant(0), share(2, consent_ref="grant"), share(0.5, id="s")],
        ),
    ],
)
def test_the_whole_story_follows_the_one_that_counts(
    kept: Event, other: Event, rest: list[Event]
) -> None:
    """As if the other payload had never been, but for the Q03."""
    alone = arrived(kept, *rest)
    assert _found(arrived(other, *rest)) != _found(alone), "it matters which one counts"
    for order in permutations([kept, other, *rest]):
        both = arrived(*order)
        assert _found(both) == _found(alone)
        assert "Q03" in both.found()[kept.event_id]


@pytest.mark.parametrize("order", list(permutations([FIRST, OTHER, THIRD])))
def test_each_payload_stays_known(order: tuple[Event, ...]) -> None:
    """However often another one took its place."""
    lived = arrived(*order)
    (record,) = lived.subject.records.values()
    assert len(record.others) == 2
    for event in order:
        lived.take(event)
        assert lived.decisions[-1].outcome is Outcome.DUPLICATE
        assert lived.decisions[-1].rows == ()


def test_equal_ids_of_different_types_are_different_events() -> None:
    lived = arrived(share(2, recorded_at=3), withdraw(1, id="share"))
    assert lived.found() == {"share": "S02"}
    assert len(lived.subject.records) == 2
    lived = arrived(grant(0), share(2, id="grant"), share(2, id="grant", recipient_id="OTHERCO"))
    assert "Q03" in lived.found()["grant"]


@pytest.mark.parametrize("kind", [withdraw, refuse, object_, erase])
def test_an_expressed_will_counts_before_a_grant_of_the_same_id(kind: Any) -> None:
    given = grant(0, id="one", recorded_at=0)
    against = kind(1, id="one", recorded_at=5)
    for order in ((given, against), (against, given)):
        lived = arrived(*order, share(2))
        assert lived.found()["one"] == "Q03"
        assert lived.found()["share"] in ("S01", "S02", "S03")
    # Between grants the one that was recorded first counts, as ever.
    later = grant(0, id="one", recorded_at=1, recipient_ids=["OTHERCO"])
    assert arrived(later, given, share(2)).found() == {"one": "Q03"}


def _found(lived: Story) -> tuple[dict[tuple[str, str], object], dict[tuple[str, str], str]]:
    """What stands but for conflicts, each finding with its reason, and what is owed."""
    return {
        (f.event_id, f.code): (f.reason, f.consent_ids_considered, f.contributing_codes)
        for f in lived.open
        if f.code != "EVENT_ID_CONFLICT"
    }, lived.owed()
