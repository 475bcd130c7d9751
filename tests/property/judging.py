"""Facts judged one after the other, and what a reader of the topics holds of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from streams.core.decision import Decision
from streams.core.findings import Duty, Finding
from streams.core.identifiers import EventKey
from streams.core.instants import EARLIEST, Instant, hours
from streams.core.judge import judge, judge_again, judge_deadlines, left_by
from streams.core.policy import Policy, fixed_policy
from streams.core.refusals import refuse
from streams.core.state import EventRow, Fact, Refusal, RefusalRow
from streams.core.subject import Subject
from streams.core.vocabulary import Code, DutyStatus, Finality, Status
from tests.property.drawn_events import CONTROLLER, SUBJECT

TERM = hours(40)
"""P15, short beside the 120 hours of a history, so that labels come in between."""
POLICY = fixed_policy(similar_products=(("COFFEE", "TEA"),), final_after=TERM)
ARRIVAL = {"detected_at", "revision", "status", "finality", "late_detected"}
"""Fields that show how a finding came about; the promise sets them aside."""
LABEL = {"detected_at", "revision", "finality"}
"""Fields that a finding is published again with when its term has passed."""


def never() -> bool:
    """A worker that does not end."""
    return False


class Run:
    """Judge facts one after the other and keep what a reader of the topics would hold."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.subject = Subject(CONTROLLER, SUBJECT)
        self.findings: dict[str, Finding] = {}
        self.duties: dict[str, Duty] = {}
        self.rows: dict[tuple[str, str], EventRow] = {}
        self.refused: dict[tuple[str, str], RefusalRow] = {}
        self.term_ends: dict[str, Instant] = {}
        """When a finding becomes FINAL: P15 after it was first published."""

    def take(
        self,
        facts: list[Fact],
        clock: Instant | None = None,
        *,
        piece: int | None = None,
        ends: Callable[[], bool] = never,
    ) -> Run:
        """Judge facts; where one can change more than `piece` events, that many at a time.

        `ends` says whether the worker ends and starts again before the next piece.
        """
        for fact in facts:
            decision = judge(self.subject, fact, self.policy, clock, piece)
            self._keep(decision, clock)
            if decision.left:
                self._go_on(fact, list(decision.left), clock, piece, ends)
        return self

    def _go_on(
        self,
        fact: Fact,
        left: list[EventKey],
        clock: Instant | None,
        piece: int | None,
        ends: Callable[[], bool],
    ) -> None:
        """What is left after a restart is what was left before it.

        Where ids are contested, either may look at a few more: an index remembers what a payload
        brought that no longer counts. As a worker does, it goes on with what is found then.
        """
        after = EARLIEST, EventKey("")
        while left:
            if ends():
                before, contested = left, self._contested()
                left = left_by(self.restart().subject, fact, self.policy, after)
                assert left == before or contested
            if not left:
                return
            some, left = left[:piece], left[piece:]
            self._keep(judge_again(self.subject, fact, some, self.policy, clock), clock)
            after = self.subject.records[some[-1]].event.occurred_at, some[-1]

    def _contested(self) -> bool:
        return any(record.conflicting for record in self.subject.records.values())

    def refuse(self, refusal: Refusal, clock: Instant | None = None) -> Run:
        """Take in a record that was refused under the id of an event."""
        self._keep(refuse(self.subject, refusal, self.policy, clock), clock)
        return self

    def tick(self, clock: Instant | None) -> Run:
        if clock is not None:
            self._keep(judge_deadlines(self.subject, clock, self.policy), clock)
        return self

    def restart(self) -> Run:
        """Forget the subject and rebuild it from the stored rows alone."""
        rows = [msgspec.convert(msgspec.to_builtins(r), EventRow) for r in self.rows.values()]
        self.subject = Subject.from_rows(CONTROLLER, SUBJECT, [*self.refused.values(), *rows])
        return self

    def _keep(self, decision: Decision, clock: Instant | None) -> None:
        for row in decision.rows:
            self.rows[row.fact.event.event_id, row.fact.hash] = row
        for refused in decision.refusals:
            self.refused[refused.event_type, refused.event_id] = refused
        for finding in decision.findings:
            held = self.findings.get(finding.violation_id)
            if held is None:
                assert (finding.revision, finding.finality) == (1, Finality.PROVISIONAL)
                published_at = max(
                    finding.detected_at, finding.detected_at if clock is None else clock
                )
                self.term_ends[finding.violation_id] = Instant(published_at + TERM)
            else:
                assert finding.revision == held.revision + 1
                # What is said of a record that was refused is never final.
                assert (finding.finality is Finality.FINAL) == (
                    finding.code != Code.UNPROCESSABLE_EVENT
                    and clock is not None
                    and clock > self.term_ends[finding.violation_id]
                )
                labelled = finding.finality is not held.finality
                contested = any(
                    record.conflicting
                    for record in self.subject.records.values()
                    if record.event.event_id == finding.event_id
                )
                assert labelled or contested or _without(finding, LABEL) != _without(held, LABEL)
            self.findings[finding.violation_id] = finding
        for duty in decision.duties:
            known = self.duties.get(duty.duty_id)
            assert known is None or duty.revision == known.revision + 1
            self.duties[duty.duty_id] = duty

    def net(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Open findings and raised duties without what shows their arrival."""
        open_findings = {
            key: _without(finding, ARRIVAL) | {"remediated": finding.status is Status.REMEDIATED}
            for key, finding in self.findings.items()
            if finding.status is not Status.RETRACTED
        }
        raised = {
            key: _without(duty, {"detected_at", "revision"})
            for key, duty in self.duties.items()
            if duty.status is not DutyStatus.RETRACTED
        }
        return open_findings, raised


def _without(value: Any, fields: set[str]) -> dict[str, Any]:
    return {k: v for k, v in msgspec.structs.asdict(value).items() if k not in fields}
