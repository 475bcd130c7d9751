"""Judge a whole history at once, subject by subject, each by time.

`streams.check.gather` reads the facts; the rules are the worker's own (`streams.core.judge`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from streams.check.gather import Gathered
from streams.check.memory import MemoryBound
from streams.check.spool import ONE_PERSON
from streams.core.assumptions import Assumption, assumptions
from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, EventId, SubjectId, ViolationId
from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.refusals import refuse
from streams.core.state import Fact, Refusal
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Status

JUDGED_BYTES: Final = 2_000
"""About what judging an event adds to the memory of its subject."""


class JudgedSubject(msgspec.Struct, frozen=True):
    """The net result for one subject.

    `duplicates` counts events met more than once, `not_assessed` those from before the GDPR
    or `assess_from` (`core.state.Outcome`). `assumptions` are counted once an event.
    """

    subject: Subject
    findings: tuple[Finding, ...]
    duties: tuple[Duty, ...]
    duplicates: int
    not_assessed: int
    assumptions: Counter[Assumption]


def judged(
    gathered: Gathered, policy: Policy, clock: Instant | None, memory: MemoryBound | None = None
) -> Iterator[JudgedSubject]:
    """Judge subject by subject, in the order of their names; facts are let go after use.

    Raises ConsentryError where one subject has more than fits into memory.
    """
    room = memory or MemoryBound(None)
    for name, known in gathered.facts.take():
        facts = [one for one in known if isinstance(one, Fact)]
        refused = [one for one in known if isinstance(one, Refusal)]
        in_turn = ((fact, JUDGED_BYTES) for fact in sorted(facts, key=_by_time))
        watched = room.watch(in_turn, ONE_PERSON)
        yield judge_subject(*name, watched, policy, clock, refused=refused)


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
    subject = Subject(controller_id, subject_id)
    findings: dict[ViolationId, Finding] = {}
    duties: dict[ViolationId, Duty] = {}
    duplicates = not_assessed = 0
    for one in refused:
        decision = refuse(subject, one, policy, None)
        findings.update((finding.violation_id, finding) for finding in decision.findings)
    for fact in facts:
        decision = judge(subject, fact, policy, None)
        duplicates += decision.outcome in (Outcome.DUPLICATE, Outcome.REPLAY)
        not_assessed += decision.outcome is Outcome.NOT_ASSESSED
        findings.update((finding.violation_id, finding) for finding in decision.findings)
        duties.update((duty.duty_id, duty) for duty in decision.duties)
    if clock is not None:
        decision = judge_deadlines(subject, clock, policy)
        findings.update((finding.violation_id, finding) for finding in decision.findings)
        duties.update((duty.duty_id, duty) for duty in decision.duties)
    return JudgedSubject(
        subject=subject,
        findings=tuple(_settled(f) for f in findings.values() if f.status is not Status.RETRACTED),
        duties=tuple(d for d in duties.values() if d.status is not DutyStatus.RETRACTED),
        duplicates=duplicates,
        not_assessed=not_assessed,
        assumptions=Counter(
            one for record in subject.records.values() for one in assumptions(record.event, policy)
        ),
    )


def _by_time(fact: Fact) -> tuple[Instant, Instant, EventId, str]:
    event = fact.event
    return event.occurred_at, event.recorded_at, event.event_id, fact.hash


def _settled(finding: Finding) -> Finding:
    """Over a whole history nothing is revised and nothing is late."""
    status = finding.status if finding.status is Status.REMEDIATED else Status.OPEN
    return msgspec.structs.replace(finding, revision=1, status=status, late_detected=False)
