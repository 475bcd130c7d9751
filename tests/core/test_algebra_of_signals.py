"""Signals in the algebra of legal model 4.1: ties, scope, lifting, killing (A3 to A7)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.events import Event
from tests.core.builders import (
    MATCHING,
    OFFERS,
    OWN,
    TPDM,
    buy,
    erase,
    grant,
    message,
    object_,
    own_grant,
    processor_share,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import found

CONSENT: dict[str, Any] = {"legal_basis_claimed": "CONSENT"}


class TestA3DenyWinsTies:
    def test_against_a_share(self) -> None:
        assert found(grant(0), withdraw(2), share(2)) == {"share": "S02"}

    @pytest.mark.parametrize(
        ("signal", "code"), [(withdraw(1), "S02"), (object_(1), "S01"), (refuse(1), "S03")]
    )
    def test_against_a_grant(self, signal: Event, code: str) -> None:
        assert found(grant(1), signal, share(2)) == {"share": code}
        assert found(signal, grant(1), share(2)) == {"share": code}


class TestA4WhatASignalHits:
    @pytest.mark.parametrize("purpose", [TPDM, MATCHING, OFFERS, OWN])
    def test_no_purpose_stated_is_all_marketing(self, purpose: str) -> None:
        given = grant(0, purposes=[purpose])
        for signal in (object_(1), erase(1), withdraw(1, purposes=[]), refuse(1, purposes=[])):
            assert found(given, signal, share(2, purpose=purpose))

    def test_other_purposes_are_left_alone(self) -> None:
        assert found(grant(0), withdraw(1, purposes=[OWN, OFFERS, MATCHING]), share(2)) == {}

    def test_no_recipient_stated_is_everybody(self) -> None:
        assert found(grant(0), withdraw(1), share(2)) == {"share": "S02"}

    def test_one_recipient_stated(self) -> None:
        both = grant(0, recipient_ids=["ACME", "OTHERCO"])
        signal = withdraw(1, recipient_ids=["OTHERCO"])
        assert found(both, signal, share(2), share(3, id="s2", recipient_id="OTHERCO")) == {
            "s2": "S02"
        }

    def test_a_channel_does_not_save_a_share(self) -> None:
        assert found(grant(0), withdraw(1, channels=["EMAIL"]), share(2)) == {"share": "S02"}

    def test_but_own_channel_preferences_are_for_messages(self) -> None:
        given = grant(0, purposes=[OWN])
        signal = withdraw(1, purposes=[OWN], channels=["EMAIL"])
        assert found(given, signal, share(2, purpose=OWN)) == {}
        assert found(buy(0), signal, message(2)) == {"message": "M01"}
        assert found(buy(0), signal, message(2, channel="SMS")) == {}

    def test_a_signal_towards_a_recipient_is_not_towards_the_controller(self) -> None:
        assert found(buy(0), object_(1, recipient_ids=["ACME"]), message(2)) == {}

    def test_a_cited_consent_gives_the_scope(self) -> None:
        """Its purpose, its recipients and its channels."""
        acme = grant(0)
        other = grant(0, id="other", recipient_ids=["OTHERCO"])
        own = own_grant(0, id="own", channels=["SMS"])
        signal = withdraw(1, purposes=[], consent_id="other")
        shared = [share(2), share(2, id="s2", recipient_id="OTHERCO")]
        assert found(acme, other, own, signal, *shared) == {"s2": "S02"}
        text, mail = message(2, channel="SMS", **CONSENT), message(2, id="mail")
        stopped = withdraw(1, purposes=[], consent_id="own")
        assert found(buy(0), own, stopped, text, mail) == {"message": "M01"}

    def test_a_cited_unknown_consent_is_read_widest(self) -> None:
        signal = withdraw(1, purposes=[], consent_id="unheard-of")
        assert found(grant(0), signal, share(2)) == {"share": "S02"}

    def test_a_consent_given_later_is_unknown_to_the_signal(self) -> None:
        signal = withdraw(1, purposes=[], consent_id="later")
        later = grant(3, id="later", recipient_ids=["OTHERCO"])
        assert found(grant(0), signal, share(2), later) == {"share": "S02"}

    def test_the_newest_of_two_consents_under_one_id_is_cited(self) -> None:
        old = grant(0, id="old", consent_id="c1", recipient_ids=["OTHERCO"])
        new = grant(0.5, id="new", consent_id="c1")
        signal = withdraw(1, purposes=[], consent_id="c1")
        shared = [share(2), share(2, id="s2", recipient_id="OTHERCO")]
        # It ends them both by their id; what was taken from the newest bars nobody else.
        assert found(old, new, signal, *shared) == {"share": "S02", "s2": "S09"}

    def test_stated_fields_win_over_the_cited_consent(self) -> None:
        given = grant(0, recipient_ids=["ACME", "OTHERCO"])
        signal = withdraw(1, purposes=[], recipient_ids=["OTHERCO"], consent_id="grant")
        shared = [share(2), share(2, id="s2", recipient_id="OTHERCO")]
        assert found(given, signal, *shared) == {"s2": "S02"}
        elsewhere = withdraw(1, purposes=[MATCHING], consent_id="grant")
        assert found(given, elsewhere, *shared) == {}

    def test_an_objection_concerns_all_marketing_whichever_consent_it_cites(self) -> None:
        other = grant(0, id="other", recipient_ids=["OTHERCO"])
        assert found(grant(0), other, object_(1, consent_id="other"), share(2)) == {"share": "S01"}

    def test_a_category_of_recipients_limits_a_signal(self) -> None:
        """One of unknown category may be meant: read widest."""
        signal = withdraw(1, recipient_categories=["TRAVEL"])
        retail = share(2, recipient_category="RETAIL")
        travel = share(2, id="s2", recipient_category="TRAVEL")
        unknown = share(2, id="s3")
        assert found(grant(0), signal, retail, travel, unknown) == {"s2": "S02", "s3": "S02"}


class TestA5Lifting:
    def test_a_later_valid_grant_lifts(self) -> None:
        for signal in (object_(1), erase(1), withdraw(1), refuse(1)):
            assert found(signal, grant(1, ms=1), share(2)) == {}

    @pytest.mark.parametrize(
        "defect",
        [
            {"consent_method": "PRE_TICKED"},
            {"age_band": "UNDER_16"},
            {"evidence_ref": None},
            {"notice_version": None},
            {"bundled_with_terms": True},
        ],
    )
    def test_a_defective_grant_never_lifts(self, defect: dict[str, Any]) -> None:
        assert found(object_(1), grant(1.5, **defect), share(2)) == {"grant": "A01", "share": "S01"}

    @pytest.mark.parametrize(
        "other", [{"purposes": [OWN]}, {"recipient_ids": ["OTHERCO"]}, {"recipient_ids": []}]
    )
    def test_a_grant_for_something_else_does_not_lift(self, other: dict[str, Any]) -> None:
        assert found(object_(1), grant(1.5, **other), share(2)) == {"share": "S01"}

    def test_expiry_of_the_lifting_grant_does_not_revive(self) -> None:
        assert found(object_(0), grant(1, expires_at=2), share(3)) == {"share": "S12"}

    def test_nor_does_its_replacement(self) -> None:
        new = grant(2, id="new", data_categories=["NAME"], replaces_consent_id="grant")
        assert found(object_(0), grant(1), new, share(3)) == {"share": "S11"}

    def test_for_a_processor_any_recipient_lifts(self) -> None:
        lifting = grant(1.5, purposes=[OWN], recipient_ids=["SOMEBODY"])
        assert found(object_(1), lifting, processor_share(2)) == {}
        assert found(object_(1), grant(1.5), processor_share(2)) == {"share": "S01"}

    def test_for_an_advertiser_only_a_grant_that_names_it_lifts(self) -> None:
        sent = message(2, advertiser_id="ACME", **CONSENT)
        signal = withdraw(1, purposes=[OFFERS])
        other = grant(1.5, purposes=[OFFERS], recipient_ids=["OTHERCO"])
        assert found(signal, other, sent) == {"message": "M01"}
        assert found(signal, grant(1.5, purposes=[OFFERS]), sent) == {}

    def test_channels_of_the_grant_do_not_matter_to_a_share(self) -> None:
        assert found(object_(1), grant(1.5, channels=["FAX"]), share(2)) == {}

    def test_but_they_do_to_a_message(self) -> None:
        both = [object_(1), own_grant(1.5, channels=["SMS"])]
        assert found(*both, message(2, **CONSENT)) == {"message": "M01"}
        assert found(*both, message(2, channel="SMS", **CONSENT)) == {}


class TestA6Killing:
    def test_a_signal_kills_earlier_grants_of_its_scope_whatever_it_cites(self) -> None:
        """The re-grant for NAME lifts the withdrawal; the old grant stays dead."""
        old, twin = grant(0, id="old"), grant(0, id="twin")
        signal = withdraw(1, consent_id="twin")
        narrower = grant(1.5, id="new", data_categories=["NAME"])
        assert found(old, twin, signal, narrower, share(2)) == {"share": "S11"}

    def test_the_latest_signal_counts(self) -> None:
        """What was granted between two withdrawals is dead, whatever lifted the first."""
        between = grant(1.2, id="between")
        narrower = grant(1.7, id="new", data_categories=["NAME"])
        signals = [withdraw(1), withdraw(1.5, id="again")]
        assert found(between, *signals, narrower, share(2)) == {"share": "S11"}

    def test_a_grant_at_the_instant_of_a_signal_is_dead(self) -> None:
        narrower = grant(1.5, id="new", data_categories=["NAME"])
        assert found(grant(1), withdraw(1), narrower, share(2)) == {"share": "S11"}


class TestA7OptOutAtCollection:
    @pytest.mark.parametrize(
        ("obtained", "channel", "stopped"),
        [
            (["EMAIL"], "EMAIL", True),
            (["EMAIL"], "SMS", False),
            (["PHONE"], "SMS", True),
            (["PHONE"], "MESSAGING_APP", True),
            (["PHONE"], "PHONE_HUMAN", True),
            (["PHONE"], "EMAIL", False),
            (["PHONE"], "AUTOMATED_CALL", False),
            ([], "EMAIL", False),
        ],
    )
    def test_it_objects_on_the_collected_channels(
        self, obtained: list[str], channel: str, *, stopped: bool
    ) -> None:
        named = own_grant(0, channels=[channel])
        sale = buy(1, contact_details_obtained=obtained, opt_out_exercised_at_collection=True)
        assert found(named, sale, message(2, channel=channel, **CONSENT)) == (
            {"message": "M01"} if stopped else {}
        )

    def test_sharing_goes_on(self) -> None:
        assert found(grant(0), buy(1, opt_out_exercised_at_collection=True), share(2)) == {}
