"""Counted assumptions: what was read mildly because it was left out (legal model 4.9)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.assumptions import Assumption, assumptions
from streams.core.events import Event
from streams.core.identifiers import RecipientId
from streams.core.policy import Policy, RecipientEntry, Registers, default_policy, fixed_policy
from streams.core.vocabulary import RecipientRole
from tests.core.builders import buy, grant, message, notify, object_, refund, share, withdraw

POLICY = default_policy()
STATED: dict[str, Any] = {"under_guardianship": False, "age_band": "ADULT", "recorded_at": 0.01}


def fields(event: Event, policy: Policy = POLICY) -> set[str]:
    return {one.field for one in assumptions(event, policy)}


@pytest.mark.parametrize(
    "field",
    ["age_band", "under_guardianship", "separate_act", "bundled_with_terms",
     "condition_of_service"],
)  # fmt: skip
def test_a_grant_that_leaves_a_field_out(field: str) -> None:
    assert fields(grant(0, **STATED)) == set()
    assert fields(grant(0, **(STATED | {field: None}))) == {field}


def test_an_unknown_age_is_assumed_where_policy_allows_it() -> None:
    unknown = grant(0, **(STATED | {"age_band": "UNKNOWN"}))
    assert fields(unknown) == {"age_band"}
    assert fields(unknown, fixed_policy(unknown_age="UNDER_16")) == set()
    guarded = grant(0, **(STATED | {"age_band": None, "guardian_consent": True}))
    assert fields(guarded) == set()


def test_a_grant_recorded_at_once_is_assumed_only_with_evidence() -> None:
    at_once = STATED | {"recorded_at": 0}
    assert fields(grant(0, **at_once)) == {"recorded_at"}
    assert fields(grant(0, **(at_once | {"evidence_ref": None}))) == set()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (buy(0), set()),
        (buy(0, seller_controller_id=None), {"seller_controller_id"}),
        (buy(0, opt_out_exercised_at_collection=None), {"opt_out_exercised_at_collection"}),
        (buy(0, opt_out_exercised_at_collection=None, contact_details_obtained=[]), set()),
        (refund(0, action="REFUNDED_PARTIAL", product_categories=[]), {"product_categories"}),
        (refund(0, action="REFUNDED_FULL", product_categories=[]), set()),
        (notify(0), set()),
        (withdraw(0), set()),
        (object_(0), set()),
    ],
)
def test_sales_and_others(event: Event, expected: set[str]) -> None:
    assert fields(event) == expected


WHOLE: dict[str, Any] = {"recipient_own_use": False, "recipient_country": "NL",
                         "recipient_kind": "CARRIER"}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, set()),
        ({"recipient_country": None}, {"recipient_country"}),
        ({"data_categories": []}, {"data_categories"}),
        ({"recipient_role": None}, set()),
        # Any purpose but this one would become third-party marketing.
        ({"recipient_own_use": None}, set()),
        ({"recipient_own_use": None, "purpose": "PAYMENT"}, {"recipient_own_use"}),
        ({"recipient_kind": None}, set()),
        ({"recipient_kind": None, "purpose": "ANALYTICS"}, {"recipient_kind"}),
        ({"recipient_kind": None, "recipient_role": "PROCESSOR",
          "purpose": "OWN_DIRECT_MARKETING"}, {"recipient_kind"}),
        ({"data_categories": [], "purpose": "PAYMENT"}, set()),
    ],
)  # fmt: skip
def test_shares(changed: dict[str, Any], expected: set[str]) -> None:
    assert fields(share(0, **(WHOLE | changed))) == expected


def test_a_role_is_assumed_where_an_unknown_one_is_no_third_party() -> None:
    policy = fixed_policy(unknown_recipient_role=RecipientRole.PROCESSOR)
    assert "recipient_role" in fields(share(0, recipient_role=None, **WHOLE), policy)


def test_what_the_register_says_is_no_assumption() -> None:
    entry = RecipientEntry(recipient_id=RecipientId("ACME"), kind="CARRIER", country="NL",
                           own_use=False)  # fmt: skip
    policy = fixed_policy(registers=Registers(recipients=(entry,)))
    bare = share(0, purpose="ANALYTICS", recipient_country=None, recipient_own_use=None,
                 recipient_kind=None)  # fmt: skip
    assert fields(bare, policy) == set()
    assert fields(bare) == {"recipient_country", "recipient_own_use", "recipient_kind"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, set()),
        ({"unsubscribe_present": None}, {"unsubscribe_present"}),
        ({"unsubscribe_present": None, "channel": "POST"}, set()),
        ({"caller_id_shown": None}, set()),
        ({"caller_id_shown": None, "channel": "AUTOMATED_CALL"}, {"caller_id_shown"}),
        ({"sender_identity_present": None}, {"sender_identity_present"}),
        ({"contact_point_present": None}, {"contact_point_present"}),
        ({"sender_controller_id": None}, {"sender_controller_id"}),
        ({"advertiser_id": None}, {"advertiser_id"}),
        ({"message_purpose": "SERVICE", "product_categories": []}, {"contains_promotion"}),
        ({"message_purpose": "SERVICE", "contains_promotion": False}, set()),
    ],
)
def test_messages(changed: dict[str, Any], expected: set[str]) -> None:
    assert fields(message(0, **changed)) == expected


def test_words_that_no_rule_reads_are_notes() -> None:
    assert assumptions(withdraw(0, via="unsubscribe-link", actor="subject"), POLICY) == [
        Assumption("via", note=True), Assumption("actor", note=True),
    ]  # fmt: skip
    # A way of one's own is no misspelling; an actor of one's own is noted.
    assert fields(withdraw(0, via="PIGEON", actor="SUBJECT")) == set()
    assert fields(withdraw(0, actor="AGENT")) == {"actor"}


def test_they_are_counted_by_system_and_recipient() -> None:
    one_share = share(0, source_system="crm", **(WHOLE | {"recipient_country": None}))
    assert assumptions(one_share, POLICY) == [Assumption("recipient_country", "crm", "ACME")]
    offer = message(0, advertiser_id="ACME", contact_point_present=None)
    assert assumptions(offer, POLICY) == [Assumption("contact_point_present", "", "ACME")]


def test_what_is_not_assessed_makes_none() -> None:
    early = fixed_policy()
    late = Policy(assess_from=share(1).occurred_at)
    event = share(0, **(WHOLE | {"recipient_country": None}))
    assert fields(event, early)
    assert not fields(event, late)
