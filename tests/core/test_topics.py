"""Topics: the controller's newsletters, lists and programmes (legal model 4.1, A4, A5, A9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.builders import (
    OFFERS,
    OWN,
    TPDM,
    erase,
    grant,
    message,
    object_,
    own_grant,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import found, story

BY_CONSENT: dict[str, Any] = {"legal_basis_claimed": "CONSENT"}
A = message(2, topic="a", **BY_CONSENT)
B = message(2, topic="b", **BY_CONSENT)
NONE = message(2, **BY_CONSENT)


@pytest.mark.parametrize("kind", [withdraw, refuse, object_, erase])
def test_who_leaves_one_newsletter_leaves_that_one(kind: object) -> None:
    left = kind(1, purposes=[OWN], topics=["a"])  # type: ignore[operator]  # a builder
    assert found(own_grant(0), left, A) == {"message": "M01"}
    assert found(own_grant(0), left, B) == {}
    # A message without a topic may be of the one that was left.
    assert found(own_grant(0), left, NONE) == {"message": "M01"}


def test_a_signal_limited_to_a_topic_hits_shares_but_for_own_marketing() -> None:
    left = withdraw(1, purposes=[], topics=["a"])
    assert found(grant(0), left, share(2)) == {"share": "S02"}
    assert "S02" not in found(grant(0), left, share(2, purpose=OWN)).values()


def test_a_consent_to_a_topic_covers_messages_that_state_it() -> None:
    given = own_grant(0, topics=["a", "c"])
    assert found(given, A) == {}
    assert story(given, B).finding("M11").reason == "OTHER_TOPIC"
    assert story(given, NONE).finding("M11").reason == "OTHER_TOPIC"
    elsewhere = own_grant(0, topics=["a"], channels=["SMS"])
    assert story(elsewhere, B).finding("M11").reason == "OTHER_CHANNEL"


def test_only_a_consent_to_that_topic_lifts() -> None:
    left = withdraw(1, purposes=[OWN], topics=["a"])
    assert found(left, own_grant(1.5, id="x", topics=["b"]), A) == {"message": "M01"}
    assert found(left, own_grant(1.5, id="x", topics=["a"]), A) == {}
    assert found(left, own_grant(1.5, id="x"), A) == {}


def test_topics_are_taken_from_the_consent_that_is_cited() -> None:
    given = own_grant(0, consent_id="c1", topics=["a"])
    left = withdraw(1, purposes=[OWN], consent_id="c1")
    whole = own_grant(0, id="whole", consent_id="c2")
    assert found(given, whole, left, A) == {"message": "M01"}
    assert found(given, whole, left, B) == {}


def test_topics_hold_for_offers_of_others_too() -> None:
    given = grant(0, purposes=[OFFERS], topics=["a"])
    sent: dict[str, Any] = {"advertiser_id": "ACME", **BY_CONSENT}
    assert found(given, message(2, topic="a", **sent)) == {}
    assert found(given, message(2, topic="b", **sent)) == {"message": "M02"}
    assert found(given, share(2, purpose=TPDM)) == {"share": "S08"}
