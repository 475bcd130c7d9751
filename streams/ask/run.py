"""All questions at once: the facts of all persons are read, then each question is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from streams.ask.answers import Answer, AskedPerson, person_of
from streams.ask.kept import KeptQuestions
from streams.ask.questions import Question
from streams.ask.stored import StateTime, gather
from streams.core.identifiers import ControllerId, SubjectId, parse_subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.subject import Subject
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.verify.pace import Advance, Pace
from streams.wire.rows import CorruptRow


class Asked(NamedTuple):
    """As of when it was answered, how many are covered, and why the others are not.

    `why` counts by code and reason.
    """

    at: Instant
    state: StateTime
    covered: int
    of: int
    why: Counter[tuple[str | None, str | None]]


def ask(
    settings: Settings,
    policy: Policy,
    questions: KeptQuestions,
    at: Instant | None = None,
    advance: Advance | None = None,
) -> Asked:
    """Answer from the stored facts, at an instant or as of the state; nothing is written.

    The answers are kept with the questions. Raises ConsentryError where the state cannot be read,
    or is another installation's.
    """
    pace = Pace(advance)
    state = gather(settings, questions, pace)
    instant = at if at is not None else state.as_of
    if instant is None:
        raise ConsentryError(
            "nothing is stored yet, so there is no time as of which to ask",
            "Start a worker first, or name the time with --at.",
        )
    pace.expect(len(questions))
    covered, why = 0, Counter[tuple[str | None, str | None]]()
    try:
        for place, answer in _answers(questions, policy, instant, state.leaving):
            questions.answer(place, answer)
            covered += answer.covered
            if not answer.covered:
                why[answer.code, answer.reason] += 1
            pace.did(1)
    except CorruptRow as error:
        raise ConsentryError(
            f"{settings.topics.changelog}: {error}",
            "Run the release that wrote it; `consentry verify` says more.",
        ) from None
    return Asked(instant, state, covered, len(questions), why)


def _answers(
    questions: KeptQuestions, policy: Policy, instant: Instant, leaving: frozenset[bytes]
) -> Iterator[tuple[int, Answer]]:
    """What is left of who is `leaving` says nothing: the withdrawal may have gone first."""
    nobody = AskedPerson(Subject(ControllerId(""), SubjectId("")), policy)
    for key, rows, asked in questions.persons():
        # A key that is none has no rows.
        who = parse_subject_key(key) if rows and key not in leaving else None
        person = nobody if who is None else person_of(Subject(*who), rows, policy)
        for place, question in asked:
            yield place, person.ask(_dated(question, instant).event)


def _dated(question: Question, at: Instant) -> Question:
    if question.dated:
        return question
    event = msgspec.structs.replace(question.event, occurred_at=at, recorded_at=at)
    return question._replace(event=event)
