"""Judge all facts of one subject, and keep what stands of it at the end."""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.assumptions import Assumption, assumptions
from streams.core.decision import Decision
from streams.core.events import ConsentChange
from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, EventId, PayloadHash, SubjectId, ViolationId
from streams.core.instants import Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.left_out import left_out
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.refusals import refuse
from streams.core.state import Fact, Refusal
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Status

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_JUDGED: Final = Outcome.JUDGED
_NOT_ASSESSED: Final = Outcome.NOT_ASSESSED
_DUPLICATE: Final = Outcome.DUPLICATE
_REPLAY: Final = Outcome.REPLAY
_RETRACTED: Final = Status.RETRACTED
_OPEN: Final = Status.OPEN
_REMEDIATED: Final = Status.REMEDIATED
_DUTY_RETRACTED: Final = DutyStatus.RETRACTED


class JudgedSubject:
    """The net result for one subject.

    `duplicates` counts events met more than once, `not_assessed` those from before the GDPR
    or `assess_from` (`core.state.Outcome`). `assumptions` says how many events made each.
    """

    __slots__ = ("assumptions", "duplicates", "duties", "findings", "not_assessed", "subject")

    def __init__(
        self,
        subject: Subject,
        findings: tuple[Finding, ...],
        duties: tuple[Duty, ...],
        duplicates: int,
        not_assessed: int,
        assumptions: dict[Assumption, int],
    ) -> None:
        self.subject = subject
        self.findings = findings
        self.duties = duties
        self.duplicates = duplicates
        self.not_assessed = not_assessed
        self.assumptions = assumptions


class SubjectJudge:
    """Judges the facts of one subject, given in the order of time."""

    def __init__(self, controller_id: ControllerId, subject_id: SubjectId, policy: Policy) -> None:
        self._subject = Subject(controller_id, subject_id)
        self._policy = policy
        self._findings: dict[ViolationId, Finding] = {}
        self._duties: dict[ViolationId, Duty] = {}
        self._duplicates = 0
        self._not_assessed = 0

    def refused(self, refused: list[Refusal]) -> None:
        """Take in that records were refused under the ids of its events, in any order."""
        for one in refused:
            self._note(refuse(self._subject, one, self._policy, None))

    def take(self, facts: list[Fact]) -> None:
        """Judge some more facts."""
        subject, policy = self._subject, self._policy
        for fact in facts:
            decision = judge(subject, fact, policy, None)
            outcome = decision.outcome
            if outcome is not _JUDGED:
                self._duplicates += outcome is _DUPLICATE or outcome is _REPLAY
                self._not_assessed += outcome is _NOT_ASSESSED
            if decision.findings or decision.duties:
                self._note(decision)

    def _note(self, decision: Decision) -> None:
        for finding in decision.findings:
            self._findings[finding.violation_id] = finding
        for duty in decision.duties:
            self._duties[duty.duty_id] = duty

    def found(self, clock: Instant | None) -> JudgedSubject:
        """What stands at the end, deadlines up to the clock taken in."""
        subject, policy = self._subject, self._policy
        if clock is not None:
            self._note(judge_deadlines(subject, clock, policy))
        assumed: dict[Assumption, int] = {}
        for record in subject.records.values():
            event = record.event
            spelt = isinstance(event, ConsentChange) and (event.via or event.actor) is not None
            # As a rule there are none, and that is found out for a fraction of the cost.
            if spelt or left_out(event, policy):
                for one in assumptions(event, policy):
                    assumed[one] = assumed.get(one, 0) + 1
        return JudgedSubject(
            subject,
            tuple([_settled(f) for f in self._findings.values() if f.status is not _RETRACTED]),
            tuple([d for d in self._duties.values() if d.status is not _DUTY_RETRACTED]),
            self._duplicates,
            self._not_assessed,
            assumed,
        )


def in_time(facts: list[Fact]) -> list[Fact]:
    """The same by time, then by what does not depend on where they stood."""
    facts.sort(key=_by_time)
    before: Fact | None = None
    for fact in facts:
        if before is not None and _by_time(before) == _by_time(fact):
            # As a rule none are alike in all of it, and none is hashed.
            facts.sort(key=_by_time_and_hash)
            break
        before = fact
    return facts


def _by_time(fact: Fact) -> tuple[Instant, Instant, EventId]:
    event = fact.event
    return event.occurred_at, event.recorded_at, event.event_id


def _by_time_and_hash(fact: Fact) -> tuple[Instant, Instant, EventId, PayloadHash]:
    return *_by_time(fact), fact.hash


def _settled(finding: Finding) -> Finding:
    """Over a whole history nothing is revised and nothing is late."""
    status = finding.status
    if finding.revision == 1 and not finding.late_detected and status is _OPEN:
        return finding
    settled = _REMEDIATED if status is _REMEDIATED else _OPEN
    return msgspec.structs.replace(finding, revision=1, status=settled, late_detected=False)
