"""What comes out: findings and duties (legal model 3.9, 4.4).

Both are addressed and revised, never appended: the same id with a higher revision
replaces the earlier one, so delivering twice is an upsert. They are indications for
review, not legal determinations.
"""

from __future__ import annotations

import msgspec

from streams.core.identifiers import (
    ConsentId,
    ControllerId,
    EventId,
    RecipientId,
    SubjectId,
    ViolationId,
)
from streams.core.instants import Instant
from streams.core.vocabulary import (
    DataCategory,
    DutyStatus,
    EventType,
    Finality,
    LegalBasis,
    Severity,
    Status,
)


class Finding(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One indication on one event, in one slot.

    `controller_id` and `subject_id` are None only where the record was unreadable;
    `event_id` is then a reference to the record. `detected_at` is the ingestion time
    of the record (or the tick) that caused this revision; the label FINAL alone is a
    revision too. `consent_ids_considered` holds at most fifty, the newest grants first.
    """

    violation_id: ViolationId
    revision: int
    status: Status
    finality: Finality
    code: str
    family: str
    severity: Severity
    reason: str | None
    controller_id: ControllerId | None
    subject_id: SubjectId | None
    event_id: EventId
    event_type: EventType | None
    occurred_at: Instant | None
    detected_at: Instant
    recipient_id: RecipientId | None
    claimed_basis: LegalBasis | None
    consent_ids_considered: tuple[ConsentId, ...]
    contributing_codes: tuple[str, ...]
    uncovered_data_categories: tuple[DataCategory, ...]
    protection_irrelevant: bool
    late_detected: bool
    breach_assessment_required: bool
    review_required: bool
    law_version: str
    policy_version: str
    rule_version: str
    explanation_en: str
    explanation_nl: str
    citations: tuple[str, ...]
    remediation_en: str
    remediation_nl: str


class Duty(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The duty O01 to notify one recipient after one trigger (GDPR 19; C-129/21).

    `duty_id` is its own: the finding O02 of an unfulfilled duty has another `violation_id`.
    The trigger is named by its type and id; the type is None in records of before it was
    kept. `share_ids` are the event ids of the earliest shares in scope, at most a hundred,
    oldest first; `share_count` is the number of all, 0 in records of before there was a
    limit, which list all. `notified_at` is the notification that fulfilled it, in time or late.
    """

    duty_id: ViolationId
    revision: int
    status: DutyStatus
    code: str
    severity: Severity
    controller_id: ControllerId
    subject_id: SubjectId
    trigger_event_type: EventType | None
    trigger_event_id: EventId
    trigger: str
    recipient_id: RecipientId
    starts_at: Instant
    due_at: Instant
    share_ids: tuple[EventId, ...]
    share_count: int = 0
    notified_at: Instant | None
    detected_at: Instant
    law_version: str
    policy_version: str
    rule_version: str
    explanation_en: str
    explanation_nl: str
    citations: tuple[str, ...]
    remediation_en: str
    remediation_nl: str


OutputRecord = Finding | Duty
"""What is published about a subject, on one of two topics."""


def id_of(one: OutputRecord) -> ViolationId:
    """Its key on its topic."""
    return one.violation_id if isinstance(one, Finding) else one.duty_id


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Why a record could not be judged.

    `code` is UNPROCESSABLE_EVENT, RAW_PERSONAL_DATA_IN_EVENT or FUTURE_TIMESTAMP.
    `field` is the path of the field at fault where one is known. `reason` says what is
    wrong and what to do, and never holds a value of the record.
    """

    code: str
    reason: str
    field: str | None = None
