"""Stock Faust loses by faults at exact places, every time; our worker does not.

The rest of the control depends on the moment: `make faults-control`, docs/faults-control.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.control.exact import A_RULE_RAISES, FAULTS, SLOW_THEN_KILLED, Fault, Outcome, outcome
from tests.control.runs import STOCK
from tests.faults.runtime import CONSENTRY
from tests.kafka.harness import Bus


@pytest.fixture
def bus(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=1) as one:
        yield one


def test_stock_faust_passes_over_what_a_rule_raised_on(bus: Bus) -> None:
    """The first hole: an exception in an agent acknowledges the event."""
    assert outcome(bus, STOCK, A_RULE_RAISES) == Outcome(events=1, findings=1)


def test_stock_faust_commits_what_it_has_not_stored(bus: Bus) -> None:
    """The third hole: a flush that sees no progress for 0.1 s takes that for the end."""
    assert outcome(bus, STOCK, SLOW_THEN_KILLED).events > 10


@pytest.mark.parametrize("fault", FAULTS, ids=["rule", "slow"])
def test_our_worker_loses_nothing_by_either(bus: Bus, fault: Fault) -> None:
    assert outcome(bus, CONSENTRY, fault) == Outcome(events=0, findings=0)
