"""Consents in the algebra of legal model 4.1: time, replacement, channels (A1, A2, A8, A9)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.events import Event
from tests.core.builders import (
    buy,
    grant,
    message,
    object_,
    own_grant,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import found

CONSENT: dict[str, Any] = {"legal_basis_claimed": "CONSENT"}


class TestA1AsOf:
    """A verdict rests on what occurred until then, whatever comes later or arrives when."""

    @pytest.mark.parametrize(
        "later",
        [
            grant(3, id="new"),
            withdraw(3),
            object_(3),
            refuse(3),
            buy(3),
            grant(3, id="new", expires_at=4),
        ],
    )
    def test_later_events_change_no_verdict(self, later: Event) -> None:
        verdict = found(share(2), later).get("share")
        assert verdict == "S07"
        assert "share" not in found(grant(0), share(2), later)

    def test_order_of_arrival_is_irrelevant(self) -> None:
        facts = [grant(0), withdraw(1), share(2)]
        assert found(*facts) == found(*reversed(facts)) == {"share": "S02"}


class TestA2Intervals:
    def test_the_earlier_end_counts(self) -> None:
        new = grant(1, id="new", data_categories=["NAME"], replaces_consent_id="grant")
        assert found(grant(0, expires_at=9), new, share(2)) == {"share": "S11"}
        assert found(grant(0, expires_at=1), share(2)) == {"share": "S12"}


class TestA8Replacement:
    def test_a_narrower_consent_is_no_withdrawal(self) -> None:
        both = grant(0, recipient_ids=["ACME", "OTHERCO"])
        new = grant(1, id="new", replaces_consent_id="grant")
        shared = [share(2), share(2, id="s2", recipient_id="OTHERCO")]
        assert found(both, new, *shared) == {"s2": "S09"}

    def test_the_old_one_ends_even_when_the_new_one_is_defective(self) -> None:
        new = grant(1, id="new", evidence_ref=None, replaces_consent_id="grant")
        assert found(grant(0), new, share(2)) == {"new": "A01", "share": "S15"}

    @pytest.mark.parametrize(("when", "codes"), [(-1, {}), (0, {"share": "S11"})])
    def test_what_came_before_a_consent_cannot_end_it(
        self, when: int, codes: dict[str, str]
    ) -> None:
        other = grant(when, id="other", data_categories=["NAME"], replaces_consent_id="grant")
        assert found(other, grant(0), share(2)) == codes

    def test_a_consent_renewed_under_its_own_id_stands(self) -> None:
        first = grant(0, id="first", consent_id="c1", data_categories=["NAME"])
        again = grant(1, id="again", consent_id="c1", replaces_consent_id="c1")
        assert found(first, again, share(2)) == {}
        assert found(first, again, share(2, data_categories=["NAME"])) == {"share": "S11"}


class TestA9ChannelsOfAGrant:
    @pytest.mark.parametrize(
        "channel", ["EMAIL", "SMS", "MESSAGING_APP", "SOCIAL_DM", "PUSH", "FAX", "PHONE_HUMAN"]
    )
    def test_none_named_is_nearly_all(self, channel: str) -> None:
        assert found(own_grant(0), message(2, channel=channel, **CONSENT)) == {}

    @pytest.mark.parametrize("channel", ["INBOX_AD", "AUTOMATED_CALL"])
    def test_but_for_those_that_must_be_named(self, channel: str) -> None:
        sent = message(2, channel=channel, **CONSENT)
        assert found(own_grant(0), sent) == {"message": "M11"}
        assert found(own_grant(0, channels=[channel]), sent) == {}

    def test_what_is_not_named_is_not_covered(self) -> None:
        assert found(own_grant(0, channels=["SMS"]), message(2, **CONSENT)) == {"message": "M11"}


def test_a_consent_needs_no_id_to_count() -> None:
    assert found(grant(0, consent_id=None), share(2)) == {}
