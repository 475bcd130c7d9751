"""Small events for the tests of files: JSON records with the least that is needed."""

from __future__ import annotations

import json
from typing import Any

AT = "2026-09-01T10:00:00.000Z"


def _event(event_type: str, event_id: str, occurred_at: str = AT) -> dict[str, Any]:
    return {
        "event_type": event_type,
        "event_id": event_id,
        "controller_id": "OURCO",
        "subject_id": "s1",
        "occurred_at": occurred_at,
    }


def share(event_id: str, **fields: Any) -> dict[str, Any]:
    """A share with a third party, without any consent: NO_CONSENT."""
    return (
        _event("data-share", event_id)
        | {
            "recipient_id": "ACME",
            "recipient_role": "THIRD_PARTY",
            "recipient_country": "NL",
            "purpose": "THIRD_PARTY_DIRECT_MARKETING",
            "data_categories": ["EMAIL"],
            "legal_basis_claimed": "CONSENT",
        }
        | fields
    )


def grant(event_id: str, **fields: Any) -> dict[str, Any]:
    """A valid consent for that share, an hour before it."""
    return (
        _event("consent-change", event_id, "2026-09-01T09:00:00.000Z")
        | {
            "action": "GRANTED",
            "consent_id": "c1",
            "purposes": ["THIRD_PARTY_DIRECT_MARKETING"],
            "recipient_ids": ["ACME"],
            "data_categories": ["EMAIL"],
            "consent_method": "BUTTON",
            "notice_version": "v3",
            "evidence_ref": "ev-1",
            "separate_act": True,
            "bundled_with_terms": False,
            "condition_of_service": False,
            "age_band": "ADULT",
        }
        | fields
    )


def withdrawal(event_id: str, **fields: Any) -> dict[str, Any]:
    """Takes that consent back, an hour after the share."""
    return (
        _event("consent-change", event_id, "2026-09-01T11:00:00.000Z")
        | {
            "action": "WITHDRAWN",
            "consent_id": "c1",
        }
        | fields
    )


def lines(*records: dict[str, Any]) -> bytes:
    """The records as JSON lines."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
