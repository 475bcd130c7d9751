"""Judge all facts of one subject, and keep what stands of it at the end."""

from __future__ import annotations

from typing import Final

import msgspec
from mypy_extensions import i64

from streams.core.decision import Decision
from streams.core.event_kinds import is_consent_change
from streams.core.events import Event
from streams.core.findings import Duty, Finding
from streams.core.identifiers import ControllerId, EventId, PayloadHash, SubjectId, ViolationId
from streams.core.instants import EARLIEST, Instant
from streams.core.judge import judge, judge_deadlines
from streams.core.left_out import left_out, misspelt, recipient_of
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.refusals import refuse
from streams.core.rules.assess import not_assessed
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

_NO_NOTES: Final[list[str]] = []


Assumed = tuple[str, str, str, bool]
"""The parts of a `streams.core.assumptions.Assumption`, in their order: cheaper to look up."""


class JudgedSubject:
    """The net result for one subject.

    `duplicates` counts events met more than once, `not_assessed` those from before the GDPR
    or `assess_from` (`core.state.Outcome`).
    """

    __slots__ = ("duplicates", "duties", "findings", "not_assessed", "subject")

    def __init__(
        self,
        subject: Subject,
        findings: tuple[Finding, ...],
        duties: tuple[Duty, ...],
        duplicates: int,
        not_assessed: int,
    ) -> None:
        self.subject = subject
        self.findings = findings
        self.duties = duties
        self.duplicates = duplicates
        self.not_assessed = not_assessed


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
        return JudgedSubject(
            subject,
            tuple([_settled(f) for f in self._findings.values() if f.status is not _RETRACTED]),
            tuple([d for d in self._duties.values() if d.status is not _DUTY_RETRACTED]),
            self._duplicates,
            self._not_assessed,
        )


def in_time(facts: list[Fact]) -> list[Fact]:
    """The same by time, then by what does not depend on where they stood."""
    before: i64 = EARLIEST - 1
    for fact in facts:
        at: i64 = fact.event.occurred_at
        if at <= before:
            # As a rule they come in their order, and none are at the same time.
            return _in_time_by_all(facts)
        before = at
    return facts


def _in_time_by_all(facts: list[Fact]) -> list[Fact]:
    facts.sort(key=_by_time)
    before: Event | None = None
    for fact in facts:
        event = fact.event
        if (
            before is not None
            and before.event_id == event.event_id
            and before.occurred_at == event.occurred_at
            and before.recorded_at == event.recorded_at
        ):
            # As a rule none are alike in all of it, and none is hashed.
            facts.sort(key=_by_time_and_hash)
            break
        before = event
    return facts


def _by_time(fact: Fact) -> tuple[Instant, Instant, EventId]:
    event = fact.event
    return event.occurred_at, event.recorded_at, event.event_id


def _by_time_and_hash(fact: Fact) -> tuple[Instant, Instant, EventId, PayloadHash]:
    return *_by_time(fact), fact.hash


def count_assumed(event: Event, policy: Policy, counts: dict[Assumed, int]) -> None:
    """Count the assumptions that were made of an event that stands at the end.

    As `streams.core.assumptions.assumptions`; as a rule there are none.
    """
    fields, notes = left_out(event, policy), _NO_NOTES
    if is_consent_change(event) and (event.via is not None or event.actor is not None):
        notes = misspelt(event)
    if not (fields or notes) or not_assessed(event, policy):
        return
    source, recipient = event.source_system or "", recipient_of(event) or ""
    for field in fields:
        key = field, source, recipient, False
        counts[key] = counts.get(key, 0) + 1
    for field in notes:
        key = field, source, recipient, True
        counts[key] = counts.get(key, 0) + 1


def _settled(finding: Finding) -> Finding:
    """Over a whole history nothing is revised and nothing is late."""
    status = finding.status
    if finding.revision == 1 and not finding.late_detected and status is _OPEN:
        return finding
    settled = _REMEDIATED if status is _REMEDIATED else _OPEN
    return msgspec.structs.replace(finding, revision=1, status=settled, late_detected=False)
