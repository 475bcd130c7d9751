"""Random histories of one subject, dense in coincidences: few instants, few parties.

Everything that can change another event's verdict occurs often: late grants, signals
that cite consents, replaced consents, opt-outs at collection, refunds, notifications,
conflicting payloads under one event id.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
)
from streams.core.identifiers import (
    PayloadHash,
    RecipientId,
)
from streams.core.instants import Instant, parse_instant
from streams.core.policy import RecipientEntry, Registers
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import (
    AgeBand,
    ConsentAction,
    ConsentMethod,
    DataCategory,
    RecipientRole,
)
from tests.property.drawn_events import CONSENTS, HOUR, MARKETING, RECIPIENTS, START, events

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
