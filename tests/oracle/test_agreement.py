"""Two readings of the legal model, written apart, come to the same results."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.instants import Instant, format_instant
from streams.core.state import Fact
from streams.wire.decode import Decoded
from tests.oracle.evaluator import evaluate
from tests.oracle.facts import Event
from tests.oracle.histories import Teller
from tests.oracle.policies import ALTERNATIVES
from tests.oracle.product import conclude, core_policy, plain, read
from tests.property.drawn_events import HOUR, START
from tests.property.histories import histories

DEFAULT = core_policy({})
STATED = {"event_id", "event_type", "controller_id", "subject_id", "occurred_at", "action"}

clocks = st.one_of(st.none(), st.integers(0, 300).map(lambda h: Instant(START + h * HOUR)))


@given(histories(), clocks)
@settings(max_examples=200, deadline=None)
def test_on_histories_dense_in_coincidences(facts: list[Fact], clock: Instant | None) -> None:
    events = [plain(fact.event) for fact in facts]
    until = None if clock is None else format_instant(clock)
    assert conclude(events, DEFAULT, until) == evaluate(events, {}, until)


def test_on_histories_like_the_conformance_cases() -> None:
    for seed in range(800):
        events, clock = Teller(seed).history()
        assert conclude(events, DEFAULT, clock) == evaluate(events, {}, clock), seed


@pytest.mark.parametrize("policy", ALTERNATIVES, ids="-".join)
def test_under_every_other_setting(policy: dict[str, Any]) -> None:
    core = core_policy(policy)
    changed = 0
    for seed in range(2000):
        events, clock = Teller(seed).history()
        expected = evaluate(events, policy, clock)
        different = expected != evaluate(events, {}, clock)
        changed += different
        if seed < 100 or different:
            assert conclude(events, core, clock) == expected, seed
        # P1 changes a severity only; every other setting must have made a difference.
        if seed >= 100 and (changed or "legitimate_interest_mode" in policy):
            return
    raise AssertionError("no history in which the setting makes a difference")


def test_on_events_that_state_little() -> None:
    for seed in range(400):
        random = Random(seed)
        events, clock = Teller(seed).history()
        events = [thinned(event, random) for event in events]
        assert conclude(events, DEFAULT, clock) == evaluate(events, {}, clock), seed


def thinned(event: Event, random: Random) -> Event:
    """The event without some of its fields, as far as it stays an event."""
    for field in event:
        if field not in STATED and random.random() < 0.08:
            less = event | {field: None}
            if isinstance(read(less), Decoded):
                event = less
    return event
