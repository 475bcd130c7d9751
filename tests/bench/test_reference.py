"""The plain count is right, and does not depend on what a peer may read first."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import msgspec
import pytest

from bench.found import difference
from bench.reference import Reference
from bench.stream import GRANT, REFUSAL, SHARE, UNCOVERED, make
from streams.core.events import Event
from streams.wire.encode import event_to_avro

AT = 1_780_000_000_000


def event(number: int, fields: dict[str, Any], **other: Any) -> bytes:
    given: dict[str, Any] = {
        "event_id": f"e{number}", "controller_id": "C", "subject_id": "s1",
        "occurred_at": AT + number, "recorded_at": AT + number, **fields, **other,
    }  # fmt: skip
    return event_to_avro(msgspec.convert(given, Event))


@pytest.mark.parametrize(
    ("events", "uncovered"),
    [
        ([(1, SHARE, {})], {"e1"}),
        ([(1, GRANT, {}), (2, SHARE, {})], set()),
        ([(1, GRANT, {}), (2, REFUSAL, {}), (3, SHARE, {})], {"e3"}),
        ([(1, REFUSAL, {}), (2, GRANT, {}), (3, SHARE, {})], set()),
        # The latest is the one that was said last, not the one that is read last.
        ([(2, REFUSAL, {}), (1, GRANT, {}), (3, SHARE, {})], {"e3"}),
        ([(1, GRANT, {}), (2, SHARE, {"recipient_id": "OTHER"})], {"e2"}),
        ([(1, GRANT, {}), (2, SHARE, {"purpose": "AD_AUDIENCE_MATCHING"})], {"e2"}),
        ([(1, GRANT, {}), (2, SHARE, {"subject_id": "s2"})], {"e2"}),
    ],
)
def test_a_share_is_covered_by_the_latest_that_was_said(
    events: list[tuple[int, dict[str, Any], dict[str, Any]]], uncovered: set[str]
) -> None:
    reference = Reference()
    for number, fields, other in events:
        reference.look(event(number, fields, **other))
    assert reference.uncovered == uncovered


def test_the_second_stage_may_be_read_in_any_order() -> None:
    made = list(make(4_000, 400))
    first, second = made[:800], made[800:]
    orders = [list(second) for _ in range(3)]
    random.Random(1).shuffle(orders[1])
    orders[2].sort(key=lambda one: (one.kind, one.at))
    counts = []
    for order in orders:
        reference = Reference()
        for one in (*first, *order):
            reference.look(one.value)
        counts.append(frozenset(reference.uncovered))
    assert len(set(counts)) == 1
    shares = sum(one.kind == "data-share" and one.subject % UNCOVERED == 0 for one in second)
    assert len(counts[0]) == shares > 30


def test_the_first_stage_matters() -> None:
    made = list(make(4_000, 400))
    reference = Reference()
    for one in made[800:]:
        reference.look(one.value)
    assert len(reference.uncovered) > 500


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"e1": 1, "e2": 2}, None),
        ({"e1": 1}, "1 are missing, 0 are none"),
        ({"e1": 1, "e2": 1, "e3": 1}, "0 are missing, 1 are none"),
        # The right number is not enough.
        ({"e1": 1, "e3": 1}, "1 are missing, 1 are none"),
        ({}, "2 are missing"),
    ],
)
def test_who_reports_other_shares_is_noticed(found: dict[str, int], said: str | None) -> None:
    problem = difference(Counter(found), frozenset({"e1", "e2"}))
    assert problem is None if said is None else said in str(problem)
