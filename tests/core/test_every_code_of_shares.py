"""Every code of shares, once firing and once silent: the catalogue of legal model 4.6."""

from __future__ import annotations

import pytest

from streams.core.events import Event
from tests.core.builders import (
    MATCHING,
    OFFERS,
    OWN,
    TPDM,
    erase,
    grant,
    object_,
    processor_share,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import found, story

FIRING: list[tuple[str, list[Event]]] = [
    ("S01", [grant(0), object_(1), share(2)]),
    ("S01", [grant(0), erase(1), share(2)]),
    ("S01", [object_(1), processor_share(2)]),
    ("S02", [grant(0), withdraw(1), share(2)]),
    ("S03", [refuse(1), share(2)]),
    ("S04", [share(2, legal_basis_claimed="LEGITIMATE_INTEREST")]),
    ("S05", [share(2, legal_basis_claimed="SOFT_OPT_IN")]),
    ("S06", [share(2, legal_basis_claimed="CONTRACT")]),
    ("S06", [share(2, legal_basis_claimed="LEGAL_OBLIGATION")]),
    ("S06", [share(2, legal_basis_claimed="PUBLIC_TASK")]),
    ("S06", [share(2, legal_basis_claimed="VITAL_INTEREST")]),
    ("S07", [share(2)]),
    ("S07", [share(2, legal_basis_claimed="NONE")]),
    ("S07", [share(2, legal_basis_claimed=None)]),
    ("S08", [grant(0, purposes=[MATCHING]), share(2)]),
    ("S09", [grant(0, recipient_ids=["OTHERCO"]), share(2)]),
    (
        "S10",
        [
            grant(0, recipient_ids=[], recipient_categories=["RETAIL"]),
            share(2, recipient_category="RETAIL"),
        ],
    ),
    ("S11", [grant(0), share(2, data_categories=["EMAIL", "BIRTH_DATE"])]),
    ("S12", [grant(0, expires_at=1), share(2)]),
    ("S20", [processor_share(2, processing_agreement_ref=None)]),
    ("S22", [grant(0), share(2, recipient_role="JOINT_CONTROLLER")]),
    ("S23", [grant(0), share(2, recipient_country="IN")]),
    ("S25", [grant(0, data_categories=["BSN"]), share(2, data_categories=["BSN"])]),
    (
        "S25",
        [
            grant(0, data_categories=["CRIMINAL_OFFENCE"]),
            share(2, data_categories=["CRIMINAL_OFFENCE"]),
        ],
    ),
    ("S24", [grant(0, data_categories=["HEALTH"]), share(2, data_categories=["HEALTH"])]),
    ("S26", [grant(0), share(2, legal_basis_claimed="LEGITIMATE_INTEREST")]),
    ("S26", [grant(0), share(2, legal_basis_claimed=None)]),
]

WITH_ADVISORY: list[tuple[str, Event]] = [
    ("S13", grant(0, consent_method="PRE_TICKED")),
    ("S13", grant(0, consent_method="IMPLICIT_USE")),
    ("S13", grant(0, consent_method="SILENCE")),
    ("S13", grant(0, consent_method="TERMS_ACCEPTANCE")),
    ("S13", grant(0, consent_method="IMPORTED_UNKNOWN")),
    ("S14", grant(0, age_band="UNDER_12")),
    ("S14", grant(0, age_band="AGE_12_15")),
    ("S14", grant(0, age_band="UNDER_16")),
    ("S14", grant(0, under_guardianship=True)),
    ("S15", grant(0, evidence_ref=None)),
    ("S16", grant(0, notice_version=None)),
    ("S17", grant(0, bundled_with_terms=True)),
    ("S17", grant(0, condition_of_service=True)),
    ("S17", grant(0, separate_act=False)),
]

SILENT: list[tuple[str, list[Event]]] = [
    ("S01 an objection to own marketing only", [grant(0), object_(1, purposes=[OWN]), share(2)]),
    ("S02 a withdrawal for another recipient", [grant(0), withdraw(1, recipient_ids=["B"]), share(2)]),
    ("S02 a withdrawal to a processor's work", [withdraw(1, purposes=[OWN]), processor_share(2)]),
    ("S03 a refusal of other marketing", [grant(0), refuse(1, purposes=[OFFERS]), share(2)]),
    ("S03 a refusal of what a processor does", [refuse(1, purposes=[OWN]), processor_share(2)]),
    ("S04 to S07 with consent", [grant(0), share(2)]),
    ("S06 a processor needs no basis of its own", [processor_share(2, legal_basis_claimed="CONTRACT")]),
    ("S07 a purpose that is no marketing", [share(2, purpose="ORDER_FULFILMENT")]),
    ("S08 the right one of two purposes", [grant(0, id="a", purposes=[OWN]), grant(0), share(2)]),
    ("S09 one of two named recipients", [grant(0, recipient_ids=["B", "ACME"]), share(2)]),
    ("S10 named beside its category", [grant(0, recipient_categories=["RETAIL"]), share(2)]),
    ("S11 fewer data than allowed", [grant(0, data_categories=["EMAIL", "NAME"]), share(2)]),
    ("S12 not yet expired", [grant(0, expires_at=3), share(2)]),
    ("S13 a signed paper", [grant(0, consent_method="WRITTEN_SIGNED"), share(2)]),
    ("S14 sixteen", [grant(0, age_band="AGE_16_17"), share(2)]),
    ("S14 the guardian agreed", [grant(0, age_band="UNDER_12", guardian_consent=True), share(2)]),
    ("S14 unknown age", [grant(0, age_band="UNKNOWN"), share(2)]),
    ("S20 with an agreement", [processor_share(2)]),
    ("S21 no own use", [processor_share(2, recipient_own_use=False)]),
    ("S22 with an arrangement", [
        grant(0), share(2, recipient_role="JOINT_CONTROLLER", arrangement_ref="a-1")]),
    ("S23 within the EEA", [grant(0), share(2, recipient_country="NO")]),
    ("S23 adequate", [grant(0), share(2, recipient_country="CH")]),
    ("S23 with clauses", [grant(0), share(2, recipient_country="IN", transfer_mechanism="SCC")]),
    ("S23 with rules", [grant(0), share(2, recipient_country="IN", transfer_mechanism="BCR")]),
    ("S23 certified", [grant(0), share(2, recipient_country="US", transfer_mechanism="DPF")]),
    ("S24 said in words", [
        grant(0, data_categories=["HEALTH"], consent_method="EXPLICIT_STATEMENT"),
        share(2, data_categories=["HEALTH"])]),
    ("S24 signed", [
        grant(0, data_categories=["HEALTH"], consent_method="WRITTEN_SIGNED"),
        share(2, data_categories=["HEALTH"])]),
    ("S24 not of a processor", [processor_share(2, data_categories=["HEALTH"])]),
    ("S25 not for marketing", [share(2, purpose="LEGAL_OBLIGATION", data_categories=["BSN"])]),
    ("S26 the right basis", [grant(0), share(2, legal_basis_claimed="CONSENT")]),
]  # fmt: skip


@pytest.mark.parametrize(("number", "events"), FIRING, ids=[number for number, _ in FIRING])
def test_fires(number: str, events: list[Event]) -> None:
    assert found(*events) == {"share": number}


@pytest.mark.parametrize(("number", "given"), WITH_ADVISORY)
def test_a_defective_grant_fires_when_relied_on(number: str, given: Event) -> None:
    assert found(given, share(2)) == {"grant": "A01", "share": number}


@pytest.mark.parametrize("events", [e for _, e in SILENT], ids=[name for name, _ in SILENT])
def test_is_silent(events: list[Event]) -> None:
    assert found(*events) == {}


@pytest.mark.parametrize("purpose", [OWN, OFFERS, MATCHING])
def test_a_processor_that_works_for_itself_is_a_third_party(purpose: str) -> None:
    named = share(2, recipient_role="PROCESSOR", processing_agreement_ref="dpa",
                  recipient_own_use=True, purpose=purpose)  # fmt: skip
    assert found(grant(0), named) == {"share": "S21"}
    assert found(named) == {"share": "S07 S21"}


def test_a_processor_for_third_party_marketing_is_a_third_party() -> None:
    assert found(grant(0), processor_share(2, recipient_id="ACME", purpose=TPDM)) == {
        "share": "S21"
    }


@pytest.mark.parametrize("code", ["S20", "S22", "S23"])
def test_additive_findings_ask_for_no_marketing_purpose(code: str) -> None:
    at_fault = {
        "S20": processor_share(2, processing_agreement_ref=None, purpose="PAYMENT"),
        "S22": share(2, recipient_role="JOINT_CONTROLLER", purpose="PAYMENT"),
        "S23": share(2, recipient_country="IN", purpose="PAYMENT"),
    }
    assert found(at_fault[code]) == {"share": code}


def test_findings_of_different_families_stand_beside_each_other() -> None:
    everything = processor_share(
        2,
        processing_agreement_ref=None,
        recipient_country="IN",
        data_categories=["EMAIL", "BSN", "HEALTH"],
        recipient_own_use=True,
    )
    assert found(object_(1), everything) == {"share": "S01 S20 S21 S23 S24 S25"}


def test_the_own_company_is_no_recipient() -> None:
    inside = share(2, recipient_id="OURCO", recipient_role="OWN_CONTROLLER", recipient_country="IN")
    assert found(inside) == {}


def test_s25_names_the_prohibited_categories_alone() -> None:
    lived = story(share(2, data_categories=["EMAIL", "BSN", "NAME"]))
    assert lived.finding("S25").uncovered_data_categories == ("BSN",)
