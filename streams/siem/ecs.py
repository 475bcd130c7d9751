"""Elastic Common Schema 9.4.

The life of a finding: `event.id` is its identity, `event.sequence` the revision,
`event.action` the step. What asks for attention is `event.kind: alert`; a close is an
`event`, since Elastic's rule for external alerts raises one for every `alert`.
`@timestamp` is the instant of detection, where rules that look back some minutes find it;
the instant of the judged event, which may be years back, is `event.start`.
"""

from __future__ import annotations

from typing import Any

from streams.core.findings import OutputRecord
from streams.core.instants import format_instant
from streams.siem.notice import Notice, instant_text, notice_of
from streams.siem.plain import identifier
from streams.siem.producer import PRODUCT, VENDOR, Producer

ECS_VERSION = "9.4.0"
NAMESPACE = "default"


def ecs(record: OutputRecord, producer: Producer) -> dict[str, Any]:
    """The document; absent values have no field.

    The index template and pipeline for it are in `integrations/elastic/`.
    """
    notice = notice_of(record, producer.language)
    occurred = instant_text(notice.occurred_at)
    dataset = f"consentry.{'violation' if notice.kind == 'finding' else 'duty'}"
    return _present(
        {
            "@timestamp": format_instant(notice.detected_at),
            "ecs": {"version": ECS_VERSION},
            "data_stream": {"type": "logs", "dataset": dataset, "namespace": NAMESPACE},
            "message": notice.message,
            "tags": ["consentry", "privacy"],
            "labels": {
                "consentry_step": notice.step.value,
                "consentry_status": notice.status,
                "consentry_severity": notice.severity.value,
            },
            "event": {
                "kind": "alert" if notice.is_open else "event",
                "type": ["info"],
                "module": "consentry",
                "dataset": dataset,
                "provider": "consentry",
                "id": notice.identity,
                "sequence": notice.revision,
                "action": f"{notice.kind}-{notice.step.value}",
                "code": notice.code,
                "severity": notice.weight.ecs,
                "risk_score": float(notice.weight.ecs),
                "reason": notice.message,
                "created": format_instant(notice.detected_at),
                "start": occurred,
                "end": occurred,
            },
            "rule": {
                "id": notice.number,
                "name": notice.code,
                "category": notice.family,
                "ruleset": "consentry",
                "version": notice.rule_version,
                "description": notice.title,
                "reference": "; ".join(notice.citations) or None,
            },
            "observer": {
                "vendor": VENDOR,
                "product": PRODUCT,
                "type": "compliance",
                "name": identifier(producer.instance),
                "version": identifier(producer.version),
            },
            "organization": {"id": notice.controller_id},
            "user": {"id": notice.subject_id},
            "related": {"user": [notice.subject_id] if notice.subject_id else None},
            "destination": {"address": notice.recipient_id},
            "consentry": _own(notice),
        }
    )


def _own(notice: Notice) -> dict[str, Any]:
    """What ECS has no field for."""
    return {
        "kind": notice.kind,
        "id": notice.identity,
        "violation_id": notice.violation_id,
        "revision": notice.revision,
        "step": notice.step.value,
        "open": notice.is_open,
        "status": notice.status,
        "finality": notice.finality,
        "severity": notice.severity.value,
        "reason": notice.reason,
        "event": {"id": notice.event_id, "type": notice.event_type},
        "recipient": {"id": notice.recipient_id},
        "claimed_basis": notice.claimed_basis.value if notice.claimed_basis else None,
        "consent_ids": list(notice.consent_ids) or None,
        "contributing_codes": list(notice.contributing_codes) or None,
        "uncovered_data_categories": list(notice.uncovered_data_categories) or None,
        "share_ids": list(notice.share_ids) or None,
        "share_count": notice.share_count if notice.kind == "duty" else None,
        "due_at": instant_text(notice.due_at),
        "notified_at": instant_text(notice.notified_at),
        "protection_irrelevant": notice.protection_irrelevant,
        "late_detected": notice.late_detected,
        "breach_assessment_required": notice.breach_assessment_required,
        "review_required": notice.review_required,
        "law_version": notice.law_version,
        "policy_version": notice.policy_version,
        "citations": list(notice.citations),
        "remediation": notice.remediation,
    }


def _present(record: dict[str, Any]) -> dict[str, Any]:
    """Without absent values and without objects that have none left."""
    kept = {
        name: _present(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if value is not None
    }
    return {name: value for name, value in kept.items() if value != {}}
