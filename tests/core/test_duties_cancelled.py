"""When a consent that is given again cancels the duty (legal model 4.4)."""

from __future__ import annotations

import pytest

from streams.core.events import Event
from tests.core.builders import (
    MATCHING,
    OWN,
    TPDM,
    grant,
    object_,
    processor_share,
    share,
    withdraw,
)
from tests.core.stories import owed, story

DUE = {("withdrawal", "ACME"): "DUE"}
LAWFUL = (grant(-1, id="given"), share(0))
"""A share on consent: nothing is found in it."""


class TestCancelling:
    SHARED = (share(0, purpose=TPDM), share(0.5, id="s2", purpose=MATCHING))

    def test_by_a_grant_for_the_recipient(self) -> None:
        assert owed(share(0), withdraw(1), grant(2)) == {("withdrawal", "ACME"): "CANCELLED"}

    @pytest.mark.parametrize(
        ("when", "ms", "status"),
        [(1, 0, "DUE"), (1, 1, "CANCELLED"), (73, 0, "CANCELLED"), (73, 1, "DUE")],
    )
    def test_after_the_signal_and_by_the_deadline(self, when: int, ms: int, status: str) -> None:
        assert owed(share(0), withdraw(1), grant(when, ms=ms)) == {("withdrawal", "ACME"): status}

    @pytest.mark.parametrize(
        "other",
        [
            grant(2, evidence_ref=None),
            grant(2, recipient_ids=["OTHERCO"]),
            grant(2, recipient_ids=[]),
            grant(2, purposes=[MATCHING]),
        ],
    )
    def test_not_by_a_defective_or_another_grant(self, other: Event) -> None:
        assert owed(share(0), withdraw(1), other) == DUE

    def test_every_purpose_must_be_granted_again(self) -> None:
        first, second = grant(2), grant(3, id="g2", purposes=[MATCHING])
        objection = ("objection", "ACME")
        assert owed(*self.SHARED, object_(1), first) == {objection: "DUE"}
        assert owed(*self.SHARED, object_(1), second) == {objection: "DUE"}
        assert owed(*self.SHARED, object_(1), first, second) == {objection: "CANCELLED"}

    def test_for_a_processor_any_recipient_will_do(self) -> None:
        again = grant(2, purposes=[OWN], recipient_ids=["SOMEBODY"])
        key = ("objection", "MAILCO")
        assert owed(processor_share(0), object_(1), again) == {key: "CANCELLED"}
        both = [processor_share(0), share(0, id="s2", recipient_id="MAILCO", purpose=OWN)]
        assert owed(*both, object_(1), again) == {key: "DUE"}
        named = grant(2, purposes=[OWN], recipient_ids=["MAILCO"])
        assert owed(*both, object_(1), named) == {key: "CANCELLED"}

    @pytest.mark.parametrize(
        "later",
        [
            withdraw(3, id="again"),
            grant(3, id="new", purposes=[OWN], replaces_consent_id="grant"),
            object_(3),
        ],
    )
    def test_what_becomes_of_the_grant_does_not_revive_it(self, later: Event) -> None:
        lived = story(share(0), withdraw(1), grant(2, expires_at=2.5), later)
        assert lived.owed()["withdrawal", "ACME"] == "CANCELLED"

    def test_a_new_signal_has_its_own(self) -> None:
        lived = owed(share(0), withdraw(1), grant(2), withdraw(3, id="again"))
        assert lived == {("withdrawal", "ACME"): "CANCELLED", ("again", "ACME"): "DUE"}

    def test_a_grant_that_comes_to_light_late_takes_the_breach_back(self) -> None:
        lived = story(*LAWFUL, withdraw(1)).tick(100)
        assert lived.found() == {"withdrawal": "O02"}
        assert lived.take(grant(2)).found() == {}
