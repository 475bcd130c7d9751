"""Judge a whole history at once, subject by subject, each by time.

`streams.check.gather` reads the facts; the rules are the worker's own (`streams.core.judge`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from streams.check.facts import ONE_PERSON
from streams.check.gather import by_subject
from streams.check.gathered import Gathered
from streams.check.judged_subject import (
    Assumed,
    JudgedSubject,
    SubjectJudge,
    count_assumed,
    in_time,
)
from streams.check.memory import MemoryBound
from streams.core.identifiers import ControllerId, SubjectId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.state import Fact, Refusal

JUDGED_BYTES: Final = 2_000
"""About what judging an event adds to the memory of its subject."""

AT_ONCE: Final = 250
"""Facts that are judged before it is asked whether there is room for more."""


def judged(
    gathered: Gathered,
    policy: Policy,
    clock: Instant | None,
    memory: MemoryBound | None = None,
) -> Iterator[JudgedSubject]:
    """Judge subject by subject, in no order; facts are let go after use.

    Raises ConsentryError where one subject has more than fits into memory.
    """
    meter = (memory or MemoryBound(None)).meter()
    for name, facts, refused in by_subject(gathered, policy, clock, memory):
        in_turn = in_time(facts)
        judge = SubjectJudge(*name, policy)
        judge.refused(refused)
        for first in range(0, len(in_turn), AT_ONCE):
            some = in_turn[first : first + AT_ONCE]
            meter.require(len(some) * JUDGED_BYTES, ONE_PERSON)
            judge.take(some)
        yield judge.found(clock)


class JudgedCounts:
    """What is counted of all subjects that were judged."""

    __slots__ = ("assumed", "duplicates", "not_assessed", "subjects")

    def __init__(self) -> None:
        self.subjects = 0
        """Those with an event."""
        self.duplicates = 0
        self.not_assessed = 0
        self.assumed: dict[Assumed, int] = {}
        """How many events made each assumption."""

    def add(self, one: JudgedSubject, policy: Policy) -> None:
        """Take in a subject."""
        records = one.subject.records
        self.subjects += bool(records)
        self.duplicates += one.duplicates
        self.not_assessed += one.not_assessed
        for record in records.values():
            count_assumed(record.event, policy, self.assumed)


def judged_and_counted(
    gathered: Gathered,
    policy: Policy,
    clock: Instant | None,
    memory: MemoryBound | None,
    counts: JudgedCounts,
) -> Iterator[JudgedSubject]:
    """As `judged`: those of whom there is anything to say, while all are counted."""
    for one in judged(gathered, policy, clock, memory):
        counts.add(one, policy)
        if one.findings or one.duties:
            yield one


def judge_subject(
    controller_id: ControllerId,
    subject_id: SubjectId,
    facts: Iterable[Fact],
    policy: Policy,
    clock: Instant | None,
    *,
    refused: Iterable[Refusal] = (),
) -> JudgedSubject:
    """The net findings and duties over all facts of a subject, given in their order.

    `refused` are the records that were refused under the ids of its events, in any order.
    """
    judge = SubjectJudge(controller_id, subject_id, policy)
    judge.refused(list(refused))
    judge.take(list(facts))
    return judge.found(clock)
