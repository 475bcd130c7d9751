"""The short form: every strike at least once, and all that must stop a worker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conductor import Run
from tests.faults.finales import FINALES
from tests.faults.plan import Plan
from tests.faults.strikes import STRIKES

QUICK: dict[str, Any] = {"transaction_timeout_s": 6.0, "transaction_max_records": 50}

FIRST = (
    "worker dies between two steps",
    "worker killed",
    "connections cut",
    "policy changed",
    "producer aborts",
    "broker killed",
    "two with one instance id",
    "worker frozen beyond its session",
    "output refuses writes",
    "clock of a worker jumps",
    "network slow",
)
SECOND = (
    "worker frozen within a transaction",
    "worker dies in a rebalance",
    "producer hangs",
    "worker stopped",
    "connections half-open",
    "coordinator refuses writes",
    "rebalance storm",
    "quota used up",
    "connections refused",
    "broker restarted",
)
ON_DISK = QUICK | {"store": "rocksdb", "store_write_buffer_bytes": 1 << 20}
PLANS = (
    Plan(seed=1, subjects=500, seconds=22, deck=FIRST, workers=2, lasting=True, settings=ON_DISK),
    Plan(seed=2, subjects=500, seconds=22, deck=SECOND, workers=2, lasting=False, settings=QUICK),
)


def test_the_short_form_leaves_no_strike_out() -> None:
    assert {*FIRST, *SECOND} == {name for name, one in STRIKES.items() if one.weight}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("plan", PLANS, ids=["lasting", "passing"])
def test_nothing_is_lost_or_twice_or_wrong(cluster: Cluster, plan: Plan) -> None:
    result = Run(cluster, plan).play()
    assert result.clean, result.report
    assert result.struck.keys() == set(plan.deck)
    assert result.records >= 500 * 8


def test_a_worker_stops_rather_than_judge_on_less(cluster: Cluster) -> None:
    plan = Plan(seed=3, subjects=50, seconds=1, deck=(), workers=1, lasting=True, settings=QUICK)
    run = Run(cluster, plan)
    result = run.play()
    assert result.clean, result.report
    for finale in FINALES.values():
        finale(run.bus, cluster)
