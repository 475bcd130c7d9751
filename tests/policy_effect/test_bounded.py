"""A trial takes the memory of one person, however many there are; the rest is on disk."""

from __future__ import annotations

import tracemalloc

import pytest

from streams.core.policy import default_policy, fixed_policy
from streams.policy_effect import try_on_state
from streams.policy_effect.effect import ChangeKind
from tests.core.builders import grant, share
from tests.policy_effect.stored_bus import SETTINGS, StoredBus, stored_rows

UNNAMED = fixed_policy(named_recipient_required=False)


def peak_of(bus: StoredBus, persons: int) -> int:
    """The most that Python held while so many were judged, in bytes."""
    bus.logs = {0: [], 1: []}
    bus.at_once = 20
    events = [
        event
        for number in range(persons)
        for event in (
            grant(0, subject_id=f"s-{number}", recipient_ids=[], recipient_categories=["FOOD"]),
            share(1, id=f"e-{number}", subject_id=f"s-{number}", recipient_category="FOOD"),
        )
    ]
    bus.put(0, stored_rows(events, default_policy()))
    tracemalloc.start()
    try:
        effect = try_on_state(SETTINGS, UNNAMED)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert effect.totals == {ChangeKind.GONE: persons}
    return peak


def test_ten_times_as_many_persons_take_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = StoredBus(monkeypatch)
    peak_of(bus, 10)  # what is made once
    few, many = peak_of(bus, 60), peak_of(bus, 600)
    assert many < 1.5 * few
