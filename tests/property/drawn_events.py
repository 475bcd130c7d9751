"""Events drawn at random, alike enough to meet: few people, recipients, consents, instants."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import (
    ConsentId,
    ControllerId,
    EventId,
    PurchaseId,
    RecipientId,
    SubjectId,
    Topic,
)
from streams.core.instants import Instant, parse_instant
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

CONTROLLER = ControllerId("OURCO")
SUBJECT = SubjectId("s-1")
START = parse_instant("2026-06-29T20:00:00.000Z")
"""Near the end of the telephone exception, so that both sides of it occur."""
HOUR = 3_600_000

RECIPIENTS = [RecipientId(r) for r in ("ACME", "MAILCO", "SOCIALX", "OURCO")]
MARKETING = [
    Purpose.THIRD_PARTY_DIRECT_MARKETING,
    Purpose.OWN_DIRECT_MARKETING,
    Purpose.AD_AUDIENCE_MATCHING,
    Purpose.THIRD_PARTY_OFFERS,
]
CHANNELS = [Channel.EMAIL, Channel.SMS, Channel.INBOX_AD, Channel.POST, Channel.PHONE_HUMAN]
CONSENTS = [ConsentId(c) for c in ("c1", "c2", "c3")]
SALES = [PurchaseId(p) for p in ("p1", "p2")]
SISTER = ControllerId("SISTERCO")
TOPICS = [Topic(t) for t in ("club", "deals")]
CATEGORIES = [DataCategory.EMAIL, DataCategory.NAME, DataCategory.HEALTH, DataCategory.BSN]


def some(values: list[Any], most: int = 2) -> SearchStrategy[tuple[Any, ...]]:
    """Up to `most` different values; none at all is as likely as one."""
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


@st.composite
def events(draw: DrawFn, event_ids: SearchStrategy[str]) -> Event:
    """Any event of the subject at one of 120 hours."""
    at = Instant(START + draw(st.integers(0, 119)) * HOUR)
    envelope: dict[str, Any] = {
        "event_id": EventId(draw(event_ids)),
        "controller_id": CONTROLLER,
        "subject_id": SUBJECT,
        "occurred_at": at,
        "recorded_at": Instant(at + draw(st.sampled_from([0, 0, 0, HOUR, 48 * HOUR]))),
    }
    kind = draw(st.sampled_from("GGSSSDDDDMMMPRN"))
    match kind:
        case "G":
            return draw(_grant(envelope))
        case "S":
            return draw(_signal(envelope))
        case "D":
            return draw(_share(envelope))
        case "M":
            return draw(_message(envelope))
        case "P" | "R":
            return draw(_purchase(envelope, kind))
        case _:
            to = draw(st.sampled_from(RECIPIENTS))
            return RecipientNotification(**envelope, recipient_id=to)


@st.composite
def _grant(draw: DrawFn, envelope: dict[str, Any]) -> Event:
    at = envelope["occurred_at"]
    return ConsentChange(
        **envelope,
        action=ConsentAction.GRANTED,
        consent_id=draw(st.sampled_from(CONSENTS)),
        purposes=(draw(st.sampled_from(MARKETING)),),
        recipient_ids=draw(some(RECIPIENTS)),
        recipient_categories=draw(some(["RETAIL"], 1)),
        data_categories=draw(some(CATEGORIES, 4)),
        channels=draw(some(CHANNELS)),
        topics=draw(some(TOPICS, 1)),
        verified_contact=draw(some(list(ContactDetail), 1)),
        consent_method=draw(
            st.sampled_from(
                [ConsentMethod.BUTTON, ConsentMethod.WRITTEN_SIGNED, ConsentMethod.PRE_TICKED]
            )
        ),
        notice_version=draw(st.sampled_from(["v3", "v3", "v3", None])),
        evidence_ref=draw(st.sampled_from(["ev", "ev", "ev", None])),
        separate_act=True,
        age_band=draw(st.sampled_from([AgeBand.ADULT, AgeBand.ADULT, AgeBand.UNDER_16])),
        expires_at=draw(st.sampled_from([None, None, Instant(at + 24 * HOUR)])),
        replaces_consent_id=draw(st.sampled_from([None, None, *CONSENTS])),
    )


@st.composite
def _signal(draw: DrawFn, envelope: dict[str, Any]) -> Event:
    if draw(st.integers(0, 3)) == 0:
        # A consent ended by its id, and nothing else.
        action = draw(st.sampled_from([ConsentAction.WITHDRAWN, ConsentAction.REFUSED]))
        consent_id = draw(st.sampled_from(CONSENTS))
        return ConsentChange(**envelope, action=action, consent_id=consent_id)
    return ConsentChange(
        **envelope,
        action=draw(
            st.sampled_from(
                [
                    ConsentAction.WITHDRAWN,
                    ConsentAction.OBJECTED,
                    ConsentAction.ERASED,
                    ConsentAction.REFUSED,
                ]
            )
        ),
        consent_id=draw(st.sampled_from([None, None, *CONSENTS])),
        purposes=draw(some(MARKETING)),
        recipient_ids=draw(some([*RECIPIENTS, RecipientId(SISTER)], 1)),
        recipient_categories=draw(some(["RETAIL", "ADS"], 1)),
        channels=draw(some(CHANNELS, 1)),
        topics=draw(some(TOPICS, 1)),
    )


@st.composite
def _share(draw: DrawFn, envelope: dict[str, Any]) -> Event:
    return DataShare(
        **envelope,
        recipient_id=draw(st.sampled_from(RECIPIENTS)),
        purpose=draw(st.sampled_from([*MARKETING, Purpose.ORDER_FULFILMENT, Purpose.ANALYTICS])),
        recipient_role=draw(st.sampled_from(list(RecipientRole))),
        recipient_kind=draw(st.sampled_from([None, "SOCIAL_MEDIA"])),
        recipient_category=draw(st.sampled_from([None, "RETAIL"])),
        recipient_own_use=draw(st.booleans()),
        recipient_country=draw(st.sampled_from(["NL", "US", "IN"])),
        data_categories=draw(some(CATEGORIES, 3)),
        legal_basis_claimed=draw(
            st.sampled_from(
                [
                    LegalBasis.CONSENT,
                    LegalBasis.NONE,
                    LegalBasis.LEGITIMATE_INTEREST,
                    LegalBasis.CONTRACT,
                ]
            )
        ),
        consent_ref=draw(st.sampled_from([None, *CONSENTS])),
    )


@st.composite
def _message(draw: DrawFn, envelope: dict[str, Any]) -> Event:
    return MarketingMessage(
        **envelope,
        message_purpose=draw(
            st.sampled_from([*[MessagePurpose.MARKETING] * 4, MessagePurpose.SERVICE])
        ),
        channel=draw(st.sampled_from(CHANNELS)),
        topic=draw(st.sampled_from([None, *TOPICS])),
        sender_controller_id=draw(st.sampled_from([CONTROLLER, CONTROLLER, SISTER])),
        advertiser_id=draw(st.sampled_from([None, RecipientId("OURCO"), RecipientId("ACME")])),
        product_categories=draw(some(["COFFEE", "TEA", "BOOKS"])),
        legal_basis_claimed=draw(
            st.sampled_from(
                [
                    LegalBasis.SOFT_OPT_IN,
                    LegalBasis.CONSENT,
                    LegalBasis.NONE,
                    LegalBasis.LEGITIMATE_INTEREST,
                ]
            )
        ),
        unsubscribe_present=draw(st.sampled_from([True, True, False])),
        sender_identity_present=True,
        contact_point_present=True,
    )


@st.composite
def _purchase(draw: DrawFn, envelope: dict[str, Any], kind: str) -> Event:
    if kind == "R":
        return Purchase(
            **envelope,
            action=draw(
                st.sampled_from([PurchaseAction.REFUNDED_FULL, PurchaseAction.REFUNDED_PARTIAL])
            ),
            purchase_id=draw(st.sampled_from(SALES)),
            product_categories=draw(some(["COFFEE", "TEA"])),
        )
    return Purchase(
        **envelope,
        action=PurchaseAction.PURCHASED,
        purchase_id=draw(st.sampled_from(SALES)),
        seller_controller_id=draw(st.sampled_from([CONTROLLER, CONTROLLER, SISTER])),
        product_categories=draw(some(["COFFEE", "TEA", "BOOKS"])),
        contact_details_obtained=draw(some(list(ContactDetail))),
        opt_out_offered_at_collection=draw(st.sampled_from([True, True, False])),
        opt_out_exercised_at_collection=draw(st.sampled_from([False, False, True])),
        consideration=draw(st.sampled_from([Consideration.DIRECT, Consideration.NONE])),
    )
