"""Open Cybersecurity Schema Framework: Compliance Finding 2003 or Data Security Finding 2006.

The life of a finding: `finding_info.uid` is its identity, `metadata.sequence` the revision,
`metadata.uid` both. It is created (activity 1), updated (2) and closed (3); reopening is an
update whose status is New again. `time` is the instant of this step; the instant of the
judged event is `start_time`, `end_time` and `metadata.original_time`.
"""

from __future__ import annotations

from typing import Any, Final

from streams.core.findings import OutputRecord
from streams.core.instants import format_instant
from streams.core.vocabulary import Finality
from streams.siem.dpv import CONSENT_STATUS, LEGAL_BASES
from streams.siem.lifecycle import Step
from streams.siem.notice import Notice, instant_text, notice_of
from streams.siem.ocsf_compliance import compliance_parts
from streams.siem.ocsf_data_security import data_security_parts
from streams.siem.plain import identifier
from streams.siem.producer import PRODUCT, VENDOR, OcsfClass, OcsfVersion, Producer

_CATEGORY: Final = (2, "Findings")
_CLASSES: Final = {
    OcsfClass.COMPLIANCE: (2003, "Compliance Finding"),
    OcsfClass.DATA_SECURITY: (2006, "Data Security Finding"),
}
_ACTIVITIES: Final = {
    Step.OPENED: (1, "Create"),
    Step.REVISED: (2, "Update"),
    Step.REOPENED: (2, "Update"),
    Step.CLOSED: (3, "Close"),
}
_NEW: Final = (1, "New")
_RESOLVED: Final = (4, "Resolved")
_CONFIDENCE: Final = {Finality.PROVISIONAL: (2, "Medium"), Finality.FINAL: (3, "High")}
_UNTYPED: Final = {"finding": "record", "duty": "trigger"}
_RESOURCE_UID: Final = (10, "Resource UID")
_ALERTS_FROM: Final = 3
"""Medium: OCSF's word for it is that the severity is elevated."""

PROFILES: Final = ("security_control",)
"""Brings `is_alert`. Strict validators reject attributes of a profile that is not named."""


def ocsf(record: OutputRecord, producer: Producer) -> dict[str, Any]:
    """The event in the class and version that the producer asks for."""
    notice = notice_of(record, producer.language)
    kind = producer.ocsf_class
    parts = compliance_parts if kind is OcsfClass.COMPLIANCE else data_security_parts
    return _base(notice, producer) | parts(notice)


def _base(notice: Notice, producer: Producer) -> dict[str, Any]:
    """What both classes have. Each number stands beside its caption."""
    kind = producer.ocsf_class
    class_uid, class_name = _CLASSES[kind]
    activity_id, activity = _ACTIVITIES[notice.step]
    status_id, status = _NEW if notice.is_open else _RESOLVED
    event: dict[str, Any] = {
        "category_uid": _CATEGORY[0],
        "category_name": _CATEGORY[1],
        "class_uid": class_uid,
        "class_name": class_name,
        "activity_id": activity_id,
        "activity_name": activity,
        "type_uid": class_uid * 100 + activity_id,
        "type_name": f"{class_name}: {activity}",
        "severity_id": notice.weight.ocsf,
        "severity": notice.weight.ocsf_caption,
        "status_id": status_id,
        "status": status,
        "status_code": notice.status,
        "is_alert": notice.is_open and notice.weight.ocsf >= _ALERTS_FROM,
        "time": notice.detected_at,
        "message": notice.message,
        "metadata": _metadata(notice, producer),
        "finding_info": _finding_info(notice),
        "unmapped": _unmapped(notice, kind),
    }
    if notice.progress:
        event["status_detail"] = notice.progress
    if notice.occurred_at is not None:
        event["start_time"] = event["end_time"] = notice.occurred_at
    if notice.finality is not None:
        event["confidence_id"], event["confidence"] = _CONFIDENCE[Finality(notice.finality)]
    if resources := _resources(notice, producer.ocsf_version):
        event["resources"] = resources
        event["observables"] = [
            {
                "name": "resources.uid",
                "type_id": _RESOURCE_UID[0],
                "type": _RESOURCE_UID[1],
                "value": resource["uid"],
            }
            for resource in resources
        ]
    return event


