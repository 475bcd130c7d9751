"""The promise: the net findings are those of the set of facts, however they arrived."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.findings import Duty, Finding
from streams.core.identifiers import EventKey
from streams.core.instants import EARLIEST, Instant, hours
from streams.core.judge import judge, judge_again, judge_deadlines, left_by
from streams.core.policy import Policy, fixed_policy
from streams.core.rules.assess import assess
from streams.core.state import Decision, EventRow, Fact
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Finality, Status
from tests.property.drawn_events import CONTROLLER, HOUR, START, SUBJECT
from tests.property.histories import few, histories

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

TERM = hours(40)
"""P15, short beside the 120 hours of a history, so that labels come in between."""
POLICY = fixed_policy(similar_products=(("COFFEE", "TEA"),), final_after=TERM)
ARRIVAL = {"detected_at", "revision", "status", "finality", "late_detected"}
"""Fields that show how a finding came about; the promise sets them aside."""
LABEL = {"detected_at", "revision", "finality"}
"""Fields that a finding is published again with when its term has passed."""

pieces = st.sampled_from([None, 1, 2, 5])
"""How many events are judged again at a time, None for all."""


def never() -> bool:
    """A worker that does not end."""
    return False


clocks = st.one_of(st.none(), st.integers(0, 300).map(lambda h: Instant(START + h * HOUR)))


class Run:
    """Judge facts one after the other and keep what a reader of the topics would hold."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.subject = Subject(CONTROLLER, SUBJECT)
        self.findings: dict[str, Finding] = {}
        self.duties: dict[str, Duty] = {}
        self.rows: dict[tuple[str, str], EventRow] = {}
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
        """What is left after a restart is what was left before it."""
        after = EARLIEST, EventKey("")
        while left:
            if ends():
                self.restart()
                assert left_by(self.subject, fact, self.policy, after) == left
            some, left = left[:piece], left[piece:]
            self._keep(judge_again(self.subject, fact, some, self.policy, clock), clock)
            after = self.subject.records[some[-1]].event.occurred_at, some[-1]

    def tick(self, clock: Instant | None) -> Run:
        if clock is not None:
            self._keep(judge_deadlines(self.subject, clock, self.policy), clock)
        return self

    def restart(self) -> Run:
        """Forget the subject and rebuild it from the stored rows alone."""
        rows = [msgspec.convert(msgspec.to_builtins(r), EventRow) for r in self.rows.values()]
        self.subject = Subject.from_rows(CONTROLLER, SUBJECT, rows)
        return self

    def _keep(self, decision: Decision, clock: Instant | None) -> None:
        for row in decision.rows:
            self.rows[row.fact.event.event_id, row.fact.payload_hash] = row
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
                assert (finding.finality is Finality.FINAL) == (
                    clock is not None and clock > self.term_ends[finding.violation_id]
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


def in_legal_order(facts: list[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda f: (f.event.occurred_at, f.event.event_id, f.payload_hash))


def sometimes(random: Random) -> Callable[[], bool]:
    """A worker that ends before a third of the pieces."""
    return lambda: random.random() < 0.3


either = st.one_of(histories(), few(16))


@given(either, st.randoms(use_true_random=False), clocks, pieces)
@settings(max_examples=275, deadline=None)
def test_any_order_and_duplication_gives_the_batch_result(
    facts: list[Fact], random: Random, clock: Instant | None, piece: int | None
) -> None:
    batch = Run().take(in_legal_order(facts)).tick(clock)
    shuffled = facts + random.choices(facts, k=len(facts) // 2)
    random.shuffle(shuffled)
    run = Run().take(shuffled, piece=piece, ends=sometimes(random))
    assert run.tick(clock).net() == batch.net()


@given(either, st.randoms(use_true_random=False), st.lists(clocks, max_size=4), clocks, pieces)
@settings(max_examples=250, deadline=None)
def test_ticks_and_restarts_anywhere_change_nothing(
    facts: list[Fact],
    random: Random,
    ticks: list[Instant | None],
    clock: Instant | None,
    piece: int | None,
) -> None:
    final = max([c for c in [*ticks, clock] if c is not None], default=None)
    batch = Run().take(in_legal_order(facts)).tick(final)
    shuffled = list(facts)
    random.shuffle(shuffled)
    run, passed = Run(), None
    upcoming = sorted(c for c in ticks if c is not None)
    for fact in shuffled:
        run.take([fact], passed, piece=piece, ends=sometimes(random))
        if random.random() < 0.3:
            run.restart()
        if upcoming and random.random() < 0.3:
            passed = upcoming.pop(0)
            run.tick(passed)
    for later in [*upcoming, final]:
        run.tick(later)
    assert run.net() == batch.net()
    for address, finding in run.findings.items():
        over = final is not None and final > run.term_ends[address]
        if finding.status is not Status.RETRACTED:
            assert (finding.finality is Finality.FINAL) == over


@given(st.one_of(histories(20), few(20)), st.randoms(use_true_random=False), clocks, pieces)
@settings(max_examples=300, deadline=None)
def test_what_was_said_is_what_a_fresh_look_says(
    facts: list[Fact], random: Random, clock: Instant | None, piece: int | None
) -> None:
    """Judging again only what a fact can change misses nothing."""
    run = Run().take(facts, clock, piece=piece, ends=sometimes(random))
    fresh = Subject.from_rows(CONTROLLER, SUBJECT, run.rows.values())
    for event_id, record in fresh.records.items():
        found = assess(fresh, record, POLICY, clock)
        said = {
            slot: s.verdict
            for slot, s in run.subject.records[event_id].row.published.items()
            if s.status is not Status.RETRACTED
        }
        assert said == found.verdicts
        published = {
            r: d.duty
            for r, d in run.subject.records[event_id].row.duties.items()
            if d.duty.status is not DutyStatus.RETRACTED
        }
        assert published == found.duties


@given(either)
@settings(max_examples=100, deadline=None)
def test_rows_fold_into_the_same_subject(facts: list[Fact]) -> None:
    run = Run().take(facts)
    again = Subject.from_rows(CONTROLLER, SUBJECT, run.rows.values())
    assert {e: r.row for e, r in again.records.items()} == {
        e: r.row for e, r in run.subject.records.items()
    }
    assert again.deadlines._current == run.subject.deadlines._current
    assert again.next_deadline == run.subject.next_deadline
    assert again.unrecorded == run.subject.unrecorded
    assert list(again.signals) == list(run.subject.signals)
    assert [g.event for g in again.grants] == [g.event for g in run.subject.grants]
