"""A finding or duty as the formats read it: one shape for both, every text made safe."""

from __future__ import annotations

from typing import Literal

import msgspec

from streams.core.codes import entry_of
from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.instants import Instant, format_instant
from streams.core.vocabulary import Family, LegalBasis, Severity
from streams.siem import words
from streams.siem.lifecycle import CLOSING, Step, identity, step
from streams.siem.plain import LIST_ITEMS, identifier, sentence
from streams.siem.producer import Language
from streams.siem.severity import CLOSED, WEIGHTS, Weight


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to report. Formats read this and never the finding itself.

    `identity` stays over the whole life; `identity:revision` names this notice alone.
    `violation_id` is the `duty_id` of a duty. `event_id` is the
    judged event, or the trigger of a duty, and `occurred_at` its instant. `reason` is the
    reason of a finding, or what triggered a duty. Lists hold at most LIST_ITEMS members;
    their counts are whole. `message` says what happened and why.
    """

    kind: Literal["finding", "duty"]
    identity: str
    violation_id: str
    revision: int
    step: Step
    is_open: bool
    status: str
    finality: str | None
    code: str
    number: str
    title: str
    family: str
    severity: Severity
    reason: str | None
    controller_id: str | None
    subject_id: str | None
    recipient_id: str | None
    event_id: str
    event_type: str | None
    occurred_at: Instant | None
    detected_at: Instant
    due_at: Instant | None = None
    notified_at: Instant | None = None
    claimed_basis: LegalBasis | None = None
    consent_ids: tuple[str, ...] = ()
    consent_count: int = 0
    share_ids: tuple[str, ...] = ()
    share_count: int = 0
    contributing_codes: tuple[str, ...] = ()
    uncovered_data_categories: tuple[str, ...] = ()
    protection_irrelevant: bool = False
    late_detected: bool = False
    breach_assessment_required: bool = False
    review_required: bool = False
    law_version: str
    policy_version: str
    rule_version: str
    progress: str
    message: str
    remediation: str
    citations: tuple[str, ...]

    @property
    def uid(self) -> str:
        """The name of this revision alone: sending it twice is sending it once."""
        return f"{self.identity}:{self.revision}"

    @property
    def weight(self) -> Weight:
        """How the finding or duty weighs."""
        return WEIGHTS[self.severity]

    @property
    def line_weight(self) -> Weight:
        """How this line weighs, where only a number shows it: closing lines weigh little."""
        return self.weight if self.is_open else CLOSED


def notice_of(record: OutputRecord, language: Language) -> Notice:
    """Read a finding or duty."""
    code = entry_of(record.code)
    common = {
        "identity": identifier(identity(record)),
        "revision": record.revision,
        "step": step(record),
        "is_open": record.status not in CLOSING,
        "status": record.status.value,
        "code": identifier(record.code),
        # A finding of a newer release may have a code that this one does not know.
        "number": code.number if code else identifier(record.code),
        "title": identifier(words.title(record.code)),
        "severity": record.severity,
        "controller_id": _optional(record.controller_id),
        "subject_id": _optional(record.subject_id),
        "recipient_id": _optional(record.recipient_id),
        "detected_at": record.detected_at,
        "law_version": identifier(record.law_version),
        "policy_version": identifier(record.policy_version),
        "rule_version": identifier(record.rule_version),
        "progress": words.progress(record, language),
        "message": sentence(words.message(record, language)),
        "remediation": sentence(words.remediation(record, language)),
        "citations": _members(record.citations),
    }
    own = _of_finding(record) if isinstance(record, Finding) else _of_duty(record)
    return Notice(**common, **own)  # type: ignore[arg-type]  # two halves of one record


def _of_finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": "finding",
        "violation_id": identifier(finding.violation_id),
        "finality": finding.finality.value,
        "family": identifier(finding.family),
        "reason": _optional(finding.reason),
        "event_id": identifier(finding.event_id),
        "event_type": finding.event_type.value if finding.event_type else None,
        "occurred_at": finding.occurred_at,
        "claimed_basis": finding.claimed_basis,
        "consent_ids": _members(finding.consent_ids_considered),
        "consent_count": len(finding.consent_ids_considered),
        "contributing_codes": _members(finding.contributing_codes),
        "uncovered_data_categories": tuple(c.value for c in finding.uncovered_data_categories),
        "protection_irrelevant": finding.protection_irrelevant,
        "late_detected": finding.late_detected,
        "breach_assessment_required": finding.breach_assessment_required,
        "review_required": finding.review_required,
    }


def _of_duty(duty: Duty) -> dict[str, object]:
    return {
        "kind": "duty",
        "violation_id": identifier(duty.duty_id),
        "finality": None,
        "family": Family.O_NOTIFY.value,
        "reason": identifier(duty.trigger),
        "event_id": identifier(duty.trigger_event_id),
        "event_type": duty.trigger_event_type.value if duty.trigger_event_type else None,
        "occurred_at": duty.starts_at,
        "due_at": duty.due_at,
        "notified_at": duty.notified_at,
        "share_ids": _members(duty.share_ids),
        "share_count": duty.share_count or len(duty.share_ids),
    }


def instant_text(at: Instant | None) -> str | None:
    """The canonical form of an instant that may be absent."""
    return None if at is None else format_instant(at)


def _optional(value: str | None) -> str | None:
    return None if value is None else identifier(value)


def _members(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(identifier(value) for value in values[:LIST_ITEMS])
