"""The dated registers outrank the producer's claims (legal model 3.1, P22)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.identifiers import ControllerId, RecipientId
from streams.core.policy import (
    AdequacyEntry,
    NoticeEntry,
    Policy,
    RecipientEntry,
    Registers,
    fixed_policy,
)
from streams.core.vocabulary import Purpose, RecipientRole, TransferMechanism
from tests.core.builders import MATCHING, OWN, grant, moment, processor_share, share
from tests.core.stories import found

OTHER = RecipientEntry(recipient_id=RecipientId("OTHERCO"), role=RecipientRole.THIRD_PARTY)


def registered(*entries: RecipientEntry, **fields: Any) -> Policy:
    """A policy whose register holds ACME with these fields, and OTHERCO."""
    acme = RecipientEntry(recipient_id=RecipientId("ACME"), **fields)
    return fixed_policy(registers=Registers(recipients=(OTHER, *entries, acme)))


def noticed(*entries: NoticeEntry) -> Policy:
    return fixed_policy(registers=Registers(notices=entries))


class TestRole:
    STRICTEST_FIRST = ("THIRD_PARTY", "JOINT_CONTROLLER", "PROCESSOR")

    @pytest.mark.parametrize("claimed", STRICTEST_FIRST)
    @pytest.mark.parametrize("known", STRICTEST_FIRST)
    def test_the_stricter_one_wins(self, claimed: str, known: str) -> None:
        """Only where both say processor is no consent asked."""
        event = processor_share(2, recipient_id="ACME", recipient_role=claimed, arrangement_ref="a")
        free = claimed == known == "PROCESSOR"
        policy = registered(role=RecipientRole(known))
        assert found(event, policy=policy) == ({} if free else {"share": "S07"})

    def test_a_silent_producer_leaves_it_to_the_register(self) -> None:
        event = processor_share(2, recipient_id="ACME", recipient_role="UNKNOWN")
        assert found(event, policy=registered(role=RecipientRole.PROCESSOR)) == {}

    def test_a_silent_register_leaves_it_to_the_producer(self) -> None:
        assert found(processor_share(2, recipient_id="ACME"), policy=registered()) == {}

    @pytest.mark.parametrize("claimed", ["PROCESSOR", "OWN_CONTROLLER", "UNKNOWN", "THIRD_PARTY"])
    def test_who_is_not_listed_is_a_third_party(self, claimed: str) -> None:
        event = processor_share(2, recipient_id="NEWCO", recipient_role=claimed)
        assert found(event, policy=registered()) == {"share": "S07"}

    def test_the_controller_itself_need_not_be_listed(self) -> None:
        event = share(2, recipient_id="OURCO", recipient_role="OWN_CONTROLLER")
        assert found(event, policy=registered()) == {}


class TestOwnUse:
    def test_the_register_says_that_there_is_some(self) -> None:
        event = processor_share(2, recipient_id="ACME", recipient_own_use=False)
        assert found(event, policy=registered(own_use=True)) == {"share": "S07 S21"}

    def test_the_register_says_that_there_is_none(self) -> None:
        event = processor_share(2, recipient_id="ACME", recipient_own_use=True)
        assert found(event, policy=registered(own_use=False)) == {}

    @pytest.mark.parametrize("kind", ["SOCIAL_MEDIA", "AD_PLATFORM", "DATA_BROKER"])
    def test_the_register_alone_clears_an_advertising_kind(self, kind: str) -> None:
        event = share(2, purpose="ANALYTICS", recipient_kind=kind, recipient_own_use=False)
        assert found(event, policy=registered()) == {"share": "S07"}
        assert found(event, policy=registered(own_use=False)) == {}

    def test_the_register_gives_the_kind(self) -> None:
        event = share(2, purpose="OTHER", recipient_kind="CARRIER")
        assert found(event, policy=registered(kind="DATA_BROKER")) == {"share": "S07"}


class TestReferences:
    def test_an_agreement_in_the_register_will_do(self) -> None:
        event = processor_share(2, recipient_id="ACME", processing_agreement_ref=None)
        assert found(event, policy=registered()) == {"share": "S20"}
        assert found(event, policy=registered(processing_agreement_ref="dpa-7")) == {}

    def test_none_in_the_register_outranks_the_claim(self) -> None:
        event = processor_share(2, recipient_id="ACME")
        assert found(event, policy=registered()) == {}
        assert found(event, policy=registered(processing_agreement_ref="NONE")) == {"share": "S20"}

    def test_arrangements_alike(self) -> None:
        event = share(2, recipient_role="JOINT_CONTROLLER")
        assert found(grant(0), event, policy=registered(arrangement_ref="a-1")) == {}
        claimed = share(2, recipient_role="JOINT_CONTROLLER", arrangement_ref="a-1")
        assert found(grant(0), claimed, policy=registered()) == {}
        assert found(grant(0), claimed, policy=registered(arrangement_ref="NONE")) == {
            "share": "S22"
        }

    def test_country_and_safeguard(self) -> None:
        assert found(grant(0), share(2), policy=registered(country="IN")) == {"share": "S23"}
        safe = registered(country="IN", transfer_mechanism=TransferMechanism.SCC)
        assert found(grant(0), share(2), policy=safe) == {}

    def test_the_category_of_a_recipient(self) -> None:
        given = grant(0, recipient_ids=[], recipient_categories=["RETAIL"])
        assert found(given, share(2), policy=registered()) == {"share": "S09"}
        assert found(given, share(2), policy=registered(category="RETAIL")) == {"share": "S10"}


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"share": "S07 S21"})])
def test_an_entry_holds_from_its_day(ms: int, codes: dict[str, str]) -> None:
    later = RecipientEntry(recipient_id=RecipientId("ACME"), valid_from=moment(5), own_use=True)
    policy = registered(later, role=RecipientRole.PROCESSOR)
    assert found(processor_share(5, ms=ms, recipient_id="ACME"), policy=policy) == codes


class TestNotices:
    GOOD = NoticeEntry(
        notice_version="v3",
        controller_id=ControllerId("OURCO"),
        purposes=(Purpose.THIRD_PARTY_DIRECT_MARKETING,),
        recipient_ids=(RecipientId("ACME"),),
    )
    DEFECT = {"grant": "A01", "share": "S16"}  # noqa: RUF012  # read only

    def test_a_good_notice(self) -> None:
        assert found(grant(0), share(2), policy=noticed(self.GOOD)) == {}

    def test_an_unknown_version(self) -> None:
        unknown = grant(0, notice_version="v4")
        assert found(unknown, share(2), policy=noticed(self.GOOD)) == self.DEFECT
        assert found(unknown, share(2)) == {}

    @pytest.mark.parametrize(
        "lack",
        [
            NoticeEntry(notice_version="v3", controller_id=ControllerId("SISTERCO"),
                        purposes=GOOD.purposes, recipient_ids=GOOD.recipient_ids),
            NoticeEntry(notice_version="v3", purposes=(Purpose(MATCHING), Purpose(OWN)),
                        recipient_ids=GOOD.recipient_ids),
            NoticeEntry(notice_version="v3", purposes=GOOD.purposes),
            NoticeEntry(notice_version="v3", purposes=GOOD.purposes,
                        recipient_ids=GOOD.recipient_ids, right_to_withdraw=False),
            NoticeEntry(notice_version="v3", valid_from=moment(0, ms=1),
                        purposes=GOOD.purposes, recipient_ids=GOOD.recipient_ids),
        ],
        ids=["controller", "purpose", "recipient", "right to withdraw", "not yet published"],
    )  # fmt: skip
    def test_a_notice_that_lacks(self, lack: NoticeEntry) -> None:
        assert found(grant(0), share(2), policy=noticed(lack)) == self.DEFECT


@pytest.mark.parametrize(
    ("country", "when", "before"),
    [
        ("JP", "2019-01-22T23:00:00Z", "S23"),
        ("KR", "2021-12-16T23:00:00Z", "S23"),
        ("BR", "2025-12-31T23:00:00Z", "S23"),
    ],
)
def test_adequacy_decisions_begin(country: str, when: str, before: str) -> None:
    given = grant("2018-06-01T00:00:00Z")
    assert found(given, share(when, ms=-1, recipient_country=country)) == {"share": before}
    assert found(given, share(when, recipient_country=country)) == {}


@pytest.mark.parametrize(("ms", "codes"), [(-1, {"share": "S23"}), (0, {})])
def test_certification_works_from_its_decision(ms: int, codes: dict[str, str]) -> None:
    certified: dict[str, Any] = {"recipient_country": "US", "transfer_mechanism": "DPF"}
    given = grant("2018-06-01T00:00:00Z")
    assert found(given, share("2023-07-09T22:00:00Z", ms=ms, **certified)) == codes


@pytest.mark.parametrize("country", ["IN", "JP", "CH"])
def test_certification_is_for_the_united_states(country: str) -> None:
    event = share(2, recipient_country=country, transfer_mechanism="DPF")
    assert found(grant(0), event) == ({"share": "S23"} if country == "IN" else {})


@pytest.mark.parametrize(("ms", "codes"), [(-1, {}), (0, {"share": "S23"})])
def test_a_decision_ends(ms: int, codes: dict[str, str]) -> None:
    entry = AdequacyEntry(country="IN", valid_from=moment(0), valid_until=moment(5))
    policy = fixed_policy(registers=Registers(adequacy=(entry,)))
    assert found(grant(0), share(5, ms=ms, recipient_country="IN"), policy=policy) == codes


def test_a_decision_without_an_end_is_in_force_at_the_last_instant() -> None:
    last = "9999-12-31T23:59:59.999Z"
    assert found(grant(last, ms=-1), share(last, recipient_country="GB")) == {}
    assert found(grant(last, ms=-1), share(last, recipient_country="IN")) == {"share": "S23"}
