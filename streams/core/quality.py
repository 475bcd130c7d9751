"""Records that cannot be judged: Q01, Q02 and Q04 (legal model 4.6)."""

from __future__ import annotations

from streams.core.codes import CODES
from streams.core.findings import Finding
from streams.core.identifiers import ControllerId, EventId, SubjectId, violation_id
from streams.core.instants import Instant
from streams.core.law import FUTURE_TOLERANCE, RULE_VERSION
from streams.core.policy import Policy
from streams.core.state import Fact
from streams.core.vocabulary import EventType, Finality, Status

UNPROCESSABLE = "UNPROCESSABLE_EVENT"
RAW_PERSONAL_DATA = "RAW_PERSONAL_DATA_IN_EVENT"
FUTURE = "FUTURE_TIMESTAMP"


def is_future(fact: Fact) -> bool:
    """Q04: the event claims to have occurred over five minutes after its record."""
    return fact.event.occurred_at > fact.ingested_at + FUTURE_TOLERANCE


def quality_finding(
    name: str,
    *,
    controller_id: ControllerId | None,
    subject_id: SubjectId | None,
    event_id: EventId,
    event_type: EventType | None,
    occurred_at: Instant | None,
    detected_at: Instant,
    policy: Policy,
) -> Finding:
    """The finding on a record that was set apart.

    `event_id` is a reference to the record (topic, partition, offset, or a random one)
    where the event's own id is unreadable or is itself a personal value.
    """
    code = CODES[name]
    slot = f"{code.family}:{code.name}"
    return Finding(
        violation_id=violation_id(
            controller_id or "", subject_id or "", event_type or "", event_id, slot
        ),
        revision=1,
        status=Status.OPEN,
        # It stays so: the record is not kept, and nothing judges it again.
        finality=Finality.PROVISIONAL,
        code=code.name,
        family=code.family,
        severity=code.severity,
        reason=None,
        controller_id=controller_id,
        subject_id=subject_id,
        event_id=event_id,
        event_type=event_type,
        occurred_at=occurred_at,
        detected_at=detected_at,
        recipient_id=None,
        claimed_basis=None,
        consent_ids_considered=(),
        contributing_codes=(),
        uncovered_data_categories=(),
        protection_irrelevant=False,
        late_detected=False,
        breach_assessment_required=code.breach_assessment,
        review_required=False,
        law_version=policy.law_version,
        policy_version=policy.version,
        rule_version=RULE_VERSION,
        explanation_en=code.explanation_en,
        explanation_nl=code.explanation_nl,
        citations=code.citations_at(occurred_at),
        remediation_en=code.remediation_en,
        remediation_nl=code.remediation_nl,
    )
