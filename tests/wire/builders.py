"""The least good events, as bytes, with what a test changes in them."""

from __future__ import annotations

import json
from typing import Any

SHARE = {
    "event_type": "data-share",
    "event_id": "sh-1",
    "controller_id": "OURCO",
    "subject_id": "s-1",
    "occurred_at": "2026-09-01T11:00:00.000Z",
    "recorded_at": "2026-09-01T11:00:00.000Z",
    "recipient_id": "ACME",
    "purpose": "THIRD_PARTY_DIRECT_MARKETING",
    "data_categories": ["EMAIL"],
}

GRANT = {
    "event_type": "consent-change",
    "event_id": "g-1",
    "controller_id": "OURCO",
    "subject_id": "s-1",
    "occurred_at": "2026-09-01T10:00:00.000Z",
    "action": "GRANTED",
    "purposes": ["THIRD_PARTY_DIRECT_MARKETING"],
}


def share(**changed: Any) -> bytes:
    """A share as JSON; `drop` names fields to leave out."""
    return _text(SHARE, changed)


def grant(**changed: Any) -> bytes:
    """A grant as JSON; `drop` names fields to leave out."""
    return _text(GRANT, changed)


def _text(good: dict[str, Any], changed: dict[str, Any]) -> bytes:
    dropped = changed.pop("drop", ())
    record = {key: one for key, one in (good | changed).items() if key not in dropped}
    return json.dumps(record, ensure_ascii=False).encode()
