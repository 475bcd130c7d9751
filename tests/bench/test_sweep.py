"""The two policies of the section of sweeps differ in every verdict of its stream."""

from __future__ import annotations

from typing import cast

from bench.sections.sweep import EVENTS_A_SUBJECT, RIGHT, WRONG
from bench.stream import CONTROLLER, UNCOVERED, make, pseudonym_of
from streams.core.event_kinds import event_key
from streams.core.events import DataShare, Event, MarketingMessage
from streams.core.identifiers import EventKey, PayloadHash, SubjectId
from streams.core.judge import judge
from streams.core.policy import Policy
from streams.core.state import Fact, FactSource
from streams.core.subject import Subject
from streams.policy_file import PolicyText, policy_of
from streams.wire.decode import Decoded, decode

SUBJECTS = 3 * UNCOVERED


def events() -> list[tuple[Event, PayloadHash]]:
    made = make(SUBJECTS * EVENTS_A_SUBJECT, SUBJECTS)
    decoded = [cast("Decoded", decode(one.value, one.kind)) for one in made]
    return [(one.event, one.payload_hash) for one in decoded]


def verdicts(policy: Policy) -> dict[EventKey, set[tuple[str, str]]]:
    """Code and reason of what is open about each event."""
    subjects: dict[str, Subject] = {}
    for number, (event, payload_hash) in enumerate(events()):
        subject = subjects.setdefault(
            event.subject_id, Subject(CONTROLLER, SubjectId(event.subject_id))
        )
        source = FactSource("t", 0, number)
        fact = Fact(event=event, payload_hash=payload_hash, ingested_at=event.recorded_at, source=source)  # fmt: skip
        judge(subject, fact, policy, None)
    return {
        key: {(slot.verdict.code, str(slot.verdict.reason)) for slot in record.row.published.values()}
        for subject in subjects.values()
        for key, record in subject.records.items()
    }  # fmt: skip


def test_every_share_and_message_of_a_covered_person_has_another_verdict() -> None:
    wrong = PolicyText(label="wrong", text=WRONG)
    before = verdicts(policy_of(wrong, "the policy that is wrong"))
    after = verdicts(policy_of(RIGHT, "the policy that is right"))
    covered = {pseudonym_of(n).decode() for n in range(SUBJECTS) if n % UNCOVERED}
    judged = [
        event
        for event, _ in events()
        if isinstance(event, DataShare | MarketingMessage) and event.subject_id in covered
    ]
    assert judged
    same = [event for event in judged if before[event_key(event)] == after[event_key(event)]]
    assert not same
