"""A fault by which stock Faust loses every time, whatever the moment.

Our worker meets the same in tests/kafka/test_faults.py. The rest of the control depends on
the moment: `make faults-control`, docs/faults-control.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kafka.errors import KafkaError

from tests.control.runs import STOCK
from tests.kafka.harness import Bus, until
from tests.kafka.stories import START, expected, stories

EVENTS = stories(6)
LOST = "3-fine"

A_RULE_RAISES = f"""
from streams.agents import judging
judge = judging.judge
def broken(subject, fact, policy, clock):
    if fact.event.event_id == {LOST!r}:
        raise ValueError
    return judge(subject, fact, policy, clock)
judging.judge = broken
"""


@pytest.fixture
def bus(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=1) as one:
        yield one


def judged(bus: Bus, fault: str) -> None:
    """A worker with a fault, for as long as it gets on; then a sound one to the end."""

    def over() -> bool | None:
        return True if faulty.process.poll() is not None or lag(bus) == 0 else None

    bus.send(*bus.events(EVENTS))
    with bus.start(fault=fault, program=STOCK.program) as faulty:
        until(over, "the fault strikes", 60)
    with bus.start(program=STOCK.program) as sound:
        until(lambda: lag(bus) == 0 or None, "all is committed", 60, sound)


def lag(bus: Bus) -> int | None:
    """Records that are not committed; None while the broker sets up its first group."""
    try:
        return bus.lag()
    except KafkaError:
        return None


def lost(bus: Bus) -> set[str]:
    """Events of which a finding is missing."""
    there = {finding.violation_id for finding in bus.findings()}
    return {event_id for event_id, _, name in expected(EVENTS, START) if name not in there}


def test_stock_faust_passes_over_what_a_rule_raised_on(bus: Bus) -> None:
    """The first hole: an exception in an agent acknowledges the event."""
    judged(bus, A_RULE_RAISES)
    assert lost(bus) == {LOST}