def _metadata(notice: Notice, producer: Producer) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "version": producer.ocsf_version.value,
        "product": {
            "name": PRODUCT,
            "vendor_name": VENDOR,
            "version": identifier(producer.version),
        },
        "profiles": list(PROFILES),
        "uid": notice.uid,
        "correlation_uid": notice.violation_id,
        "sequence": notice.revision,
        "event_code": notice.code,
        "log_name": "consentry",
        "log_provider": identifier(producer.instance),
    }
    if notice.occurred_at is not None:
        metadata["original_time"] = format_instant(notice.occurred_at)
    if notice.controller_id is not None:
        metadata["tenant_uid"] = notice.controller_id
    if producer.ocsf_version >= OcsfVersion.V1_7:
        metadata["original_event_uid"] = notice.event_id
    return metadata


def _finding_info(notice: Notice) -> dict[str, Any]:
    info: dict[str, Any] = {
        "uid": notice.identity,
        "title": notice.title,
        "desc": notice.message,
        "types": [notice.family],
        "analytic": {
            "type_id": 1,
            "type": "Rule",
            "uid": notice.number,
            "name": notice.code,
            "version": notice.rule_version,
        },
        "related_events": [
            {"uid": notice.event_id, "type": notice.event_type or _UNTYPED[notice.kind]},
            *({"uid": uid, "type": "data-share"} for uid in notice.share_ids),
        ],
        "related_events_count": 1 + notice.share_count,
    }
    at = "created_time" if notice.step is Step.OPENED else "modified_time"
    info[at] = notice.detected_at
    if notice.occurred_at is not None:
        info["first_seen_time"] = notice.occurred_at
    return info


def _resources(notice: Notice, version: OcsfVersion) -> list[dict[str, Any]]:
    """The person, as a pseudonym, and the recipient. Roles came with 1.6."""
    found = []
    if notice.subject_id is not None:
        found.append((notice.subject_id, "Data subject (pseudonym)", 3, "Affected"))
    if notice.recipient_id is not None:
        found.append((notice.recipient_id, "Recipient", 4, "Related"))
    with_roles = version >= OcsfVersion.V1_6
    return [
        {"uid": uid, "type": kind} | ({"role_id": role_id, "role": role} if with_roles else {})
        for uid, kind, role_id, role in found
    ]


def _unmapped(notice: Notice, kind: OcsfClass) -> dict[str, Any]:
    """What the class has no place for; bases and states of consent as terms of DPV."""
    of_compliance = kind is OcsfClass.COMPLIANCE
    own = {
        "kind": notice.kind,
        "severity": notice.severity.value,
        "step": notice.step.value,
        "finality": notice.finality,
        "reason": notice.reason,
        "legal_basis": LEGAL_BASES.get(notice.claimed_basis) if notice.claimed_basis else None,
        "legal_basis_claimed": notice.claimed_basis.value if notice.claimed_basis else None,
        "consent_status": CONSENT_STATUS.get(notice.code),
        "consent_ids": list(notice.consent_ids) or None,
        "contributing_codes": list(notice.contributing_codes) or None,
        "uncovered_data_categories": list(notice.uncovered_data_categories) or None,
        "due_at": instant_text(notice.due_at),
        "notified_at": instant_text(notice.notified_at),
        "protection_irrelevant": notice.protection_irrelevant,
        "late_detected": notice.late_detected,
        "breach_assessment_required": notice.breach_assessment_required,
        "review_required": notice.review_required,
        "law_version": notice.law_version,
        "policy_version": notice.policy_version,
        "citations": None if of_compliance else list(notice.citations),
        "remediation": None if of_compliance else notice.remediation,
    }
    return {name: value for name, value in own.items() if value is not None}
