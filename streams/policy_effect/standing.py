"""What stands about a subject: findings and duties, as rows keep them or as a policy gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from streams.core.codes import CODES
from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, EventId, RecipientId, SubjectId, ViolationId
from streams.core.instants import Instant
from streams.core.render import address, duty_address, particulars_of, severity
from streams.core.state import DutyState, EventRow, Published
from streams.core.vocabulary import Code, DutyStatus, Severity, Status
from streams.verify.batch import SubjectNet

_OBLIGATION: Final = CODES[Code.RECIPIENT_NOTIFICATION_DUE]


class StandingResult(NamedTuple):
    """One finding or duty that is not retracted. Holds ids and pseudonyms, and no other value.

    `state` is OPEN or REMEDIATED, or of a duty its status; `due_at` is a duty's.
    """

    code: str
    severity: Severity
    reason: str | None
    state: str
    controller_id: ControllerId | None
    recipient_id: RecipientId | None
    subject_id: SubjectId | None
    event_id: EventId
    due_at: Instant | None = None


StandingById = dict[ViolationId, StandingResult]


def published(rows: Iterable[EventRow]) -> StandingById:
    """What was published, as the rows of a subject keep it."""
    return dict(pair for row in rows for pair in _of_row(row))


def _of_row(row: EventRow) -> Iterator[tuple[ViolationId, StandingResult]]:
    event = row.fact.event
    for slot, one in row.published.items():
        if one.status is not Status.RETRACTED:
            about = particulars_of(event, slot)
            yield address(event, slot), _finding(one, about.recipient_id, row)
    for recipient_id, owed in row.duties.items():
        if owed.duty.status is not DutyStatus.RETRACTED:
            yield duty_address(event, recipient_id), _duty(owed.duty, recipient_id, row)


def _finding(one: Published, recipient_id: RecipientId | None, row: EventRow) -> StandingResult:
    event = row.fact.event
    return StandingResult(
        code=CODES[one.verdict.code].name,
        severity=severity(one.verdict),
        reason=one.verdict.reason,
        state=_state(one.status),
        controller_id=event.controller_id,
        recipient_id=recipient_id,
        subject_id=event.subject_id,
        event_id=event.event_id,
    )


def _duty(duty: DutyState, recipient_id: RecipientId, row: EventRow) -> StandingResult:
    event = row.fact.event
    return StandingResult(
        code=_OBLIGATION.name,
        severity=_OBLIGATION.severity,
        reason=duty.trigger,
        state=duty.status,
        controller_id=event.controller_id,
        recipient_id=recipient_id,
        subject_id=event.subject_id,
        event_id=event.event_id,
        due_at=duty.due_at,
    )


def given(net: SubjectNet) -> StandingById:
    """What a policy gives for the facts of a subject."""
    found: StandingById = {one.violation_id: _given_finding(one) for one in net.findings}
    found.update((one.duty_id, _given_duty(one)) for one in net.duties)
    return found


def _given_finding(one: Finding) -> StandingResult:
    return StandingResult(
        code=one.code,
        severity=one.severity,
        reason=one.reason,
        state=_state(one.status),
        controller_id=one.controller_id,
        recipient_id=one.recipient_id,
        subject_id=one.subject_id,
        event_id=one.event_id,
    )


def _given_duty(one: Duty) -> StandingResult:
    return StandingResult(
        code=one.code,
        severity=one.severity,
        reason=one.trigger,
        state=one.status,
        controller_id=one.controller_id,
        recipient_id=one.recipient_id,
        subject_id=one.subject_id,
        event_id=one.trigger_event_id,
        due_at=one.due_at,
    )


def _state(status: Status) -> str:
    """OPEN and REVISED are one: which it is says how the facts came in."""
    return Status.OPEN if status is Status.REVISED else status
