"""Nothing that a fact changes is left out of what is judged again, nor is much more in it.

What changes is found without any index: each event is assessed from the timelines alone,
before and after the fact.
"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core import judge as judging
from streams.core.affected import affected
from streams.core.event_kinds import event_key
from streams.core.identifiers import EventKey
from streams.core.instants import Instant, hours
from streams.core.policy import Policy, fixed_policy
from streams.core.rules.assess import Assessment, assess
from streams.core.state import EventRow, Fact
from streams.core.subject import Subject
from tests.property.drawn_events import CONTROLLER, SUBJECT
from tests.property.histories import REGISTERS, few, histories
from tests.property.judging import Run
from tests.property.taken_back import taken_back
from tests.property.test_convergence import clocks

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

POLICIES = [
    fixed_policy(similar_products=(("COFFEE", "TEA"),)),
    fixed_policy(withdrawal_grace=hours(7)),
    fixed_policy(grant_at_same_instant_valid=False, notify_deadline=hours(20)),
    fixed_policy(named_recipient_required=False, joint_controller_as_third_party=False),
    fixed_policy(phone_consent_needs_verified_number=True, refusal_blocks_soft_opt_in=False),
    fixed_policy(named_recipient_required=False, registers=REGISTERS),
    fixed_policy(reversed_sale_supports_soft_opt_in=True, soft_opt_in_max_age=hours(30)),
]


def assessed(
    rows: list[EventRow], policy: Policy, clock: Instant | None
) -> dict[EventKey, Assessment]:
    """Every event as a subject without indexes sees it."""
    subject = Subject.from_rows(CONTROLLER, SUBJECT, rows)
    return {
        event_id: assess(subject, record, policy, clock)
        for event_id, record in subject.records.items()
    }


def touched_by(subject: Subject, fact: Fact, policy: Policy) -> set[EventKey]:
    """What `judge` judges again for a fact that is not stored yet."""
    row = EventRow(fact=fact, policy_digest="")
    record = subject.records.get(event_key(fact.event))
    if record is None:
        subject.add(row)
        return affected(subject, fact.event, policy)
    return judging._contest(subject, record, row, policy)[0]


@given(
    facts=st.one_of(histories(14), few(24), taken_back(16)),
    policy=st.sampled_from(POLICIES),
    clock=clocks,
    indexed=st.booleans(),
    restarted=st.booleans(),
)
@settings(max_examples=250, deadline=None)
def test_what_a_fact_changes_is_judged_again(
    facts: list[Fact], policy: Policy, clock: Instant | None, *, indexed: bool, restarted: bool
) -> None:
    *before, new = facts
    run = Run(policy)
    if indexed:
        run.subject.arrange(policy, always=True)
    run.take(before, clock)
    if restarted:
        run.restart()
    held = run.subject.records.get(event_key(new.event))
    if held is not None and held.holds(new) is not None:
        return
    rows = list(run.rows.values())
    old = assessed(rows, policy, clock)
    touched = touched_by(run.subject, new, policy)
    fresh = assessed([*rows, EventRow(fact=new, policy_digest="")], policy, clock)
    changed = {event_id for event_id, found in fresh.items() if old.get(event_id) != found}
    assert changed - {event_key(new.event)} <= touched


@given(st.one_of(histories(16), few(30), taken_back(20)), st.sampled_from(POLICIES), clocks)
@settings(max_examples=125, deadline=None)
def test_indexes_change_no_verdict(
    facts: list[Fact], policy: Policy, clock: Instant | None
) -> None:
    plain, indexed = Run(policy), Run(policy)
    indexed.subject.arrange(policy, always=True)
    plain.take(facts, clock)
    indexed.take(facts, clock)
    assert indexed.net() == plain.net()
    rows = list(indexed.rows.values())
    subject = Subject.from_rows(CONTROLLER, SUBJECT, rows)
    subject.arrange(policy, always=True)
    found = {e: assess(subject, r, policy, clock) for e, r in subject.records.items()}
    assert found == assessed(rows, policy, clock)
    for event_id, record in indexed.subject.records.items():
        assert assess(indexed.subject, record, policy, clock) == found[event_id]


@given(few(20), st.data())
@settings(max_examples=150, deadline=None)
def test_rows_of_many_make_the_same_indexes(facts: list[Fact], data: st.DataObject) -> None:
    """In whatever order they come: what is looked up later does not depend on it."""
    policy = POLICIES[0]
    one, other = Run(policy), Run(policy)
    for run in (one, other):
        run.subject.arrange(policy, always=True)
    one.take(facts)
    other.take(data.draw(st.permutations(facts)))
    assert one.net() == other.net()
    assert msgspec.to_builtins(one.net()[1]) == msgspec.to_builtins(other.net()[1])
