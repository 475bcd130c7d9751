"""Consents, signals and sales of more shapes than have their places at hand."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from bench.adversarial import START, STEP_MS, consent, message, purchase, share, signal
from streams.core.event_kinds import event_key
from streams.core.events import ConsentChange, Event, Purchase
from streams.core.identifiers import EventKey
from streams.core.rules.assess import Assessment, assess
from streams.core.subject import Subject
from streams.core.vocabulary import ConsentAction, Consideration, ContactDetail, Purpose
from tests.core.stories import Story

PEOPLE = ("ACME", "MAILCO", "SOCIALX", "ADNET")
WAYS = ("EMAIL", "SMS", "POST")
EVENTS = 300


def some(draw: Random, values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value for value in values if draw.random() < 0.5)


def drawn(draw: Random, place: int) -> Event:
    """An event of one of hundreds of shapes."""
    kind, cited = draw.choice("GGGSSSSDMPP"), {"consent_id": f"c{draw.randrange(6)}"}
    if kind == "G":
        ends = START + (place + draw.choice([5, 1000])) * STEP_MS
        return consent(
            place,
            **cited,
            recipient_ids=some(draw, PEOPLE) or PEOPLE[:1],
            channels=some(draw, WAYS),
            expires_at=draw.choice([None, ends]),
            replaces_consent_id=draw.choice([None, None, "c0"]),
            evidence_ref=draw.choice([None, "e", "e"]),
        )
    if kind == "S":
        return signal(
            place,
            draw.choice([ConsentAction.WITHDRAWN, ConsentAction.REFUSED, ConsentAction.OBJECTED]),
            **draw.choice([{}, cited]),
            recipient_ids=some(draw, PEOPLE),
            channels=some(draw, WAYS),
            topics=some(draw, ("club", "deals")),
            purposes=draw.choice([(), (Purpose.THIRD_PARTY_DIRECT_MARKETING,)]),
        )
    if kind == "P":
        return msgspec.structs.replace(
            purchase(place),
            product_categories=some(draw, ("COFFEE", "TEA", "MUGS", "CAKE")),
            contact_details_obtained=some(draw, (ContactDetail.EMAIL, ContactDetail.PHONE)),
            opt_out_offered_at_collection=draw.choice([True, False, None]),
            consideration=draw.choice([None, Consideration.DIRECT]),
        )
    return share(place, draw.choice(PEOPLE)) if kind == "D" else message(place)


def shape(event: Event) -> bytes | None:
    """What of it may decide on its places."""
    if not isinstance(event, ConsentChange | Purchase):
        return None
    return msgspec.json.encode(
        msgspec.structs.replace(event, event_id="", occurred_at=0, recorded_at=0)
    )


def assessed(story: Story, subject: Subject) -> dict[EventKey, Assessment]:
    return {
        key: assess(subject, record, story.policy, None) for key, record in subject.records.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_verdicts_are_those_without_indexes(seed: int) -> None:
    draw = Random(seed)
    events = [drawn(draw, place) for place in range(EVENTS)]
    assert len({shape(event) for event in events}) > EVENTS // 2
    story = Story()
    story.subject.arrange(story.policy, always=True)
    plain = Subject(story.subject.controller_id, story.subject.subject_id)
    draw.shuffle(events)
    for event in events:
        story.take(event)
        plain.add(story.subject.records[event_key(event)].row)
    assert plain.index is None
    expected = assessed(story, plain)
    assert any(one.verdicts for one in expected.values())
    assert any(one.duties for one in expected.values())
    assert assessed(story, story.subject) == expected
    plain.arrange(story.policy, always=True)
    assert assessed(story, plain) == expected
