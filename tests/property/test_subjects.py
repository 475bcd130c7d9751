"""Subjects do not affect each other: together or alone, each gets the same decisions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.decision import Decision
from streams.core.identifiers import ControllerId, SubjectId, parse_subject_key, subject_key
from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.policy import Policy, fixed_policy
from streams.core.state import Fact
from streams.core.subject import Subject
from tests.property.drawn_events import HOUR, START
from tests.property.histories import histories

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

SIMILAR = (("COFFEE", "TEA"),)
KEYS = [("OURCO", "s-1"), ("OURCO", "s-2"), ("THEIRCO", "s-1")]
"""The same person with two controllers is two subjects."""

Key = tuple[str, str]


def of(key: Key, facts: list[Fact]) -> list[Fact]:
    """The facts as facts about another subject; event ids stay, and so may meet."""
    controller_id, subject_id = key
    return [
        msgspec.structs.replace(
            fact,
            event=msgspec.structs.replace(
                fact.event,
                controller_id=ControllerId(controller_id),
                subject_id=SubjectId(subject_id),
            ),
        )
        for fact in facts
    ]


class Bus:
    """Judges facts of many subjects, each with its own state, as the agent does."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.subjects: dict[Key, Subject] = {}
        self.decisions: dict[Key, list[Decision]] = {}

    def take(self, fact: Fact, clock: Instant | None) -> None:
        key = (fact.event.controller_id, fact.event.subject_id)
        subject = self.subjects.get(key)
        if subject is None:
            subject = self.subjects[key] = Subject(*fact_key(fact))
        self.decisions.setdefault(key, []).append(judge(subject, fact, self.policy, clock))

    def restart(self) -> None:
        """Forget the subjects and rebuild each from its rows alone."""
        for key, subject in self.subjects.items():
            rows = {
                (row.fact.event.event_id, row.fact.hash): row
                for decision in self.decisions[key]
                for row in decision.rows
            }
            self.subjects[key] = Subject.from_rows(
                subject.controller_id, subject.subject_id, rows.values()
            )

    def tick(self, clock: Instant | None) -> None:
        if clock is None:
            return
        for key, subject in self.subjects.items():
            self.decisions[key].append(judge_deadlines(subject, clock, self.policy))


def fact_key(fact: Fact) -> tuple[ControllerId, SubjectId]:
    return fact.event.controller_id, fact.event.subject_id


clocks = st.one_of(st.none(), st.integers(0, 300).map(lambda h: Instant(START + h * HOUR)))


@given(
    st.lists(histories(8), min_size=2, max_size=len(KEYS)),
    st.randoms(use_true_random=False),
    clocks,
    clocks,
)
@settings(max_examples=100, deadline=None)
def test_interleaved_or_alone(
    stories: list[list[Fact]], random: Any, clock: Instant | None, last: Instant | None
) -> None:
    parts = {key: of(key, facts) for key, facts in zip(KEYS, stories, strict=False)}
    # One policy object for all: what a grant remembers of it must not leak either.
    together = Bus(fixed_policy(similar_products=SIMILAR))
    queues = [list(facts) for facts in parts.values()]
    while queues:
        queue = random.choice(queues)
        together.take(queue.pop(0), clock)
        queues = [q for q in queues if q]
        if random.random() < 0.2:
            together.restart()
    together.tick(last)
    for key, facts in parts.items():
        alone = Bus(fixed_policy(similar_products=SIMILAR))
        for fact in facts:
            alone.take(fact, clock)
        alone.tick(last)
        assert together.decisions[key] == alone.decisions[key]


@given(histories(8))
@settings(max_examples=100, deadline=None)
def test_findings_of_different_subjects_have_different_addresses(facts: list[Fact]) -> None:
    bus = Bus(fixed_policy(similar_products=SIMILAR))
    for key in KEYS:
        for fact in of(key, facts):
            bus.take(fact, None)
    addresses = [
        {f.violation_id for d in bus.decisions[key] for f in d.findings}
        | {duty.duty_id for d in bus.decisions[key] for duty in d.duties}
        for key in KEYS
    ]
    assert sum(map(len, addresses)) == len(set().union(*addresses))


names = st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]), min_size=1)


@given(names, names)
def test_a_subject_key_names_one_subject(controller_id: str, subject_id: str) -> None:
    assert parse_subject_key(subject_key(controller_id, subject_id)) == (controller_id, subject_id)
