"""Ordinary events as most producers send them, in Avro."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from fastavro import schemaless_writer

from streams.core.vocabulary import EventType
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.decode import Decoded
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import INPUTS, schemas

BASE: dict[str, Any] = {
    "event_id": "e-1", "controller_id": "DUINZICHT", "subject_id": "s0acc721130fbf523b9ada286",
    "occurred_at": 1_788_249_600_123, "recorded_at": 1_788_249_600_123,
}  # fmt: skip


GRANT: dict[str, Any] = {
    "event_type": "consent-change", "action": "GRANTED", "consent_id": "c-1",
    "purposes": ["THIRD_PARTY_DIRECT_MARKETING"], "recipient_ids": ["ZONKRACHT"],
    "data_categories": ["EMAIL", "NAME"], "consent_method": "BUTTON", "notice_version": "v3",
    "evidence_ref": "ev-1", "separate_act": True, "bundled_with_terms": False,
    "age_band": "ADULT", "expires_at": 1_888_249_600_123,
}  # fmt: skip
PURCHASE: dict[str, Any] = {
    "event_type": "purchase", "action": "PURCHASED", "purchase_id": "p1",
    "product_categories": ["BED_LINEN", "SOFAS"], "contact_details_obtained": ["EMAIL"],
    "opt_out_offered_at_collection": True, "consideration": "DIRECT",
}  # fmt: skip
SHARE: dict[str, Any] = {
    "event_type": "data-share", "recipient_id": "ZONKRACHT", "recipient_role": "THIRD_PARTY",
    "recipient_country": "NL", "purpose": "THIRD_PARTY_DIRECT_MARKETING",
    "data_categories": ["EMAIL"], "legal_basis_claimed": "CONSENT",
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "event_type": "marketing-message", "message_purpose": "MARKETING", "channel": "EMAIL",
    "sender_controller_id": "DUINZICHT", "product_categories": ["BED_LINEN"],
    "legal_basis_claimed": "SOFT_OPT_IN", "unsubscribe_present": True,
}  # fmt: skip
NOTICE: dict[str, Any] = {"event_type": "recipient-notification", "recipient_id": "ZONKRACHT"}


def short(value: bytes) -> Decoded | None:
    """What the short way alone gives."""
    one_pass = avro_fast_paths().get(value[:AVRO_HEADER])
    read = None if one_pass is None else one_pass.read(value)
    return None if read is None else Decoded(*read)


def avro(kind: EventType, **fields: Any) -> bytes:
    """A record as a producer writes it, whether or not it is a sound event."""
    schema = schemas().current[INPUTS[kind]]
    body = BytesIO()
    schemaless_writer(body, schema.parsed, BASE | fields)
    return b"\xc3\x01" + schema.fingerprint + body.getvalue()
