"""Small histories for tests on a real broker, and what the core says of them offline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from streams.core.events import ConsentChange, DataShare, Event
from streams.core.findings import Finding
from streams.core.identifiers import ControllerId, EventId, PayloadHash, RecipientId, SubjectId
from streams.core.instants import Instant, hours, parse_instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import default_policy
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.core.vocabulary import (
    ConsentAction,
    ConsentMethod,
    DataCategory,
    Purpose,
    RecipientRole,
)
from streams.wire.canonical import payload_hash
from streams.wire.encode import event_record
from tests.kafka.harness import net_of

CONTROLLER = ControllerId("SHOP")
START = parse_instant("2026-09-01T10:00:00.000Z")
RECIPIENT = RecipientId("ACME")


def grant(subject: str, event_id: str, at: Instant) -> ConsentChange:
    """Consent, well given, to share contact data with the recipient."""
    return ConsentChange(
        event_id=EventId(event_id),
        controller_id=CONTROLLER,
        subject_id=SubjectId(subject),
        occurred_at=at,
        recorded_at=at,
        action=ConsentAction.GRANTED,
        purposes=(Purpose.THIRD_PARTY_DIRECT_MARKETING,),
        recipient_ids=(RECIPIENT,),
        data_categories=(DataCategory.EMAIL,),
        consent_method=ConsentMethod.CHECKBOX_UNTICKED,
        notice_version="n1",
        evidence_ref="e1",
        separate_act=True,
        bundled_with_terms=False,
        condition_of_service=False,
    )


def withdrawal(subject: str, event_id: str, at: Instant) -> ConsentChange:
    """Consent taken back, for everything."""
    return ConsentChange(
        event_id=EventId(event_id),
        controller_id=CONTROLLER,
        subject_id=SubjectId(subject),
        occurred_at=at,
        recorded_at=at,
        action=ConsentAction.WITHDRAWN,
        purposes=(Purpose.THIRD_PARTY_DIRECT_MARKETING,),
    )


def share(subject: str, event_id: str, at: Instant) -> DataShare:
    """Contact data that left for the recipient."""
    return DataShare(
        event_id=EventId(event_id),
        controller_id=CONTROLLER,
        subject_id=SubjectId(subject),
        occurred_at=at,
        recorded_at=at,
        recipient_id=RECIPIENT,
        recipient_role=RecipientRole.THIRD_PARTY,
        purpose=Purpose.THIRD_PARTY_DIRECT_MARKETING,
        data_categories=(DataCategory.EMAIL,),
    )


def story(number: int) -> list[Event]:
    """One subject: shares before, under and after consent."""
    subject = f"subject-{number}"
    at = Instant(START + number * 1000)
    return [
        share(subject, f"{number}-early", at),
        grant(subject, f"{number}-grant", Instant(at + hours(1))),
        share(subject, f"{number}-fine", Instant(at + hours(2))),
        withdrawal(subject, f"{number}-withdrawal", Instant(at + hours(3))),
        share(subject, f"{number}-late", Instant(at + hours(4))),
    ]


def stories(count: int, first: int = 0) -> list[Event]:
    """Many subjects, their events interleaved."""
    many = [story(number) for number in range(first, first + count)]
    return [event for step in zip(*many, strict=True) for event in step]


def expected(events: Iterable[Event], clock: Instant) -> set[tuple[str, str, str]]:
    """What the core says of the same facts, deadlines up to the clock included."""
    return net_of(finding for finding in _findings(events, clock))


def _findings(events: Iterable[Event], clock: Instant) -> Iterator[Finding]:
    policy = default_policy()
    subjects: dict[str, Subject] = {}
    for offset, event in enumerate(events):
        subject = subjects.get(event.subject_id)
        if subject is None:
            subject = subjects[event.subject_id] = Subject(CONTROLLER, event.subject_id)
        fact = Fact(
            event=event,
            payload_hash=PayloadHash(payload_hash(event_record(event), plain=True)),
            ingested_at=clock,
            source=FactSource("offline", -1, offset),
        )
        yield from judge(subject, fact, policy, None).findings
    for subject in subjects.values():
        yield from judge_deadlines(subject, clock, policy).findings
