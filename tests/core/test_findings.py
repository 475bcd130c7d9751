"""The words and particulars that a finding carries (legal model 3.9, 4.7)."""

from __future__ import annotations

import pytest

from streams.core.codes import CODES
from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.identifiers import ControllerId, EventId, SubjectId
from streams.core.policy import default_policy
from streams.core.quality import FUTURE, RAW_PERSONAL_DATA, UNPROCESSABLE, quality_finding
from streams.core.vocabulary import Code, EventType, Severity, Status
from tests.core.builders import (
    OFFERS,
    OWN,
    buy,
    erase,
    grant,
    message,
    moment,
    object_,
    own_grant,
    refuse,
    share,
    withdraw,
)
from tests.core.stories import story

SENTENCE = (
    " Encryption, hashing or pseudonymisation does not replace a legal basis.",
    " Versleuteling, hashing of pseudonimisering vervangt geen grondslag.",
)


class TestProtection:
    """Encryption is no excuse (article N7)."""

    @pytest.mark.parametrize("protection", ["HASHED", "ENCRYPTED", "PSEUDONYMISED"])
    @pytest.mark.parametrize("before", [[], [object_(1)], [grant(0, expires_at=1)]])
    def test_changes_no_verdict_and_is_said(self, protection: str, before: list[Event]) -> None:
        plain = story(*before, share(2, protection="NONE"))
        protected = story(*before, share(2, protection=protection))
        assert plain.found() == protected.found()
        (one,), (other,) = _bases(plain.open), _bases(protected.open)
        assert (one.protection_irrelevant, other.protection_irrelevant) == (False, True)
        assert one.severity is other.severity
        assert other.explanation_en == one.explanation_en + SENTENCE[0]
        assert other.explanation_nl == one.explanation_nl + SENTENCE[1]

    def test_is_not_said_where_there_is_a_basis(self) -> None:
        lived = story(grant(0), share(2, protection="HASHED", legal_basis_claimed="NONE"))
        assert lived.finding("S26").protection_irrelevant is False


class TestVariants:
    @pytest.mark.parametrize(
        ("events", "number", "reason", "words"),
        [
            ([object_(1), share(2)], "S01", "OBJECTED", "The person objected"),
            ([erase(1), share(2)], "S01", "ERASED", "The person asked for erasure"),
            ([object_(1), erase(1), share(2)], "S01", "OBJECTED", "The person objected"),
            ([withdraw(1, purposes=[OWN]), message(2)], "M01", "WITHDRAWN", "A marketing message"),
            (
                [refuse(1, purposes=[OWN]), message(2)],
                "M01",
                "REFUSED",
                "A marketing message was sent although the person had refused",
            ),
            (
                [erase(1), message(2)],
                "M01",
                "ERASED",
                "A marketing message was sent although the person had asked for erasure",
            ),
        ],
    )
    def test_the_signal_gives_the_words(
        self, events: list[Event], number: str, reason: str, words: str
    ) -> None:
        finding = story(*events).finding(number)
        assert finding.reason == reason
        assert finding.explanation_en.startswith(words)

    def test_the_strongest_signal_counts(self) -> None:
        lived = story(refuse(1), withdraw(1), erase(1), share(2))
        assert (lived.found(), lived.finding("S01").reason) == ({"share": "S01"}, "ERASED")
        assert story(refuse(1), withdraw(1), share(2)).found() == {"share": "S02"}


