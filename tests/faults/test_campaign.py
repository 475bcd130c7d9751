"""The short form: every strike at least once, and all that must stop a worker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conductor import Run
from tests.faults.finales import FINALES, emptied
from tests.faults.growth import grown
from tests.faults.plan import Plan, drawn
from tests.faults.strikes import STRIKES
from tests.faults.strikes.commands import ERASE, REBUILD
from tests.faults.strikes.exports import EXPORT
from tests.faults.strikes.foreign import ENDED
from tests.faults.strikes.restrictions import RESTRICTED

QUICK: dict[str, Any] = {"transaction_timeout_s": 6.0, "transaction_max_records": 50}

FIRST = (
    "worker dies between two steps",
    "worker killed",
    "connections cut",
    "policy changed",
    "person erased",
    "producer aborts",
    "broker killed",
    "two with one instance id",
    "outputs rebuilt",
    "processing restricted",
    "worker frozen beyond its session",
    "output refuses writes",
    "restriction lifted",
    "clock of a worker jumps",
    "network slow",
)
SECOND = (
    "worker frozen within a transaction",
    "worker dies in a rebalance",
    "producer hangs",
    "worker stopped",
    "connections half-open",
    "facts exported",
    "coordinator refuses writes",
    "person erased",
    "foreign findings ended",
    "rebalance storm",
    "quota used up",
    "connections refused",
    "outputs rebuilt",
    "broker restarted",
)
ON_DISK = QUICK | {"store": "rocksdb", "store_write_buffer_bytes": 1 << 20}
PLANS = (
    Plan(seed=1, subjects=500, seconds=22, deck=FIRST, workers=2, lasting=True, settings=ON_DISK),
    Plan(seed=2, subjects=500, seconds=22, deck=SECOND, workers=2, lasting=False, settings=QUICK),
)


def test_the_short_form_leaves_no_strike_out() -> None:
    assert {*FIRST, *SECOND} == {name for name, one in STRIKES.items() if one.weight}


def test_the_long_form_has_commands_in_every_run_and_exports_in_some() -> None:
    decks = [set(drawn(seed, 10, 60).deck) for seed in range(1, 17)]
    assert all({ERASE, REBUILD, RESTRICTED, ENDED} <= deck for deck in decks)
    assert 0 < sum(EXPORT in deck for deck in decks) < len(decks)


def played(cluster: Cluster, plan: Plan) -> Run:
    """A run that was clean, with all its strikes."""
    run = Run(cluster, plan)
    result = run.play()
    assert result.clean, result.report
    assert result.struck.keys() == set(plan.deck)
    assert result.records >= 500 * 8
    # They struck: something went, and something was published again.
    assert result.commands["erase done"] == plan.deck.count(ERASE) + 1  # one more at rest
    rebuilt = plan.partitions * plan.deck.count(REBUILD) + result.commands.get("retract done", 0)
    assert result.commands["rebuild done"] == rebuilt
    assert (result.commands.get("retract: retracted", 0) > 0) is (ENDED in plan.deck)
    assert (result.commands.get("restrict done", 0) > 0) is (RESTRICTED in plan.deck)
    assert result.commands["erase: facts"] > 0
    assert result.rebuilt > 0
    return run


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_twice_or_wrong_and_then_it_grows(cluster: Cluster) -> None:
    run = played(cluster, PLANS[0])
    emptied(run.bus, cluster)
    grown(run.bus, cluster)


@pytest.mark.timeout(400)
def test_a_worker_stops_rather_than_judge_on_less(cluster: Cluster) -> None:
    """After a run like that; a second installation begins with its export meanwhile."""
    run = played(cluster, PLANS[1])
    emptied(run.bus, cluster)
    for finale in FINALES.values():
        finale(run.bus, cluster)
