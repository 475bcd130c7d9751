"""Who really receives, and for what: every row of legal model 4.2, step 1.

The normalised role shows in what a bare share without consent leads to: a third party
and a joint controller need consent (S07), a processor and the own company do not.
"""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.identifiers import RecipientId
from streams.core.policy import RecipientEntry, Registers, fixed_policy
from streams.core.vocabulary import RecipientRole
from tests.core.builders import MATCHING, OFFERS, OWN, TPDM, grant, object_, share
from tests.core.stories import found, with_policy

KINDS = ["SOCIAL_MEDIA", "AD_PLATFORM", "DATA_BROKER"]
AGREED: dict[str, Any] = {"processing_agreement_ref": "dpa-1", "arrangement_ref": "a-1"}


def bare(role: str | None, purpose: str = TPDM, **fields: Any) -> dict[str, str]:
    return found(share(2, recipient_role=role, purpose=purpose, **(AGREED | fields)))


@pytest.mark.parametrize("role", ["UNKNOWN", None, "THIRD_PARTY", "JOINT_CONTROLLER"])
@pytest.mark.parametrize("purpose", [TPDM, OWN, OFFERS, MATCHING])
def test_unknown_is_a_third_party(role: str | None, purpose: str) -> None:
    assert bare(role, purpose) == {"share": "S07"}


def test_an_own_controller_that_is_not_the_controller_is_a_third_party() -> None:
    assert bare("OWN_CONTROLLER") == {"share": "S07"}
    assert bare("OWN_CONTROLLER", recipient_id="OURCO") == {}


def test_unless_the_register_holds_it_for_one() -> None:
    entry = RecipientEntry(recipient_id=RecipientId("ACME"), role=RecipientRole.OWN_CONTROLLER)
    policy = fixed_policy(registers=Registers(recipients=(entry,)))
    event = share(2, recipient_role="OWN_CONTROLLER")
    assert found(event, policy=policy) == {}


class TestProcessor:
    @pytest.mark.parametrize("purpose", [OWN, OFFERS])
    def test_on_instruction_stays_one(self, purpose: str) -> None:
        assert bare("PROCESSOR", purpose) == {}
        assert bare("PROCESSOR", purpose, recipient_own_use=False) == {}

    @pytest.mark.parametrize("purpose", [OWN, OFFERS, MATCHING, "ANALYTICS", "PAYMENT", "OTHER"])
    def test_with_own_use_is_a_third_party_for_third_party_marketing(self, purpose: str) -> None:
        assert bare("PROCESSOR", purpose, recipient_own_use=True) == {"share": "S07 S21"}
        covered = share(2, recipient_role="PROCESSOR", purpose=purpose, recipient_own_use=True,
                        **AGREED)  # fmt: skip
        assert found(grant(0), covered) == {"share": "S21"}

    def test_for_third_party_marketing_is_a_third_party(self) -> None:
        assert bare("PROCESSOR", TPDM) == {"share": "S07 S21"}

    def test_for_audience_matching_is_a_third_party_without_reproach(self) -> None:
        assert bare("PROCESSOR", MATCHING) == {"share": "S07"}
        covered = share(2, recipient_role="PROCESSOR", purpose=MATCHING, **AGREED)
        assert found(grant(0, purposes=[MATCHING]), covered) == {}

    def test_but_not_where_policy_accepts_the_platform(self) -> None:
        event = share(2, recipient_role="PROCESSOR", purpose=MATCHING, **AGREED)
        assert found(event, policy=with_policy(ad_platform_processor_accepted=True)) == {}

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("purpose", ["ANALYTICS", "OTHER"])
    def test_of_an_advertising_kind_is_a_third_party_without_reproach(
        self, kind: str, purpose: str
    ) -> None:
        assert bare("PROCESSOR", purpose, recipient_kind=kind) == {"share": "S07"}
        event = share(2, recipient_role="PROCESSOR", purpose=purpose, recipient_kind=kind, **AGREED)
        assert found(grant(0), event) == {}

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("purpose", [MATCHING, OWN, OFFERS])
    def test_of_such_a_kind_is_asked_for_audience_matching(self, kind: str, purpose: str) -> None:
        event = share(2, recipient_role="PROCESSOR", purpose=purpose, recipient_kind=kind, **AGREED)
        assert found(event) == {"share": "S07"}
        assert found(grant(0, purposes=[MATCHING]), event) == {}
        accepted = with_policy(ad_platform_processor_accepted=True)
        assert found(event, policy=accepted) == {"share": "S07"}

    def test_of_such_a_kind_stays_one_for_what_is_no_marketing(self) -> None:
        assert bare("PROCESSOR", "PAYMENT", recipient_kind="SOCIAL_MEDIA") == {}

    def test_an_objection_to_the_declared_purpose_stands(self) -> None:
        event = share(2, recipient_role="PROCESSOR", purpose=OWN, recipient_kind="SOCIAL_MEDIA",
                      **AGREED)  # fmt: skip
        before = grant(0, purposes=[MATCHING])
        assert found(before, object_(1, purposes=[OWN]), event) == {"share": "S01"}
        # A later consent for either purpose lifts it.
        for purpose in (OWN, MATCHING):
            later = grant(1.5, id="later", purposes=[purpose])
            assert "S01" not in found(before, object_(1, purposes=[OWN]), later, event).values()


