"""The promise: the net findings are those of the set of facts, however they arrived."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.instants import Instant
from streams.core.rules.assess import assess
from streams.core.state import Fact
from streams.core.subject import Subject
from streams.core.vocabulary import DutyStatus, Finality, Status
from tests.property.drawn_events import CONTROLLER, HOUR, START, SUBJECT
from tests.property.histories import few, histories
from tests.property.judging import POLICY, Run

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

pieces = st.sampled_from([None, 1, 2, 5])
"""How many events are judged again at a time, None for all."""


clocks = st.one_of(st.none(), st.integers(0, 300).map(lambda h: Instant(START + h * HOUR)))


LESS = 3 if os.environ.get("CONSENTRY_PURE") else 1
"""`make test-pure` runs the same law once more, as Python; a third of the examples does."""


def in_legal_order(facts: list[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda f: (f.event.occurred_at, f.event.event_id, f.hash))


def sometimes(random: Random) -> Callable[[], bool]:
    """A worker that ends before a third of the pieces."""
    return lambda: random.random() < 0.3


either = st.one_of(histories(), few(16))


@given(either, st.randoms(use_true_random=False), clocks, pieces)
@settings(max_examples=275 // LESS, deadline=None)
def test_any_order_and_duplication_gives_the_batch_result(
    facts: list[Fact], random: Random, clock: Instant | None, piece: int | None
) -> None:
    batch = Run().take(in_legal_order(facts)).tick(clock)
    shuffled = facts + random.choices(facts, k=len(facts) // 2)
    random.shuffle(shuffled)
    run = Run().take(shuffled, piece=piece, ends=sometimes(random))
    assert run.tick(clock).net() == batch.net()


@given(either, st.randoms(use_true_random=False), st.lists(clocks, max_size=4), clocks, pieces)
@settings(max_examples=250 // LESS, deadline=None)
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
@settings(max_examples=300 // LESS, deadline=None)
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
