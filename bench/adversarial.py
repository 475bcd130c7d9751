"""Streams of one person that are made to be slow: what histories and events there are."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import ControllerId, EventId, PurchaseId, RecipientId, SubjectId
from streams.core.instants import parse_instant
from streams.core.vocabulary import (
    AgeBand,
    Channel,
    ConsentAction,
    ConsentMethod,
    Consideration,
    ContactDetail,
    DataCategory,
    LegalBasis,
    MessagePurpose,
    PurchaseAction,
    Purpose,
    RecipientRole,
)

START: Final = parse_instant("2026-01-01T00:00:00.000Z")
STEP_MS: Final = 60_000
TPDM: Final = Purpose.THIRD_PARTY_DIRECT_MARKETING

Make = Callable[[int], Event]
"""The event at a place in time, in steps."""


def _envelope(kind: str, place: int) -> dict[str, Any]:
    at = START + place * STEP_MS
    return {
        "event_id": EventId(f"{kind}{place}"),
        "controller_id": ControllerId("SHOP"),
        "subject_id": SubjectId("s-one"),
        "occurred_at": at,
        "recorded_at": at,
    }


def consent(place: int, consent_id: str = "c", **more: Any) -> Event:
    """A valid consent that names one recipient."""
    given: dict[str, Any] = {
        "consent_id": consent_id,
        "purposes": (TPDM,),
        "recipient_ids": ("ADNET",),
        "data_categories": (DataCategory.EMAIL,),
        "consent_method": ConsentMethod.BUTTON,
        "notice_version": "v1",
        "evidence_ref": "e",
        "separate_act": True,
        "age_band": AgeBand.ADULT,
    }
    return ConsentChange(**_envelope("g", place), action=ConsentAction.GRANTED, **(given | more))


def signal(place: int, action: ConsentAction, **more: Any) -> Event:
    """A withdrawal, refusal, objection or erasure request."""
    return ConsentChange(**_envelope(action.value, place), action=action, **more)


def share(place: int, recipient: str = "ADNET", **more: Any) -> Event:
    """A share of an e-mail address for the recipient's own marketing."""
    given: dict[str, Any] = {
        "recipient_id": recipient,
        "purpose": TPDM,
        "recipient_role": RecipientRole.THIRD_PARTY,
        "data_categories": (DataCategory.EMAIL,),
        "legal_basis_claimed": LegalBasis.CONSENT,
        "recipient_country": "NL",
    }
    return DataShare(**_envelope("s", place), **(given | more))


def message(place: int) -> Event:
    """Our own offer by e-mail to a customer."""
    return MarketingMessage(
        **_envelope("m", place),
        message_purpose=MessagePurpose.MARKETING,
        channel=Channel.EMAIL,
        product_categories=("COFFEE",),
        legal_basis_claimed=LegalBasis.SOFT_OPT_IN,
        unsubscribe_present=True,
        sender_identity_present=True,
        contact_point_present=True,
    )


def purchase(place: int) -> Event:
    """A sale at which the address was got."""
    return Purchase(
        **_envelope("p", place),
        action=PurchaseAction.PURCHASED,
        purchase_id=PurchaseId(f"p{place}"),
        product_categories=("TEA",),
        contact_details_obtained=(ContactDetail.EMAIL,),
        opt_out_offered_at_collection=True,
        consideration=Consideration.DIRECT,
    )


def notification(place: int) -> Event:
    """The recipient was notified."""
    return RecipientNotification(**_envelope("n", place), recipient_id=RecipientId("ADNET"))


WITHDRAWN: Final = ConsentAction.WITHDRAWN
OBJECTED: Final = ConsentAction.OBJECTED

EVENTS: Final[dict[str, Make]] = {
    "share": share,
    "message": message,
    "consent": consent,
    "withdrawal": lambda place: signal(place, WITHDRAWN, purposes=(TPDM,)),
    "withdrawal that cites": lambda place: signal(place, WITHDRAWN, consent_id="c"),
    "objection": lambda place: signal(place, OBJECTED),
    "refusal": lambda place: signal(place, ConsentAction.REFUSED, consent_id="c"),
    "erasure": lambda place: signal(place, ConsentAction.ERASED),
    "purchase": purchase,
    "notification": notification,
}
"""What is measured, on time."""


def toggled(place: int) -> Event:
    """One consent, given and withdrawn in turn."""
    return EVENTS["withdrawal that cites"](place) if place % 2 else consent(place)


def mixed(place: int) -> Event:
    """Any of them, and consents of many ids and shares with many recipients."""
    draw = random.Random(place)
    kind = draw.choice([*EVENTS, "other consent", "other share"])
    if kind == "other consent":
        number = draw.randrange(50)
        return consent(place, f"c{number}", recipient_ids=(f"R{number}",))
    if kind == "other share":
        return share(place, f"R{draw.randrange(60)}")
    return EVENTS[kind](place)


HISTORIES: Final[dict[str, Make]] = {
    **{f"{name}s": make for name, make in EVENTS.items()},
    "consents of one id each": lambda place: consent(place, f"c{place}"),
    "consents that replace the last": lambda place: consent(
        place, f"c{place}", replaces_consent_id=f"c{place - 1}"
    ),
    "toggles": toggled,
    "any mix": mixed,
}
"""What came before."""
