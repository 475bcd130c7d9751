"""OPEN, REVISED, RETRACTED, REMEDIATED: what a reader of the topic sees (legal model 4.5)."""

from __future__ import annotations

import pytest

from streams.core.events import Event
from streams.core.findings import Finding
from streams.core.instants import Instant
from streams.core.outcome import Outcome
from streams.core.vocabulary import DutyStatus, Finality, Status
from tests.core.builders import (
    buy,
    grant,
    message,
    moment,
    notify,
    object_,
    own_grant,
    share,
    withdraw,
)
from tests.core.stories import Story, story


def line(finding: Finding) -> tuple[int, str, str, bool]:
    return finding.revision, finding.status.value, finding.code, finding.late_detected


def lines(lived: Story, event_id: str, family: str) -> list[tuple[int, str, str, bool]]:
    return [line(f) for f in lived.published if (f.event_id, f.family) == (event_id, family)]


def test_on_time_is_open_and_not_late() -> None:
    lived = story(share(2))
    assert lines(lived, "share", "S.BASIS") == [(1, "OPEN", "NO_CONSENT", False)]
    assert lived.published[0].finality is Finality.PROVISIONAL
    assert lived.published[0].detected_at == moment(2)


def test_from_clean_to_open_late() -> None:
    lived = story(grant(0), share(2), withdraw(1, recorded_at=9))
    assert lines(lived, "share", "S.BASIS") == [(1, "OPEN", "SHARE_AFTER_WITHDRAWAL", True)]
    assert lived.published[-1].detected_at == moment(9)


def test_another_code_is_a_revision() -> None:
    lived = story(share(2), withdraw(1))
    assert lines(lived, "share", "S.BASIS") == [
        (1, "OPEN", "NO_CONSENT", False),
        (2, "REVISED", "SHARE_AFTER_WITHDRAWAL", True),
    ]


def test_late_proof_retracts() -> None:
    lived = story(share(2), grant(0))
    assert lines(lived, "share", "S.BASIS")[-1][:3] == (2, "RETRACTED", "NO_CONSENT")
    assert lived.published[-1].reason == "LATE_EVIDENCE"
    assert lived.found() == {}


def test_what_was_retracted_opens_again() -> None:
    lived = story(share(3), grant(0), withdraw(1))
    assert lines(lived, "share", "S.BASIS") == [
        (1, "OPEN", "NO_CONSENT", False),
        (2, "RETRACTED", "NO_CONSENT", False),
        (3, "OPEN", "SHARE_AFTER_WITHDRAWAL", True),
    ]
    lived.take(grant(2, id="again"))
    assert lines(lived, "share", "S.BASIS")[-1][:2] == (4, "RETRACTED")


def test_one_address_whatever_the_code() -> None:
    lived = story(share(3), grant(0), withdraw(1))
    assert len({f.violation_id for f in lived.published if f.event_id == "share"}) == 1


def test_a_grant_dated_back_retracts_nothing() -> None:
    """Recorded two days after the act, it is not demonstrable (P16)."""
    lived = story(share(2), grant(0, recorded_at=48))
    assert lived.found() == {"grant": "A01", "share": "S15"}


def test_a_retracted_duty() -> None:
    lived = story(grant(0), share(3), withdraw(1), grant(2, id="again"))
    assert [d.status for d in lived.duties.values()] == [DutyStatus.RETRACTED]
    assert lived.owed() == {}


def test_a_tick_is_not_late() -> None:
    lived = story(share(0), withdraw(1)).tick(100)
    assert lines(lived, "withdrawal", "O.NOTIFY") == [
        (1, "OPEN", "RECIPIENT_NOT_NOTIFIED", False),
    ]
    assert lived.published[-1].detected_at == moment(100)
    lived.take(notify(101))
    assert lines(lived, "withdrawal", "O.NOTIFY")[-1][:2] == (2, "REMEDIATED")


