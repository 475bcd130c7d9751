"""Flat JSON with dotted names, for Wazuh, whose JSON decoder reads no lists of objects.

Every value is a text, a number or a truth value; lists are texts with `; ` between their
members. The life of a finding: `consentry.id` is its identity, `consentry.step` the step
and `consentry.revision` counts.
"""

from __future__ import annotations

from typing import Any

from streams.core.findings import OutputRecord
from streams.siem.notice import Notice, instant_text, notice_of
from streams.siem.plain import identifier
from streams.siem.producer import Producer


def flat(record: OutputRecord, producer: Producer) -> dict[str, Any]:
    """One object without nesting; absent values have no name."""
    notice = notice_of(record, producer.language)
    return {
        f"consentry.{name}": value
        for name, value in _fields(notice, producer).items()
        if value is not None
    }


def _fields(notice: Notice, producer: Producer) -> dict[str, Any]:
    return {
        "version": identifier(producer.version),
        "instance": identifier(producer.instance),
        "kind": notice.kind,
        "id": notice.identity,
        "revision": notice.revision,
        "step": notice.step.value,
        "open": notice.is_open,
        "status": notice.status,
        "finality": notice.finality,
        "code": notice.code,
        "rule": notice.number,
        "family": notice.family,
        "severity": notice.severity.value,
        "level": notice.weight.level,
        "reason": notice.reason,
        "controller_id": notice.controller_id,
        "subject_id": notice.subject_id,
        "recipient_id": notice.recipient_id,
        "event_id": notice.event_id,
        "event_type": notice.event_type,
        "occurred_at": instant_text(notice.occurred_at),
        "detected_at": instant_text(notice.detected_at),
        "due_at": instant_text(notice.due_at),
        "notified_at": instant_text(notice.notified_at),
        "claimed_basis": notice.claimed_basis.value if notice.claimed_basis else None,
        "contributing_codes": _joined(notice.contributing_codes),
        "uncovered_data_categories": _joined(notice.uncovered_data_categories),
        "share_ids": _joined(notice.share_ids),
        "share_count": notice.share_count if notice.kind == "duty" else None,
        "protection_irrelevant": notice.protection_irrelevant,
        "late_detected": notice.late_detected,
        "breach_assessment_required": notice.breach_assessment_required,
        "review_required": notice.review_required,
        "law_version": notice.law_version,
        "policy_version": notice.policy_version,
        "rule_version": notice.rule_version,
        "citations": _joined(notice.citations),
        "message": notice.message,
        "remediation": notice.remediation,
    }


def _joined(values: tuple[str, ...]) -> str | None:
    return "; ".join(values) or None
