"""Why a duty was retracted stands in its row, and stays as it was first given."""

from __future__ import annotations

from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.revise import revise
from streams.core.rules.assess import NOTHING, Assessment
from streams.core.state import EventRow, PublishedDuty
from streams.core.vocabulary import ClosingReason, DutyStatus
from tests.core.builders import share, withdraw
from tests.core.stories import story

AT = Instant(1_700_000_000_000)


def owing() -> EventRow:
    """The row of a withdrawal by which one recipient is to be notified."""
    [row] = [
        record.row for record in story(share(0), withdraw(1)).subject.records.values()
        if record.row.duties
    ]  # fmt: skip
    return row


def again(row: EventRow, found: Assessment, cause: ClosingReason) -> EventRow:
    after = revise(
        row, found, Policy(), at=AT, clock=None, late=False, fresh=False, restate=True, cause=cause
    ).row
    assert after is not None
    return after


def duty_of(row: EventRow) -> PublishedDuty:
    [owed] = row.duties.values()
    return owed


def test_it_is_retracted_for_the_reason_that_is_given() -> None:
    retracted = duty_of(again(owing(), NOTHING, ClosingReason.POLICY_CHANGED))
    assert retracted.duty.status is DutyStatus.RETRACTED
    assert retracted.cause is ClosingReason.POLICY_CHANGED


def test_what_was_retracted_before_stays_so_for_its_own_reason() -> None:
    first = again(owing(), NOTHING, ClosingReason.POLICY_CHANGED)
    second = again(first, NOTHING, ClosingReason.RULES_CHANGED)
    assert duty_of(second).revision == duty_of(first).revision + 1
    assert duty_of(second).cause is ClosingReason.POLICY_CHANGED


def test_a_duty_that_stands_has_no_reason_of_a_policy() -> None:
    row = owing()
    stands = Assessment(duties={name: one.duty for name, one in row.duties.items()})
    restated = duty_of(again(row, stands, ClosingReason.POLICY_CHANGED))
    assert restated.duty.status is not DutyStatus.RETRACTED
    assert restated.cause is ClosingReason.LATE_EVIDENCE
