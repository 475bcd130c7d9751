"""Put a verdict into words: the finding and duty as consumers read them (legal model 3.9)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, assert_never

import msgspec

from streams.core.citations import citations_of
from streams.core.codes import CODES
from streams.core.event_kinds import (
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import EVENT_CLASSES, Event
from streams.core.findings import Duty, Finding
from streams.core.identifiers import (
    ControllerId,
    EventId,
    RecipientId,
    Slot,
    SubjectId,
    ViolationId,
    violation_id,
)
from streams.core.instants import Instant
from streams.core.law import RULE_VERSION
from streams.core.policy import Policy
from streams.core.rules.consent_validity import CODE_OF_REASON
from streams.core.slots import duty_slot, recipient_of
from streams.core.state import Published, PublishedDuty, Verdict
from streams.core.texts.worded import worded, worded_duty
from streams.core.vocabulary import (
    Cause,
    Code,
    EventType,
    Finality,
    LegalBasis,
    Severity,
)

DEGREES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""How a violation weighs, heaviest first; the other severities are no degrees."""

_KEPT: Final = 4_096
"""Answers that are kept at most; under one policy there are some hundreds."""

_EVENT_TYPES: Final[dict[type, EventType]] = {
    event_class: kind for kind, event_class in EVENT_CLASSES.items()
}

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_FINAL: Final = Finality.FINAL
_PROVISIONAL: Final = Finality.PROVISIONAL
_NOTIFICATION_DUE: Final = Code.RECIPIENT_NOTIFICATION_DUE


class Particulars(msgspec.Struct, frozen=True, kw_only=True):
    """Whom and what a finding is about; what could not be read of a record is None."""

    controller_id: ControllerId | None
    subject_id: SubjectId | None
    event_id: EventId
    event_type: EventType | None
    occurred_at: Instant | None
    recipient_id: RecipientId | None = None
    claimed_basis: LegalBasis | None = None

    def address(self, slot: str) -> ViolationId:
        """The address of what is published about it in a slot."""
        person = self.controller_id or "", self.subject_id or ""
        return violation_id(*person, self.event_type or "", self.event_id, slot)


def particulars_of(event: Event, slot: Slot) -> Particulars:
    """Those of an event in a slot: a duty's slot names the recipient."""
    return Particulars(
        controller_id=event.controller_id,
        subject_id=event.subject_id,
        event_id=event.event_id,
        event_type=event_type(event),
        occurred_at=event.occurred_at,
        recipient_id=recipient_of(slot) or _recipient(event),
        claimed_basis=_claimed(event),
    )


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


def render_finding(
    event: Event, slot: Slot, published: Published, policy: Policy, *, at: Instant
) -> Finding:
    """The finding for one slot of one event, with texts and citations of its time."""
    return finding_about(particulars_of(event, slot), slot, published, policy, at=at)


def finding_about(
    about: Particulars, slot: Slot, published: Published, policy: Policy, *, at: Instant
) -> Finding:
    """The only place where a finding is made."""
    verdict = published.verdict
    entry = CODES[verdict.code]
    wording = worded(verdict, published.status)
    return Finding(
        violation_id=about.address(slot),
        revision=published.revision,
        status=published.status,
        finality=_FINAL if published.final else _PROVISIONAL,
        code=entry.name,
        family=entry.family,
        severity=severity(verdict),
        reason=verdict.reason,
        controller_id=about.controller_id,
        subject_id=about.subject_id,
        event_id=about.event_id,
        event_type=about.event_type,
        occurred_at=about.occurred_at,
        detected_at=at,
        recipient_id=about.recipient_id,
        claimed_basis=about.claimed_basis,
        consent_ids_considered=verdict.consent_ids_considered,
        contributing_codes=verdict.contributing_codes,
        uncovered_data_categories=verdict.uncovered_data_categories,
        protection_irrelevant=verdict.protection_irrelevant,
        late_detected=published.late,
        breach_assessment_required=entry.breach_assessment,
        review_required=verdict.review_required,
        law_version=policy.law_version,
        policy_version=policy.version,
        rule_version=RULE_VERSION,
        explanation_en=wording.explanation.en,
        explanation_nl=wording.explanation.nl,
        citations=citations_of(verdict.code, about.occurred_at),
        remediation_en=wording.remediation.en,
        remediation_nl=wording.remediation.nl,
    )


def render_duty(
    event: Event,
    recipient_id: RecipientId,
    published: PublishedDuty,
    policy: Policy,
    *,
    at: Instant,
) -> Duty:
    """The duty towards one recipient after one trigger."""
    return duty_about(particulars_of(event, duty_slot(recipient_id)), published, policy, at=at)


def duty_about(
    about: Particulars, published: PublishedDuty, policy: Policy, *, at: Instant
) -> Duty:
    """The only place where a duty is made; the recipient of `about` is whom it is owed to."""
    code = CODES[_NOTIFICATION_DUE]
    duty = published.duty
    wording = worded_duty(duty.trigger, duty.status, published.cause)
    assert about.recipient_id is not None
    return Duty(
        duty_id=about.address(f"DUTY:{about.recipient_id}"),
        revision=published.revision,
        status=duty.status,
        code=code.name,
        severity=code.severity,
        controller_id=about.controller_id or ControllerId(""),
        subject_id=about.subject_id or SubjectId(""),
        trigger_event_type=about.event_type,
        trigger_event_id=about.event_id,
        trigger=duty.trigger,
        recipient_id=about.recipient_id,
        starts_at=duty.starts_at,
        due_at=duty.due_at,
        share_ids=duty.share_ids,
        share_count=duty.share_count or len(duty.share_ids),
        notified_at=duty.notified_at,
        detected_at=at,
        law_version=policy.law_version,
        policy_version=policy.version,
        rule_version=RULE_VERSION,
        explanation_en=wording.explanation.en,
        explanation_nl=wording.explanation.nl,
        citations=citations_of(_NOTIFICATION_DUE, about.occurred_at),
        remediation_en=wording.remediation.en,
        remediation_nl=wording.remediation.nl,
    )


def severity(verdict: Verdict) -> Severity:
    """The heaviest of the code's and of the codes that contribute to it (4.6).

    A message without consent weighs as much as the test that its consent failed. A finding
    that is no violation keeps its own severity, and so does one that is to be reviewed.
    """
    if verdict.review_required:
        return Severity.MEDIUM
    return _heaviest(verdict.code, verdict.contributing_codes, verdict.reason)


# Every finding asks, and there are only so many answers.
@lru_cache(_KEPT)
def _heaviest(code: Code, contributing: tuple[Code, ...], reason: Cause | None) -> Severity:
    own = CODES[code].severity
    if own not in DEGREES:
        return own
    names = set(contributing)
    if code is Code.MSG_NO_VALID_CONSENT and reason in CODE_OF_REASON:
        names.add(CODE_OF_REASON[reason])
    return min([own, *[CODES[name].severity for name in names]], key=DEGREES.index)


def _recipient(event: Event) -> RecipientId | None:
    """Whom it is about: the recipient of a share or notification, or the advertiser."""
    if is_share(event) or is_notification(event):
        return event.recipient_id
    if is_message(event):
        return event.advertiser_id
    if is_consent_change(event) or is_purchase(event):
        return None
    assert_never(event)


def _claimed(event: Event) -> LegalBasis | None:
    if is_share(event) or is_message(event):
        return event.legal_basis_claimed
    if is_consent_change(event) or is_purchase(event) or is_notification(event):
        return None
    assert_never(event)
