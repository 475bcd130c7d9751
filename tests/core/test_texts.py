"""Published texts: as reviewed in `golden/texts.md`, whole sentences, in both languages.

After a change of a text:

    python -m tests.core.golden_texts

and read the difference.
"""

from __future__ import annotations

import re

import pytest

from streams.core import texts
from streams.core.codes import CODES
from streams.core.findings import Finding
from streams.core.texts import Bilingual
from streams.core.texts.appended import PROTECTION
from streams.core.texts.assumed import ASSUMED, NOTED
from streams.core.texts.listing import every_text, reasons_of
from streams.core.texts.reports import REPORTS
from streams.core.vocabulary import ClosingReason, Code, Country, DutyStatus, Reason, Status
from tests.core.builders import grant, notify, object_, refuse, share, withdraw
from tests.core.golden_texts import GOLDEN, every_published_text, page
from tests.core.stories import Story, story
from tests.core.text_faults import faults
from tests.docs.labels import MODEL
from tests.repository.old_words import old_words

TEXTS = list(every_published_text())


def test_texts_are_as_reviewed() -> None:
    assert page() == GOLDEN.read_text("utf-8"), "python -m tests.core.golden_texts"


def test_every_text_is_made_of_whole_sentences_that_outsiders_understand() -> None:
    assert [(key, part, f) for key, part, text in TEXTS for f in faults(text)] == []


@pytest.mark.parametrize(
    ("english", "dutch", "fault"),
    [
        ("the person objected.", "De persoon maakte bezwaar.", "capital"),
        ("The person objected", "De persoon maakte bezwaar.", "full stop"),
        ("Stop feed; notify (19).", "Stop de levering en informeer hem.", r"shorthand \(19\)"),
        ("Assess this as a breach (GDPR 33).", "Dit is een datalek.", "shorthand GDPR"),
        ("It must be notified (article 19).", "Hij moet het weten.", "shorthand article 19"),
        ("This is what 21(2) says.", "Dit is de wet.", "shorthand 21"),
        ("It was judged by C-621/22.", "Dit is een uitspraak.", "shorthand C-621/22"),
        ("This is the case of S09.", "Dit is de zaak.", "label S09"),
        ("It fails the test T7.", "De toets is niet gehaald.", "label T7"),
        ("This is a case of NO_CONSENT.", "Dit is een zaak.", "label NO_CONSENT"),
        ("No valid consent.", "Er is geen toestemming.", "no whole sentence"),
        ("It is over. Too late.", "Het is voorbij.", "no whole sentence: Too late"),
        ("This is the same.", "This is the same.", "both languages say the same"),
        ("The person objected.", "The person had not objected.", "reads like the other"),
        ("The recipient must be told.", "De ontvanger moet het weten.", "old word: told"),
        ("It is  over.", "Het is voorbij.", "slip"),
    ],
)
def test_a_bad_text_is_found(english: str, dutch: str, fault: str) -> None:
    found = faults(Bilingual(english, dutch))
    assert any(re.search(fault, one) for one in found), found


def test_every_code_is_closed_in_every_way() -> None:
    assert set(REPORTS) == set(CODES)
    for code in CODES:
        ways = {(one.status, one.reason) for one in every_text(code)}
        retracted = (
            Status.RETRACTED if code != Code.RECIPIENT_NOTIFICATION_DUE else DutyStatus.RETRACTED
        )
        assert {(retracted, reason) for reason in ClosingReason} <= ways, code
        late = (
            DutyStatus.FULFILLED_LATE
            if code == Code.RECIPIENT_NOTIFICATION_DUE
            else Status.REMEDIATED
        )
        assert late in {status for status, _ in ways}, code


def test_no_two_ways_to_be_closed_say_the_same() -> None:
    for code in CODES:
        closings = [one for one in every_text(code) if isinstance(one.reason, ClosingReason)]
        said = {one.wording.explanation for one in closings}
        assert len(said) == len(closings) == len(ClosingReason), code
        assert all(one.wording.remediation != texts.of_code(code).remediation for one in closings)


def test_every_assumption_of_the_norm_has_a_sentence() -> None:
    section = MODEL.read_text("utf-8").split("### 4.9 ")[1].split("\n---\n")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(ASSUMED)
    assert set(NOTED) == {"via", "actor"}


