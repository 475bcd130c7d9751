"""Judging all at once gives what judging one after the other gives."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.check.engine import judge_subject
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant, hours
from streams.core.policy import fixed_policy
from streams.core.state import EventRow, Fact
from streams.verify.batch import evaluate
from tests.property.drawn_events import CONTROLLER, HOUR, START, SUBJECT
from tests.property.histories import histories

POLICY = fixed_policy(similar_products=(("COFFEE", "TEA"),), final_after=hours(40))
OF_ARRIVAL = ("detected_at", "revision", "finality", "late_detected")

clocks = st.one_of(st.none(), st.integers(0, 300).map(lambda h: Instant(START + h * HOUR)))


def by_id(ones: Any) -> dict[str, dict[str, Any]]:
    found = {}
    for one in ones:
        assert isinstance(one, Finding | Duty)
        fields = msgspec.structs.asdict(one)
        kept = {name: value for name, value in fields.items() if name not in OF_ARRIVAL}
        found[kept.get("violation_id") or kept["duty_id"]] = kept
    assert len(found) == len(ones)
    return found


@given(histories(), clocks)
@settings(max_examples=200, deadline=None)
def test_it_is_the_same_as_one_after_the_other(facts: list[Fact], clock: Instant | None) -> None:
    different = {(fact.event.event_id, fact.hash): fact for fact in facts}
    step_by_step = judge_subject(CONTROLLER, SUBJECT, facts, POLICY, clock)
    rows = [EventRow(fact=fact, policy_digest="") for fact in different.values()]
    at_once = evaluate(CONTROLLER, SUBJECT, rows, POLICY, clock)
    assert by_id(at_once.findings) == by_id(step_by_step.findings)
    assert by_id(at_once.duties) == by_id(step_by_step.duties)
