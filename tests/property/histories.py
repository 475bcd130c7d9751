"""Random histories of one subject, dense in coincidences: few instants, few parties.

Everything that can change another event's verdict occurs often: late grants, signals
that cite consents, replaced consents, opt-outs at collection, refunds, notifications,
conflicting payloads under one event id.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
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
    PayloadHash,
    PurchaseId,
    RecipientId,
    SubjectId,
    Topic,
)
from streams.core.instants import Instant, parse_instant
from streams.core.policy import RecipientEntry, Registers
from streams.core.state import Fact, FactSource
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
REGISTERS = Registers(
    recipients=(
        RecipientEntry(recipient_id=RecipientId("ACME"), category="RETAIL"),
        RecipientEntry(
            recipient_id=RecipientId("ACME"),
            category="ADS",
            valid_from=parse_instant("2026-07-02T00:00:00Z"),
        ),
        RecipientEntry(recipient_id=RecipientId("SISTERCO"), category="RETAIL"),
        RecipientEntry(recipient_id=RecipientId("SOCIALX"), role=RecipientRole.PROCESSOR),
        RecipientEntry(recipient_id=RecipientId("MAILCO"), own_use=False),
    )
)
"""Categories that change, a role that is confirmed, a word on own use."""
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


def facts(event_list: list[Event]) -> list[Fact]:
    """The events as received, one after the other; equal events get equal hashes."""
    return [
        Fact(
            event=event,
            payload_hash=PayloadHash(sha256(msgspec.json.encode(event)).hexdigest()),
            ingested_at=event.recorded_at,
            source=FactSource("stream", 0, position),
        )
        for position, event in enumerate(event_list)
    ]


def ids(of: int) -> SearchStrategy[str]:
    """Event ids of so many."""
    return st.integers(0, of - 1).map(lambda n: f"e{n:02d}")


HANDFULS = st.sampled_from([2, 5, 12, 40])
"""How many event ids a history has: few enough that payloads often claim the same one."""


@st.composite
def _arriving(draw: DrawFn, events_: list[Event]) -> list[Event]:
    """The events, and other payloads of some of them, in any place."""
    arriving = list(events_)
    for event in draw(st.lists(st.sampled_from(events_), max_size=3)):
        place = draw(st.integers(0, len(arriving)))
        arriving.insert(place, draw(_another_payload(event)))
    return arriving


@st.composite
def _another_payload(draw: DrawFn, event: Event) -> Event:
    """The same event as another sender has it: at another time, or about other things."""
    other = draw(events(st.just(event.event_id)))
    if type(other) is not type(event) or draw(st.booleans()):
        moved = Instant(event.occurred_at + draw(st.integers(-30, 30)) * HOUR)
        return msgspec.structs.replace(event, occurred_at=moved)
    return msgspec.structs.replace(other, occurred_at=event.occurred_at)


def _histories(
    most: int, of: Callable[[SearchStrategy[str]], SearchStrategy[Event]]
) -> SearchStrategy[list[Fact]]:
    # Lists are short unless they must not be.
    return (
        st.tuples(HANDFULS, st.sampled_from([1, most // 2]))
        .flatmap(lambda drawn: st.lists(of(ids(drawn[0])), min_size=drawn[1], max_size=most))
        .flatmap(_arriving)
        .map(facts)
    )


def histories(most: int = 14) -> SearchStrategy[list[Fact]]:
    """Histories in arrival order, of `most` events and three payloads more.

    Payloads often share an event id, also with an event of another type.
    """
    return _histories(most, events)


def few(most: int = 24) -> SearchStrategy[list[Fact]]:
    """Histories of few ids, hours and scopes, in which most facts get in each other's way."""

    @st.composite
    def close(draw: DrawFn, event_ids: SearchStrategy[str]) -> Event:
        event = draw(events(event_ids))
        at = Instant(START + draw(st.integers(0, 9)) * 6 * HOUR)
        moved = msgspec.structs.replace(event, occurred_at=at, recorded_at=at)
        if isinstance(moved, ConsentChange) and draw(st.booleans()):
            if moved.action is not ConsentAction.GRANTED and draw(st.booleans()):
                return msgspec.structs.replace(
                    moved,
                    consent_id=CONSENTS[draw(st.integers(0, 1))],
                    purposes=(),
                    recipient_ids=(),
                    recipient_categories=(),
                    channels=(),
                    topics=(),
                )
            named = (RECIPIENTS[0],) if draw(st.booleans()) else ()
            return msgspec.structs.replace(
                moved,
                consent_id=CONSENTS[0],
                purposes=(MARKETING[draw(st.integers(0, 1))],),
                recipient_ids=named,
                recipient_categories=(),
                channels=(),
                topics=(),
                data_categories=(DataCategory.EMAIL,),
                consent_method=ConsentMethod.BUTTON,
                notice_version="v3",
                evidence_ref="ev",
                age_band=AgeBand.ADULT,
                expires_at=None,
            )
        if isinstance(moved, DataShare) and draw(st.booleans()):
            return msgspec.structs.replace(
                moved,
                recipient_id=RECIPIENTS[0],
                purpose=MARKETING[draw(st.integers(0, 1))],
                data_categories=(DataCategory.EMAIL,),
            )
        return moved

    return _histories(most, close)
