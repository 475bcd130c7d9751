"""All questions at once: the facts of all persons are read, then each question is answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import msgspec

from streams.ask.answers import Answer, AskedPerson, person_of
from streams.ask.questions import Question
from streams.ask.stored import StateTime, gather, rows_by_subject
from streams.core.identifiers import ControllerId, SubjectId, SubjectKey, parse_subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.verify.pace import Advance, Pace
from streams.verify.spill import Spill


class Asked(NamedTuple):
    """An answer for each question, in their order, and as of when."""

    answers: list[Answer]
    at: Instant
    state: StateTime


def ask(
    settings: Settings,
    policy: Policy,
    questions: Sequence[Question],
    at: Instant | None = None,
    advance: Advance | None = None,
) -> Asked:
    """Answer from the stored facts, at an instant or as of the state; nothing is written.

    Raises ConsentryError where the state cannot be read, or is another installation's.
    """
    by_person: dict[SubjectKey, list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        by_person[question.key].append(place)
    with closing(Spill()) as spill:
        pace = Pace(advance)
        state = gather(settings, by_person.keys(), spill, pace)
        instant = at if at is not None else state.as_of
        if instant is None:
            raise ConsentryError(
                "nothing is stored yet, so there is no time as of which to ask",
                "Start a worker first, or name the time with --at.",
            )
        pace.expect(len(questions))
        answers: dict[int, Answer] = {}
        for person, places in persons(spill, by_person, policy, settings.topics.changelog):
            for place in places:
                answers[place] = person.ask(_dated(questions[place], instant).event)
            pace.did(len(places))
    return Asked([answers[place] for place in range(len(questions))], instant, state)


def persons(
    spill: Spill, by_person: dict[SubjectKey, list[int]], policy: Policy, topic: str
) -> Iterator[tuple[AskedPerson, list[int]]]:
    """Each person with the places of the questions; last those of whom nothing is stored."""
    left = dict(by_person)
    for key, rows in rows_by_subject(spill, topic):
        # A key that is none has no rows.
        who = parse_subject_key(key) or (ControllerId(""), SubjectId(""))
        yield person_of(Subject(*who), rows, policy), left.pop(key)
    nobody = AskedPerson(Subject(ControllerId(""), SubjectId("")), policy)
    for places in left.values():
        yield nobody, places


def _dated(question: Question, at: Instant) -> Question:
    if question.dated:
        return question
    event = msgspec.structs.replace(question.event, occurred_at=at, recorded_at=at)
    return question._replace(event=event)
