"""Records that were refused under the type and id of an event, and the finding about them (Q01).

What is found follows from a set: which ids were refused, and which events there are. With a
refusal and no event of that type and id the finding stands; with both it is closed, in
whichever order they came. Further refusals change nothing, unless one of them says that the
event occurred earlier than all before it said.
"""

from __future__ import annotations

import msgspec

from streams.core.decision import Decision
from streams.core.event_kinds import key_of
from streams.core.findings import Finding
from streams.core.identifiers import (
    ControllerId,
    SubjectId,
    SubjectKey,
    ViolationId,
    parse_subject_key,
    violation_id,
)
from streams.core.instants import Instant
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.publications import History, following
from streams.core.quality import UNPROCESSABLE, quality_finding
from streams.core.slots import SLOTS
from streams.core.state import Refusal, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import Status


def standing(*, judged: bool) -> Status:
    """How the finding about a refused id stands: closed where the event was judged as well."""
    return Status.REMEDIATED if judged else Status.OPEN


def refuse(subject: Subject, refusal: Refusal, policy: Policy, clock: Instant | None) -> Decision:
    """Take in a refused record; the subject grows in place.

    `clock` is partition time. The decision holds at most one row and one finding: nothing
    where all that the record says was known, or is of before the person was erased.
    """
    said = refusal.occurred_at
    if subject.erased_at is not None and said is not None and said <= subject.erased_at:
        return Decision(outcome=Outcome.EXPIRED)
    key = key_of(refusal.event_type, refusal.event_id)
    at = refusal.ingested_at
    arrived_at = known_at = at if clock is None else max(at, clock)
    before = subject.refusals.get(key)
    if before is None:
        judged = key in subject.records
        row = RefusalRow(
            event_type=refusal.event_type,
            event_id=refusal.event_id,
            occurred_at=refusal.occurred_at,
            arrived_at=arrived_at,
            revision=1,
            status=standing(judged=judged),
            history=History(known_at, policy.digest),
        )
        return _published(subject, row, policy, at)
    occurred_at = _earliest(before.occurred_at, refusal.occurred_at)
    row = msgspec.structs.replace(
        before, occurred_at=occurred_at, arrived_at=min(before.arrived_at, arrived_at)
    )
    if occurred_at != before.occurred_at:
        closed = before.status is Status.REMEDIATED
        status = Status.REMEDIATED if closed else Status.REVISED
        history = following(before.publications, known_at, policy.digest)
        row = msgspec.structs.replace(
            row, revision=before.revision + 1, status=status, history=history
        )
        return _published(subject, row, policy, at)
    if row == before:
        return Decision(outcome=Outcome.DUPLICATE)
    subject.refuse(row)
    return Decision(outcome=Outcome.JUDGED, refusals=(row,))


def close(
    subject: Subject, row: RefusalRow, policy: Policy, at: Instant, clock: Instant | None
) -> tuple[RefusalRow, Finding]:
    """The event of a refused id was judged, of a fact ingested at `at`: row and finding.

    `clock` is partition time.
    """
    known_at = at if clock is None else max(at, clock)
    row = msgspec.structs.replace(
        row,
        revision=row.revision + 1,
        status=standing(judged=True),
        history=following(row.publications, known_at, policy.digest),
    )
    subject.refuse(row)
    return row, finding_of(subject.controller_id, subject.subject_id, row, policy, at)


def finding_of(
    controller_id: ControllerId, subject_id: SubjectId, row: RefusalRow, policy: Policy, at: Instant
) -> Finding:
    """The finding about a refused id as its row has it."""
    return quality_finding(
        UNPROCESSABLE,
        controller_id=controller_id,
        subject_id=subject_id,
        event_id=row.event_id,
        event_type=row.event_type,
        occurred_at=row.occurred_at,
        detected_at=at,
        policy=policy,
        revision=row.revision,
        status=row.status,
    )


def refusal_address(key: SubjectKey, row: RefusalRow) -> ViolationId:
    """The address of the finding about a refused id of the subject with that key."""
    controller_id, subject_id = parse_subject_key(key) or ("", "")
    return violation_id(
        controller_id, subject_id, row.event_type, row.event_id, SLOTS[UNPROCESSABLE]
    )


def net(subject: Subject, row: RefusalRow, policy: Policy) -> Finding:
    """The finding about a refused id as one batch has it, from what was refused and judged."""
    judged = key_of(row.event_type, row.event_id) in subject.records
    row = msgspec.structs.replace(row, revision=1, status=standing(judged=judged))
    return finding_of(subject.controller_id, subject.subject_id, row, policy, row.arrived_at)


def _published(subject: Subject, row: RefusalRow, policy: Policy, at: Instant) -> Decision:
    subject.refuse(row)
    finding = finding_of(subject.controller_id, subject.subject_id, row, policy, at)
    return Decision(outcome=Outcome.JUDGED, refusals=(row,), findings=(finding,))


def _earliest(one: Instant | None, other: Instant | None) -> Instant | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