class TestOwnUse:
    @pytest.mark.parametrize("role", ["THIRD_PARTY", "JOINT_CONTROLLER"])
    @pytest.mark.parametrize("purpose", [OWN, OFFERS, "ANALYTICS", "PAYMENT", "FRAUD_PREVENTION"])
    def test_makes_any_purpose_third_party_marketing(self, role: str, purpose: str) -> None:
        event = share(2, recipient_role=role, purpose=purpose, recipient_own_use=True, **AGREED)
        assert found(event) == {"share": "S07"}
        assert found(grant(0), event) == {}
        assert found(grant(0, purposes=[OWN]), event) == {"share": "S08"}

    def test_keeps_audience_matching(self) -> None:
        event = share(2, purpose=MATCHING, recipient_own_use=True)
        assert found(grant(0, purposes=[MATCHING]), event) == {}
        assert found(grant(0), event) == {"share": "S08"}

    def test_of_the_own_company_is_nothing(self) -> None:
        inside: dict[str, Any] = {"recipient_id": "OURCO", "recipient_own_use": True}
        assert bare("OWN_CONTROLLER", OWN, **inside) == {}


class TestAdvertisingKinds:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("role", ["THIRD_PARTY", "JOINT_CONTROLLER", "UNKNOWN"])
    @pytest.mark.parametrize("purpose", ["ANALYTICS", "OTHER"])
    def test_market_for_themselves_under_a_vague_purpose(
        self, kind: str, role: str, purpose: str
    ) -> None:
        event = share(2, recipient_role=role, purpose=purpose, recipient_kind=kind, **AGREED)
        assert found(event) == {"share": "S07"}
        assert found(grant(0), event) == {}

    @pytest.mark.parametrize("kind", KINDS)
    def test_whatever_the_producer_says_of_own_use(self, kind: str) -> None:
        fields: dict[str, Any] = {"recipient_kind": kind, "recipient_own_use": False}
        assert bare("THIRD_PARTY", "ANALYTICS", **fields) == {"share": "S07"}

    @pytest.mark.parametrize("purpose", ["PAYMENT", "ORDER_FULFILMENT", "SUPPRESSION"])
    def test_not_under_a_clear_purpose(self, purpose: str) -> None:
        assert bare("THIRD_PARTY", purpose, recipient_kind="SOCIAL_MEDIA") == {}

    @pytest.mark.parametrize("kind", ["CARRIER", "MAIL_HOUSE", "GROUP_COMPANY", "ADVERTISER", None])
    def test_other_kinds_are_believed(self, kind: str | None) -> None:
        assert bare("THIRD_PARTY", "ANALYTICS", recipient_kind=kind) == {}


def test_s20_and_s22_go_by_the_declared_role() -> None:
    """A processor in name only had to have an agreement all the same."""
    event = share(2, recipient_role="PROCESSOR", recipient_own_use=True)
    assert found(grant(0), event) == {"share": "S20 S21"}


def test_a_suppression_list_may_go_out_after_an_objection() -> None:
    assert found(object_(1), share(2, purpose="SUPPRESSION")) == {}


def test_a_group_company_is_a_third_party() -> None:
    assert bare("THIRD_PARTY", OWN, recipient_kind="GROUP_COMPANY") == {"share": "S07"}
