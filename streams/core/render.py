"""Put a verdict into words: the finding and duty as consumers read them (legal model 3.9)."""

from __future__ import annotations

from streams.core.codes import CODES, Code
from streams.core.events import (
    EVENT_CLASSES,
    DataShare,
    Event,
    MarketingMessage,
    RecipientNotification,
)
from streams.core.findings import Duty, Finding
from streams.core.identifiers import RecipientId, Slot, ViolationId, violation_id
from streams.core.instants import Instant
from streams.core.law import RULE_VERSION
from streams.core.policy import Policy
from streams.core.rules.duties import DUTY_FAMILY
from streams.core.state import Said, SaidDuty
from streams.core.vocabulary import EventType, Finality, LegalBasis, Severity

PROTECTION_EN = " Encryption, hashing or pseudonymisation does not replace a legal basis."
PROTECTION_NL = " Versleuteling, hashing of pseudonimisering vervangt geen grondslag."
"""Appended where data were protected and a basis code fires (article N7)."""


def address(event: Event, slot: str) -> ViolationId:
    """The address of what is said of an event in a slot."""
    kind = _EVENT_TYPES[type(event)]
    return violation_id(event.controller_id, event.subject_id, kind, event.event_id, slot)


def duty_address(event: Event, recipient_id: RecipientId) -> ViolationId:
    """The address of the duty towards a recipient; no finding has it, O02 included (3.9)."""
    return address(event, f"DUTY:{recipient_id}")


def event_type(event: Event) -> EventType:
    """The type of an event."""
    return _EVENT_TYPES[type(event)]


_EVENT_TYPES = {event_class: kind for kind, event_class in EVENT_CLASSES.items()}


def render_finding(event: Event, slot: Slot, said: Said, policy: Policy, *, at: Instant) -> Finding:
    """The finding for one slot of one event, with texts and citations of its time."""
    verdict = said.verdict
    code = CODES[verdict.code]
    english, dutch = explanation(code, verdict.reason, protection=verdict.protection_irrelevant)
    return Finding(
        violation_id=address(event, slot),
        revision=said.revision,
        status=said.status,
        finality=Finality.FINAL if said.final else Finality.PROVISIONAL,
        code=code.name,
        family=code.family,
        severity=Severity.MEDIUM if verdict.review_required else code.severity,
        reason=verdict.reason,
        controller_id=event.controller_id,
        subject_id=event.subject_id,
        event_id=event.event_id,
        event_type=event_type(event),
        occurred_at=event.occurred_at,
        detected_at=at,
        recipient_id=_recipient(event, slot),
        claimed_basis=_claimed(event),
        consent_ids_considered=verdict.consent_ids_considered,
        contributing_codes=verdict.contributing_codes,
        uncovered_data_categories=verdict.uncovered_data_categories,
        protection_irrelevant=verdict.protection_irrelevant,
        late_detected=said.late,
        breach_assessment_required=code.breach_assessment,
        review_required=verdict.review_required,
        law_version=policy.law_version,
        policy_version=policy.version,
        rule_version=RULE_VERSION,
        explanation_en=english,
        explanation_nl=dutch,
        citations=code.citations_at(event.occurred_at),
        remediation_en=code.remediation_en,
        remediation_nl=code.remediation_nl,
    )


def render_duty(
    event: Event, recipient_id: RecipientId, said: SaidDuty, policy: Policy, *, at: Instant
) -> Duty:
    """The duty towards one recipient after one trigger."""
    code = CODES["RECIPIENT_NOTIFICATION_DUE"]
    duty = said.duty
    return Duty(
        duty_id=duty_address(event, recipient_id),
        revision=said.revision,
        status=duty.status,
        code=code.name,
        severity=code.severity,
        controller_id=event.controller_id,
        subject_id=event.subject_id,
        trigger_event_type=event_type(event),
        trigger_event_id=event.event_id,
        trigger=duty.trigger,
        recipient_id=recipient_id,
        starts_at=duty.starts_at,
        due_at=duty.due_at,
        share_ids=duty.share_ids,
        share_count=duty.share_count or len(duty.share_ids),
        notified_at=duty.notified_at,
        detected_at=at,
        law_version=policy.law_version,
        policy_version=policy.version,
        rule_version=RULE_VERSION,
        explanation_en=code.explanation_en,
        explanation_nl=code.explanation_nl,
        citations=code.citations_at(event.occurred_at),
        remediation_en=code.remediation_en,
        remediation_nl=code.remediation_nl,
    )


def explanation(code: Code, reason: str | None, *, protection: bool) -> tuple[str, str]:
    """English and Dutch, with the sentence on protection where it belongs."""
    english, dutch = code.explanation(reason)
    return (english + PROTECTION_EN, dutch + PROTECTION_NL) if protection else (english, dutch)


def _recipient(event: Event, slot: Slot) -> RecipientId | None:
    """Whom it is about: the duty's recipient, the share's, or the advertiser."""
    if slot.startswith(DUTY_FAMILY):
        return RecipientId(slot.partition(":")[2])
    match event:
        case DataShare() | RecipientNotification():
            return event.recipient_id
        case MarketingMessage():
            return event.advertiser_id
    return None


def _claimed(event: Event) -> LegalBasis | None:
    if isinstance(event, DataShare | MarketingMessage):
        return event.legal_basis_claimed
    return None