def test_a_tick_says_a_thing_once() -> None:
    lived = story(share(0), withdraw(1)).tick(100).tick(101).tick(200)
    assert [f.code for f in lived.published] == ["NO_CONSENT", "RECIPIENT_NOT_NOTIFIED"]
    assert lived.decisions[-1].rows == ()
    assert lived.decisions[-1].rejudged == 0


def test_what_does_not_change_is_not_said_again() -> None:
    lived = story(share(2), withdraw(1), own_grant(0), object_(3), buy(1))
    assert [f.code for f in lived.published if f.event_id == "share"] == [
        "NO_CONSENT",
        "SHARE_AFTER_WITHDRAWAL",
    ]


def test_a_duplicate_says_nothing() -> None:
    lived = story(share(2))
    lived.take(share(2))
    assert lived.decisions[-1].outcome is Outcome.DUPLICATE
    assert (lived.decisions[-1].rows, lived.decisions[-1].findings) == ((), ())
    assert len(lived.published) == 1


@pytest.mark.parametrize(
    ("event", "late", "first", "then"),
    [
        (message(2), buy(0), "MSG_NO_PRIOR_SALE", None),
        (message(2), buy(0, consideration="NONE"), "MSG_NO_PRIOR_SALE", "MSG_SALE_REVERSED"),
    ],
)
def test_messages_are_revised_alike(
    event: Event, late: Event, first: str, then: str | None
) -> None:
    lived = story(event, late)
    assert lived.published[0].code == first
    assert [f.code for f in lived.open] == ([then] if then else [])


def test_each_finding_keeps_its_time_and_versions() -> None:
    lived = story(share(2, legal_basis_claimed="CONTRACT", protection="HASHED"))
    finding = lived.finding("S06")
    assert finding.occurred_at == Instant(moment(2))
    assert (finding.claimed_basis, finding.recipient_id) == ("CONTRACT", "ACME")
    assert finding.policy_version == lived.policy.version
    assert finding.law_version == lived.policy.law_version
    assert (finding.controller_id, finding.subject_id) == ("OURCO", "s-1")
    assert finding.status is Status.OPEN


TWO_RECIPIENTS = (share(0), share(0, id="z", recipient_id="ZCO"), withdraw(1))
"""To whom data went that must be notified; of these the second by name is notified."""


def test_a_duty_is_published_again_without_those_that_stay_as_they_are() -> None:
    lived = story(*TWO_RECIPIENTS)
    assert {d.recipient_id: d.revision for d in lived.duties.values()} == {"ACME": 1, "ZCO": 1}
    lived.take(notify(2, recipient_id="ZCO"))
    assert [(d.recipient_id, d.revision, d.status) for d in lived.decisions[-1].duties] == [
        ("ZCO", 2, DutyStatus.FULFILLED)
    ]
    assert [d.detected_at for d in lived.decisions[-1].duties] == [moment(2)]


def test_a_duty_is_published_again_with_the_particulars_of_a_payload_that_counts_now() -> None:
    lived = Story().take(grant(-1), share(0), withdraw(1, recorded_at=9))
    lived.take(withdraw(1, recorded_at=5))
    [duty] = lived.decisions[-1].duties
    assert (duty.revision, duty.status) == (2, DutyStatus.DUE)


def test_a_finding_is_published_again_without_those_that_stay_as_they_are() -> None:
    lived = story(*TWO_RECIPIENTS).tick(100)
    lived.take(notify(101, recipient_id="ZCO"))
    assert [(f.recipient_id, f.revision, f.status) for f in lived.decisions[-1].findings] == [
        ("ZCO", 2, Status.REMEDIATED)
    ]


def test_the_row_of_what_is_published_again_is_written() -> None:
    """Where findings alone change, and where duties alone do."""

    def rows(lived: Story) -> list[str]:
        return [str(row.fact.event.event_id) for row in lived.decisions[-1].rows]

    lived = story(message(2), buy(0))
    assert "message" in rows(lived)
    assert lived.duties == {}
    lived = story(*TWO_RECIPIENTS, notify(2, recipient_id="ZCO"))
    assert rows(lived) == ["withdrawal", "notice"]