class TestOfferOfAnother:
    """A third party's offer: consent names the advertiser; opt-outs of our own count too."""

    SENT = message(2, advertiser_id="ACME", legal_basis_claimed="CONSENT")
    GIVEN = grant(0, purposes=[OFFERS])

    @pytest.mark.parametrize(
        "signal",
        [object_(1, purposes=[OWN]), erase(1, purposes=[OWN]), withdraw(1, purposes=[OWN])],
    )
    def test_objections_to_our_own_marketing_stop_it(self, signal: Event) -> None:
        assert story(self.GIVEN, signal, self.SENT).found() == {"message": "M01"}

    @pytest.mark.parametrize(
        "signal",
        [
            refuse(1, purposes=[OWN]),
            object_(1, purposes=[OWN], channels=["SMS"]),
            withdraw(1, purposes=[OFFERS], recipient_ids=["OTHERCO"]),
        ],
    )
    def test_other_signals_do_not(self, signal: Event) -> None:
        assert story(self.GIVEN, signal, self.SENT).found() == {}

    def test_its_own_signals_do(self) -> None:
        for signal in (withdraw(1, purposes=[OFFERS]), refuse(1, purposes=[OFFERS])):
            assert story(self.GIVEN, signal, self.SENT).found() == {"message": "M01"}

    def test_a_sister_that_sends_is_stopped_by_an_opt_out_towards_us(self) -> None:
        by_sister = message(
            2,
            sender_controller_id="SISTERCO",
            advertiser_id="SISTERCO",
            legal_basis_claimed="CONSENT",
        )
        named = own_grant(0, recipient_ids=["SISTERCO"])
        assert story(named, object_(1), by_sister).found() == {"message": "M01"}
        towards_sister = withdraw(1, purposes=[OWN], recipient_ids=["SISTERCO"])
        assert story(named, towards_sister, by_sister).found() == {"message": "M01"}
        towards_us = withdraw(1, purposes=[OWN], recipient_ids=["OURCO"])
        assert story(named, towards_us, by_sister).found() == {}

    def test_a_later_consent_to_these_very_offers_lifts_what_stopped_our_own(self) -> None:
        stopped = object_(1, purposes=[OWN])
        later = grant(1.5, id="later", purposes=[OFFERS])
        assert story(stopped, later, self.SENT).found() == {}
        assert story(stopped, own_grant(1.5, id="own"), self.GIVEN, self.SENT).found() == {}


class TestBreach:
    ASSESSED = {"S01", "S02", "S03", "S24", "S25"}  # noqa: RUF012  # read only

    def test_is_assessed_where_data_left_against_the_will_or_were_protected(self) -> None:
        assert {c.number for c in CODES.values() if c.breach_assessment} == self.ASSESSED

    def test_the_finding_says_so(self) -> None:
        assert story(withdraw(1), share(2)).finding("S02").breach_assessment_required
        assert not story(share(2)).finding("S07").breach_assessment_required


def test_considered_consents_are_those_of_the_purpose_and_those_picked() -> None:
    lived = story(
        grant(0, id="a", recipient_ids=["B"]),
        grant(1, id="b", recipient_ids=["C"]),
        own_grant(1, id="own"),
        share(2),
    )
    assert lived.finding("S09").consent_ids_considered == ("b", "a")


def test_at_most_fifty_consents_are_named() -> None:
    grants = [grant(n / 100, id=f"g{n:02}", recipient_ids=["B"]) for n in range(60)]
    considered = story(*grants, share(2)).finding("S09").consent_ids_considered
    assert considered == tuple(f"g{n:02}" for n in range(59, 9, -1))


class TestAdvisory:
    def test_names_every_defect(self) -> None:
        given = grant(0, consent_method="PRE_TICKED", age_band="UNDER_12", evidence_ref=None,
                      notice_version=None, separate_act=False)  # fmt: skip
        finding = story(given).finding("A01")
        assert finding.contributing_codes == (
            "CONSENT_NOT_AFFIRMATIVE",
            "CONSENT_MINOR_NO_GUARDIAN",
            "CONSENT_NOT_DEMONSTRABLE",
            "CONSENT_NOT_INFORMED",
            "CONSENT_NOT_FREE_OR_SPECIFIC",
        )
        assert (finding.reason, finding.severity) == ("NOT_AFFIRMATIVE", Severity.ADVISORY)
        assert finding.consent_ids_considered == ("grant",)

    def test_a_valid_grant_has_none(self) -> None:
        assert story(grant(0), own_grant(1, id="own"), buy(1)).found() == {}


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        (UNPROCESSABLE, Severity.QUALITY),
        (RAW_PERSONAL_DATA, Severity.MEDIUM),
        (FUTURE, Severity.QUALITY),
    ],
)
def test_records_that_cannot_be_judged(name: Code, severity: Severity) -> None:
    finding = quality_finding(
        name,
        controller_id=ControllerId("OURCO"),
        subject_id=SubjectId("s-1"),
        event_id=EventId("e-1"),
        event_type=EventType.DATA_SHARE,
        occurred_at=moment(0),
        detected_at=moment(1),
        policy=default_policy(),
    )
    assert (finding.code, finding.severity, finding.family) == (name, severity, "Q")
    assert (finding.status, finding.revision) == (Status.OPEN, 1)
    assert finding.explanation_nl == CODES[name].explanation_nl


def _bases(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.family == "S.BASIS"]
