"""The random histories hold what is hard: counted, over the same examples every time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy

from streams.core.event_kinds import event_key
from streams.core.judge import judge
from streams.core.policy import fixed_policy
from streams.core.state import Fact
from streams.core.subject import Subject
from tests.property.drawn_events import CONTROLLER, SUBJECT
from tests.property.histories import few, histories

pytestmark = pytest.mark.timeout(600)
"""Many examples, drawn and judged: on a busy machine more than the usual limit."""

EXAMPLES = 150


def share_of(strategy: SearchStrategy[list[Fact]]) -> dict[str, float]:
    """In which part of the histories each thing occurs."""
    seen: Counter[str] = Counter()

    @given(strategy)
    @settings(max_examples=EXAMPLES, derandomize=True, database=None, phases=[Phase.generate])
    def look(facts: list[Fact]) -> None:
        seen.update({"all"} | {name for name, occurs in THINGS.items() if occurs(facts)})

    look()
    return {name: seen[name] / seen["all"] for name in THINGS}


def _payloads(facts: list[Fact]) -> dict[str, set[str]]:
    payloads: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        payloads[event_key(fact.event)].add(fact.hash)
    return payloads


def conflicts(facts: list[Fact]) -> bool:
    """Payloads claim the same event."""
    return any(len(hashes) > 1 for hashes in _payloads(facts).values())


def conflicts_of_three(facts: list[Fact]) -> bool:
    """Three payloads claim the same event."""
    return any(len(hashes) > 2 for hashes in _payloads(facts).values())


def shares_ids(facts: list[Fact]) -> bool:
    """Events of different types have the same id."""
    return len(_payloads(facts)) > len({fact.event.event_id for fact in facts})


def _judged(facts: list[Fact]) -> tuple[bool, bool]:
    policy = fixed_policy()
    subject = Subject(CONTROLLER, SUBJECT)
    displaces = brings_much = False
    for fact in facts:
        held = subject.records.get(event_key(fact.event))
        before = None if held is None else held.event
        decision = judge(subject, fact, policy, None, 2)
        displaced = (
            before is not None and subject.records[event_key(fact.event)].event is fact.event
        )
        displaces |= displaced
        brings_much |= bool(decision.left)
    return displaces, brings_much


def displaces(facts: list[Fact]) -> bool:
    """A payload takes the place of one that was judged."""
    return _judged(facts)[0]


def brings_much(facts: list[Fact]) -> bool:
    """A fact changes more than two other events."""
    return _judged(facts)[1]


def mixes(facts: list[Fact]) -> bool:
    """At least four of the five types of events occur."""
    return len({type(fact.event) for fact in facts}) > 3


THINGS: dict[str, Callable[[list[Fact]], bool]] = {
    one.__name__: one
    for one in (conflicts, conflicts_of_three, shares_ids, displaces, brings_much, mixes)
}


LEAST = {
    "conflicts": 0.6,
    "conflicts_of_three": 0.2,
    "shares_ids": 0.3,
    "displaces": 0.4,
    "brings_much": 0.15,
    "mixes": 0.3,
}
"""In which part of the histories each must occur."""


@pytest.mark.parametrize("strategy", [histories(), few()], ids=["histories", "few"])
def test_what_is_hard_is_common(strategy: SearchStrategy[list[Fact]]) -> None:
    occurs = share_of(strategy)
    assert {name: part for name, part in occurs.items() if part < LEAST[name]} == {}
