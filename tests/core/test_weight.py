"""Severity, the sentences that are appended, and marks on notices (legal model 3.1, 4.6, 4.7)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core import texts
from streams.core.policy import NoticeEntry, Registers, fixed_policy
from streams.core.policy.settings import LegitimateInterestMode
from streams.core.texts.appended import LABEL
from streams.core.vocabulary import Code, Purpose, Severity, Status
from tests.core.builders import MATCHING, OWN, grant, message, moment, own_grant, share, withdraw
from tests.core.stories import found, story, with_policy

TICKED: dict[str, Any] = {"consent_method": "PRE_TICKED"}
BY_CATEGORY: dict[str, Any] = {"recipient_ids": [], "recipient_categories": ["RETAIL"]}
RETAIL = share(2, recipient_category="RETAIL")


def test_a_finding_weighs_as_much_as_its_heaviest_contributing_code() -> None:
    plain = story(grant(0, **BY_CATEGORY), RETAIL).finding("S10")
    assert plain.severity is Severity.MEDIUM
    ticked = story(grant(0, **BY_CATEGORY, **TICKED), RETAIL).finding("S10")
    assert ticked.contributing_codes == ("CONSENT_NOT_AFFIRMATIVE",)
    assert ticked.severity is Severity.HIGH
    young = story(grant(0, **BY_CATEGORY, age_band="UNDER_12"), RETAIL).finding("S10")
    assert young.severity is Severity.CRITICAL


def test_a_message_weighs_as_much_as_the_test_that_its_consent_failed() -> None:
    sent = message(2, legal_basis_claimed="CONSENT")
    assert story(own_grant(0, **TICKED), sent).finding("M11").severity is Severity.HIGH
    assert story(own_grant(0, age_band="UNDER_16"), sent).finding("M11").severity is (
        Severity.CRITICAL
    )


def test_what_is_no_violation_keeps_its_own_severity() -> None:
    young = story(grant(0, age_band="UNDER_12"))
    assert young.finding("A01").severity is Severity.ADVISORY
    review = with_policy(legitimate_interest_mode=LegitimateInterestMode.REVIEW)
    claimed = share(2, legal_basis_claimed="LEGITIMATE_INTEREST")
    assert story(claimed, policy=review).finding("S04").severity is Severity.MEDIUM


def test_a_label_that_was_set_aside_is_published() -> None:
    event = share(2, recipient_role="PROCESSOR", purpose=OWN, recipient_kind="SOCIAL_MEDIA",
                  processing_agreement_ref="dpa")  # fmt: skip
    lived = story(event).finding("S07")
    assert lived.explanation_en.endswith(LABEL.en)
    assert lived.explanation_nl.endswith(LABEL.nl)
    against = story(withdraw(1, purposes=[OWN]), event).finding("S02")
    assert "The label" in against.explanation_en
    assert "The label" not in story(share(2)).finding("S07").explanation_en
    assert found(grant(0, purposes=[MATCHING]), event) == {}


def test_a_consent_that_is_ended_by_its_id_covers_nothing() -> None:
    two = [grant(0, id="one", consent_id="c1", recipient_ids=["ACME"]),
           grant(0.5, id="two", consent_id="c1", purposes=[OWN])]  # fmt: skip
    ended = withdraw(1, purposes=[], consent_id="c1")
    lived = story(*two, ended, share(2))
    assert lived.found() == {"share": "S08"}
    one = story(two[0], withdraw(1, purposes=[], consent_id="c1"), share(2))
    assert one.found() == {"share": "S02"}
    partner = own_grant(0, id="p", consent_id="c9", recipient_ids=["ACME"])
    mail = message(2, legal_basis_claimed="CONSENT")
    assert story(partner, mail).found() == {}
    assert story(partner, withdraw(1, purposes=[], consent_id="c9"), mail).found() == {
        "message": "M11"
    }
    # With a purpose of its own it ends what it says, and no more.
    assert story(partner, withdraw(1, purposes=[OWN], consent_id="c9"), mail).found() == {}


def notices(*entries: NoticeEntry) -> Any:
    return fixed_policy(registers=Registers(notices=entries))


class TestMarks:
    GIVEN = own_grant(1, notice_version="v3")
    SENT = message(2, legal_basis_claimed="CONSENT")

    def test_a_mark_alone_ends_the_consents_under_it_and_knows_every_version(self) -> None:
        policy = notices(NoticeEntry(notice_version="v2", defect="hidden refusal"))
        assert found(self.GIVEN, self.SENT, policy=policy) == {}
        under = own_grant(1, notice_version="v2")
        lived = story(under, self.SENT, policy=policy)
        assert lived.finding("M11").reason == "NOTICE_DEFECTIVE"
        assert lived.finding("A01").reason == "NOTICE_DEFECTIVE"

    def test_a_share_says_why(self) -> None:
        policy = notices(NoticeEntry(notice_version="v3", defect="hidden refusal"))
        lived = story(grant(0), share(2), policy=policy).finding("S16")
        assert lived.reason == "NOTICE_DEFECTIVE"
        assert "marked as misleading" in lived.explanation_en

    @pytest.mark.parametrize(("defect", "sound"), [("", True), ("NONE", True), ("x", False)])
    def test_it_is_dated_and_holds_until_the_next_entry(self, defect: str, *, sound: bool) -> None:
        policy = notices(
            NoticeEntry(notice_version="v3", defect="old"),
            NoticeEntry(notice_version="v3", defect=defect, valid_from=moment(0.5)),
        )
        assert (found(self.GIVEN, self.SENT, policy=policy) == {}) is sound
        before = own_grant(0.4, notice_version="v3")
        assert found(before, self.SENT, policy=policy) != {}

    def test_it_changes_nothing_of_what_is_known(self) -> None:
        informs = NoticeEntry(notice_version="v3", purposes=(Purpose.OWN_DIRECT_MARKETING,))
        later = NoticeEntry(notice_version="v3", defect="NONE", valid_from=moment(0.5))
        assert found(self.GIVEN, self.SENT, policy=notices(informs, later)) == {}
        other = own_grant(1, notice_version="v4")
        assert found(other, self.SENT, policy=notices(informs, later)) != {}


class TestVerifiedNumbers:
    """P25: consent to calls needs PHONE among the verified contact details."""

    NEEDED = with_policy(phone_consent_needs_verified_number=True)
    CALL = message(2, channel="PHONE_HUMAN", legal_basis_claimed="CONSENT")

    def test_by_default_the_consent_is_enough(self) -> None:
        assert found(own_grant(0, channels=["PHONE_HUMAN"]), self.CALL) == {}

    def test_where_it_is_asked_for_the_number_was_verified(self) -> None:
        given = own_grant(0, channels=["PHONE_HUMAN"], verified_contact=["EMAIL"])
        lived = story(given, self.CALL, policy=self.NEEDED)
        assert lived.found() == {"message": "M11"}
        assert lived.finding("M11").reason == "NOT_DEMONSTRABLE"
        verified = own_grant(0, channels=["PHONE_HUMAN"], verified_contact=["PHONE"])
        assert found(verified, self.CALL, policy=self.NEEDED) == {}
        mail = message(2, legal_basis_claimed="CONSENT")
        assert found(own_grant(0), mail, policy=self.NEEDED) == {}

    def test_it_does_not_lift_either(self) -> None:
        left = withdraw(0.5, purposes=[OWN])
        given = own_grant(1, channels=["PHONE_HUMAN"])
        assert found(left, given, self.CALL, policy=self.NEEDED) == {"message": "M01"}
        assert found(left, given, self.CALL) == {}


def test_no_consent_says_so_where_one_was_ended_by_its_id() -> None:
    """The withdrawal bars nothing by itself: the newest consent of that id was for mail."""
    given = grant(0, consent_id="c1")
    newest = own_grant(2, id="newest", consent_id="c1")
    ended = withdraw(2, purposes=[], consent_id="c1")
    policy = with_policy(grant_at_same_instant_valid=False)
    lived = story(given, newest, ended, share(2), policy=policy).finding("S07")
    expected = texts.open_finding(Code.NO_CONSENT, texts.Variant.ENDED_BY_ID)
    assert (lived.explanation_en, lived.explanation_nl) == expected.explanation
    assert (lived.remediation_en, lived.remediation_nl) == expected.remediation
    assert "referred to by its own number" in lived.explanation_en
    assert "by its own number" not in story(share(2)).finding("S07").explanation_en
    covered = grant(1.5, id="covering", consent_id="c2")
    closing = story(given, newest, ended, share(2), covered, policy=policy).published[-1]
    assert closing.status is Status.RETRACTED
    assert closing.explanation_en.startswith("The report of sharing without consent is withdrawn")
