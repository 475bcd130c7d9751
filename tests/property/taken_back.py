"""Consents that are given, taken back and given again, beside shares and messages.

Far fewer shapes than in `tests.property.histories`: nearly every consent is valid and names
whom the shares go to, so that most signals are lifted by a later consent, and what differs is
what the later one covers, and for how long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from streams.core.events import ConsentChange, DataShare, Event, MarketingMessage
from streams.core.identifiers import ConsentId, EventId, RecipientId
from streams.core.instants import Instant
from streams.core.state import Fact
from streams.core.vocabulary import (
    AgeBand,
    Channel,
    ConsentAction,
    ConsentMethod,
    DataCategory,
    LegalBasis,
    MessagePurpose,
    Purpose,
    RecipientRole,
)
from tests.property.drawn_events import CONTROLLER, HOUR, START, SUBJECT
from tests.property.histories import facts

T = TypeVar("T")
Pick = Callable[[Sequence[Any]], Any]
"""One of some values, drawn by the one that makes the history."""

OWN = Purpose.OWN_DIRECT_MARKETING
TPDM = Purpose.THIRD_PARTY_DIRECT_MARKETING
ACME, MAILCO = RecipientId("ACME"), RecipientId("MAILCO")
C1, C2 = ConsentId("c1"), ConsentId("c2")
EMAIL, PHONE, HEALTH = DataCategory.EMAIL, DataCategory.PHONE, DataCategory.HEALTH


def event(pick: Pick, event_id: str, kinds: str = "GGGSSDDDM", hours: int = 12) -> Event:
    """An event of one of some kinds, at one of so many hours."""
    at = Instant(START + pick(range(hours)) * HOUR)
    envelope: dict[str, Any] = {
        "event_id": EventId(event_id),
        "controller_id": CONTROLLER,
        "subject_id": SUBJECT,
        "occurred_at": at,
        "recorded_at": at,
    }
    kind = pick(kinds)
    if kind == "G":
        return _consent(pick, envelope)
    if kind == "S":
        return _signal(pick, envelope)
    if kind == "D":
        return DataShare(
            **envelope,
            recipient_id=pick([ACME, ACME, MAILCO]),
            purpose=pick([TPDM, TPDM, OWN]),
            recipient_role=pick([RecipientRole.THIRD_PARTY] * 3 + [RecipientRole.PROCESSOR]),
            recipient_category=pick([None, "RETAIL"]),
            recipient_country="NL",
            data_categories=pick([(EMAIL,), (EMAIL,), (PHONE,), (EMAIL, PHONE), (HEALTH,), ()]),
            legal_basis_claimed=LegalBasis.CONSENT,
        )
    return MarketingMessage(
        **envelope,
        message_purpose=MessagePurpose.MARKETING,
        channel=pick([Channel.EMAIL, Channel.SMS, Channel.PHONE_HUMAN]),
        advertiser_id=pick([None, None, ACME]),
        legal_basis_claimed=LegalBasis.CONSENT,
        unsubscribe_present=True,
        sender_identity_present=True,
        contact_point_present=True,
    )


def _consent(pick: Pick, envelope: dict[str, Any]) -> Event:
    at = envelope["occurred_at"]
    purpose = pick([TPDM, TPDM, OWN, Purpose.THIRD_PARTY_OFFERS])
    return ConsentChange(
        **envelope,
        action=ConsentAction.GRANTED,
        consent_id=pick([C1, C1, C2]),
        purposes=(purpose,),
        recipient_ids=pick([(ACME,), (ACME,), (ACME, MAILCO), ()]),
        recipient_categories=pick([(), (), ("RETAIL",)]),
        data_categories=pick([(EMAIL,), (EMAIL,), (EMAIL, PHONE), (EMAIL, HEALTH), ()]),
        channels=pick([(), (), (Channel.EMAIL,)]),
        consent_method=pick([ConsentMethod.BUTTON] * 2 + [ConsentMethod.WRITTEN_SIGNED]),
        notice_version="v3",
        evidence_ref=pick(["ev"] * 5 + [None]),
        separate_act=True,
        age_band=AgeBand.ADULT,
        expires_at=pick([None] * 4 + [Instant(at + 3 * HOUR)]),
        replaces_consent_id=pick([None] * 5 + [C1, C2]),
    )


def _signal(pick: Pick, envelope: dict[str, Any]) -> Event:
    if pick([True, False]):
        action = pick([ConsentAction.WITHDRAWN, ConsentAction.WITHDRAWN, ConsentAction.REFUSED])
        return ConsentChange(**envelope, action=action, consent_id=pick([C1, C1, C2]))
    return ConsentChange(
        **envelope,
        action=pick([ConsentAction.WITHDRAWN, ConsentAction.OBJECTED, ConsentAction.ERASED]),
        consent_id=pick([None, None, C1]),
        purposes=pick([(), (TPDM,), (OWN,)]),
        recipient_ids=pick([(), (), (ACME,)]),
    )


def events(pick: Pick, count: int) -> list[Event]:
    """So many, and a signal or a consent that comes late."""
    found = [event(pick, f"e{number}") for number in range(count)]
    return [*found, event(pick, "late", "SSSG", 6)]


@st.composite
def _drawn(draw: DrawFn, most: int) -> list[Event]:
    def pick(values: Sequence[T]) -> T:
        return draw(st.sampled_from(values))

    return events(pick, draw(st.integers(1, most - 1)))


def taken_back(most: int = 16) -> SearchStrategy[list[Fact]]:
    """Histories in the order in which they arrive."""
    return _drawn(most).map(facts)