def test_a_reason_without_a_text_of_its_own_has_that_of_the_code() -> None:
    assert texts.open_finding(Code.CONSENT_EXPIRED, Reason.EXPIRED) == texts.of_code(
        Code.CONSENT_EXPIRED
    )
    assert texts.finding(
        Code.TRANSFER_WITHOUT_SAFEGUARD, Status.OPEN, Country("US")
    ) == texts.of_code(Code.TRANSFER_WITHOUT_SAFEGUARD)


def test_an_unknown_reason_of_a_retraction_is_no_other_one() -> None:
    for reason in (Reason.NO_RECORD, None):
        with pytest.raises(ValueError, match="ClosingReason"):
            texts.finding(Code.NO_CONSENT, Status.RETRACTED, reason)
    with pytest.raises(ValueError, match="Trigger"):
        texts.finding(Code.RECIPIENT_NOT_NOTIFIED, Status.OPEN, Reason.NO_RECORD)


def last(found: Story, number: str) -> Finding:
    return [one for one in found.published if CODES[Code(one.code)].number == number][-1]


class TestOfHistories:
    def test_a_finding_that_late_evidence_withdraws(self) -> None:
        lived = story(share(2), grant(1))
        opened, closing = lived.published
        assert (
            opened.explanation_en
            == texts.open_finding(Code.NO_CONSENT, Reason.NO_RECORD).explanation.en
        )
        assert closing.status is Status.RETRACTED
        expected = texts.finding(Code.NO_CONSENT, Status.RETRACTED, ClosingReason.LATE_EVIDENCE)
        assert (closing.explanation_en, closing.explanation_nl) == expected.explanation
        assert (closing.remediation_en, closing.remediation_nl) == expected.remediation
        assert "Nothing has to be done" in closing.remediation_en
        assert closing.citations == opened.citations

    def test_what_is_withdrawn_does_not_speak_of_protection(self) -> None:
        opened, closing = story(share(2, protection="HASHED"), grant(1)).published
        assert opened.explanation_en.endswith(PROTECTION.en)
        assert PROTECTION.en not in closing.explanation_en

    def test_a_finding_that_opens_again_says_what_is_found(self) -> None:
        lived = story(share(3), grant(1), withdraw(2))
        assert [one.status for one in lived.published] == ["OPEN", "RETRACTED", "OPEN"]
        assert last(lived, "S02").explanation_en == texts.of_code(Code.SHARE_AFTER_WITHDRAWAL)[0].en

    def test_a_recipient_that_was_notified_late(self) -> None:
        lived = story(grant(-1), share(0), object_(1)).tick(74)
        overdue = last(lived, "O02")
        assert overdue.explanation_en.startswith(
            "This recipient received data before the person objected to direct marketing, and was not"
        )
        lived.take(notify(75))
        assert last(lived, "O02").status is Status.REMEDIATED
        assert "only after the term" in last(lived, "O02").explanation_en
        assert last(lived, "O02").remediation_en.startswith("Nothing more has to be sent")
        (duty,) = lived.duties.values()
        assert duty.explanation_en == last(lived, "O02").explanation_en

    def test_a_duty_that_is_fulfilled_cancelled_or_withdrawn(self) -> None:
        base = (grant(-1), share(0), withdraw(1))
        (fulfilled,) = story(*base, notify(2)).duties.values()
        assert fulfilled.explanation_en.endswith("and was notified of that in time.")
        (cancelled,) = story(*base, grant(2, id="again")).duties.values()
        assert "gave a valid consent again" in cancelled.explanation_en
        for one in (fulfilled, cancelled):
            assert one.remediation_en.startswith("Nothing")

    def test_a_share_against_a_refusal_says_so_to_whom_it_must_be_said(self) -> None:
        (duty,) = story(refuse(0), share(1)).duties.values()
        assert "although the person had refused consent" in duty.explanation_en


def test_texts_of_reasons_belong_to_codes_that_have_them() -> None:
    assert [code for code in CODES if reasons_of(code)] == [
        "SHARE_AFTER_OBJECTION", "NO_CONSENT", "CONSENT_NOT_INFORMED", "MSG_AFTER_OPT_OUT",
        "MSG_NO_VALID_CONSENT", "MSG_SENDER_NOT_IDENTIFIABLE", "RECIPIENT_NOT_NOTIFIED",
        "CONSENT_DEFECT_RECORDED",
    ]  # fmt: skip


def test_words_of_the_old_list_are_found() -> None:
    assert old_words("Whoever is told mends it anew.") == ["told", "mends", "anew", "Whoever"]
