"""The events of a story about one person, with times in hours.

An event is a verb with its hour after `START` (or an RFC 3339 text) and `ms` to stand
just beside a boundary; other fields have the names of legal model 3. Left alone a grant
is a valid one for ACME, a share goes to ACME on consent, a message is the controller's
own e-mail on the customer exception, and a sale is of coffee with opt-out offered.
"""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.events import INSTANT_FIELDS, Event
from streams.core.instants import Instant, parse_instant

START = parse_instant("2026-09-01T10:00:00.000Z")
TPDM = "THIRD_PARTY_DIRECT_MARKETING"
OWN = "OWN_DIRECT_MARKETING"
MATCHING = "AD_AUDIENCE_MATCHING"
OFFERS = "THIRD_PARTY_OFFERS"

When = float | str


def moment(when: When, ms: int = 0) -> Instant:
    """Hours after START, or an RFC 3339 instant; moved by `ms` milliseconds."""
    at = parse_instant(when) if isinstance(when, str) else START + round(when * 3_600_000)
    return Instant(at + ms)


def _event(kind: str, when: When, ms: int, fields: dict[str, Any]) -> Event:
    at = moment(when, ms)
    event_id = fields.pop("event_id", None) or fields.pop("id")
    given = {
        name: moment(value) if name in INSTANT_FIELDS and value is not None else value
        for name, value in fields.items()
        if name != "id"
    }
    envelope = {
        "event_type": kind,
        "event_id": event_id,
        "controller_id": "OURCO",
        "subject_id": "s-1",
        "occurred_at": at,
        "recorded_at": at,
    }
    event: Event = msgspec.convert(envelope | given, Event)
    # msgspec passes over unknown names; a misspelt field would test nothing.
    unknown = set(given) - set(event.__struct_fields__)
    assert not unknown, f"{kind} has no field {sorted(unknown)}"
    return event


def grant(when: When = 0, *, ms: int = 0, **fields: Any) -> Event:
    """A valid consent that names ACME, for its own direct marketing by e-mail data."""
    name = fields.get("id", "grant")
    valid = {
        "id": "grant",
        "action": "GRANTED",
        "consent_id": name,
        "purposes": [TPDM],
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
    return _event("consent-change", when, ms, valid | fields)


def own_grant(when: When = 0, *, ms: int = 0, **fields: Any) -> Event:
    """A valid consent to the controller's own marketing."""
    return grant(when, ms=ms, **({"purposes": [OWN], "recipient_ids": []} | fields))


def refuse(when: When = 1, *, ms: int = 0, **fields: Any) -> Event:
    """A refusal of third-party marketing."""
    return _negative("REFUSED", "refusal", when, ms, {"purposes": [TPDM]} | fields)


def withdraw(when: When = 1, *, ms: int = 0, **fields: Any) -> Event:
    """A withdrawal of consent to third-party marketing."""
    return _negative("WITHDRAWN", "withdrawal", when, ms, {"purposes": [TPDM]} | fields)


def object_(when: When = 1, *, ms: int = 0, **fields: Any) -> Event:
    """An objection to all direct marketing."""
    return _negative("OBJECTED", "objection", when, ms, fields)


def erase(when: When = 1, *, ms: int = 0, **fields: Any) -> Event:
    """A request for erasure."""
    return _negative("ERASED", "erasure", when, ms, fields)


def _negative(action: str, name: str, when: When, ms: int, fields: dict[str, Any]) -> Event:
    return _event("consent-change", when, ms, {"id": name, "action": action} | fields)


def share(when: When = 2, *, ms: int = 0, **fields: Any) -> Event:
    """E-mail data to ACME, a third party, on consent."""
    plain = {
        "id": "share",
        "recipient_id": "ACME",
        "recipient_role": "THIRD_PARTY",
        "recipient_country": "NL",
        "purpose": TPDM,
        "data_categories": ["EMAIL"],
        "legal_basis_claimed": "CONSENT",
    }
    return _event("data-share", when, ms, plain | fields)


def processor_share(when: When = 2, *, ms: int = 0, **fields: Any) -> Event:
    """Data to MAILCO, a processor with an agreement, for our own marketing."""
    plain = {
        "recipient_id": "MAILCO",
        "recipient_role": "PROCESSOR",
        "processing_agreement_ref": "dpa-1",
        "purpose": OWN,
    }
    return share(when, ms=ms, **(plain | fields))


def message(when: When = 2, *, ms: int = 0, **fields: Any) -> Event:
    """The controller's own e-mail about coffee, on the customer exception."""
    plain = {
        "id": "message",
        "message_purpose": "MARKETING",
        "channel": "EMAIL",
        "sender_controller_id": "OURCO",
        "advertiser_id": "OURCO",
        "product_categories": ["COFFEE"],
        "legal_basis_claimed": "SOFT_OPT_IN",
        "unsubscribe_present": True,
        "sender_identity_present": True,
        "contact_point_present": True,
        "caller_id_shown": True,
    }
    return _event("marketing-message", when, ms, plain | fields)


def buy(when: When = 0, *, ms: int = 0, **fields: Any) -> Event:
    """Coffee bought from the controller, e-mail and phone obtained, opt-out offered."""
    plain = {
        "id": "sale",
        "action": "PURCHASED",
        "purchase_id": "p1",
        "seller_controller_id": "OURCO",
        "product_categories": ["COFFEE"],
        "contact_details_obtained": ["EMAIL", "PHONE"],
        "opt_out_offered_at_collection": True,
        "opt_out_exercised_at_collection": False,
        "consideration": "DIRECT",
    }
    return _event("purchase", when, ms, plain | fields)


def refund(when: When = 1, *, ms: int = 0, **fields: Any) -> Event:
    """The coffee is paid back in full."""
    plain = {"id": "refund", "action": "REFUNDED_FULL", "purchase_id": "p1"}
    return _event("purchase", when, ms, plain | fields)


def notify(when: When = 1, *, ms: int = 0, **fields: Any) -> Event:
    """ACME is notified."""
    return _event(
        "recipient-notification", when, ms, {"id": "notice", "recipient_id": "ACME"} | fields
    )
