"""`consentry partitions grow`: what it plans, asks, says and ends with."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.cli.main import main
from streams.control import in_force
from streams.errors import ConsentryError
from streams.operate.growing import grow, plan
from streams.operate.growing.grow import Grown
from streams.operate.growing.plan import GrowthPlan, _require_more, _target
from streams.operate.moving.writing import Imported
from streams.settings import Settings
from streams.topics.cluster import ClusterState, TopicState
from streams.verify import Verification
from streams.verify.result import Difference, DifferenceKind, PartitionCut

SETTINGS = Settings(partitions=3)
GROW = ["partitions", "grow", "--to", "8"]


def proof(facts: int, *differences: Difference) -> Verification:
    found = Verification(limit=5, with_inputs=True)
    found.add(differences)
    cut = {"partition": 0, "sequence": 0, "partition_time": None, "left_before": None}
    cut |= {"arrived_before": None, "subjects_left": 0, "subjects": 1, "findings": 0, "duties": 0}
    found.cuts.append(PartitionCut(**cast("Any", cut), facts=facts))
    return found


class Cluster:
    """What the command would find and do."""

    def __init__(self) -> None:
        self.workers: tuple[str, ...] = ()
        self.proof: Verification | None = proof(60)
        self.grown = 0

    def plan_growth(self, settings: Settings, to: int, **names: str | None) -> GrowthPlan:
        return GrowthPlan(
            settings=settings,
            target=_target(settings, to, names["violations"], names["duties"]),
            before=3,
            raised={"data-share": 3},
            begun=False,
            created=("consentry.violations-2",),
            workers=self.workers,
            sinks=("consentry-delivery-siem",),
        )

    def running(self, *_: Settings) -> list[str]:
        return list(self.workers)

    def grow(self, _plan: GrowthPlan, _policy: object, step: Any) -> Grown:
        step("reading the facts")(1, 2)
        self.grown += 1
        return Grown(60, Imported(40, 62, 0, 8, True), 1, 2, self.proof)  # noqa: FBT003 - as named


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    one = Cluster()
    monkeypatch.setattr(plan, "plan_growth", one.plan_growth)
    monkeypatch.setattr(plan, "_workers", one.running)
    monkeypatch.setattr(grow, "grow", one.grow)
    monkeypatch.setattr(in_force, "policy_now", lambda _: SimpleNamespace(policy=None))
    return one


def test_a_plan_is_shown_and_nothing_is_done(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.workers = ("w1",)
    assert main([*GROW, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "stop first: w1" in shown
    assert "data-share: 3 -> 8 partitions" in shown
    assert "consentry.violations-2: created" in shown
    assert cluster.grown == 0


def test_nothing_is_done_while_workers_run_or_without_a_yes(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(GROW) == 2
    assert "Repeat it with --yes" in capsys.readouterr().err
    cluster.workers = ("w1", "w2")
    assert main([*GROW, "--yes"]) == 2
    assert "workers run: w1, w2" in capsys.readouterr().err
    assert cluster.grown == 0


def test_what_remains_to_do_is_said(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GROW, "--yes"]) == 0
    shown = capsys.readouterr().out
    assert "60 facts are there (40 of 62 rows written in this run)" in shown
    assert "Verified" in shown
    for line in ("partitions = 8", "generation = 2", 'topic_duties = "consentry.duties-2"'):
        assert line in shown
    assert "--delete --group consentry-delivery-siem" in shown
    assert main([*GROW, "--yes", "--json", "--violations", "findings"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["verified"], done["settings"]["topic_violations"]) == (True, "findings")


@pytest.mark.parametrize(
    "proved",
    [
        proof(59),
        proof(60, Difference(kind=DifferenceKind.EXTRA, topic="t", partition=0, what="x")),
    ],
)
def test_a_proof_that_fails_is_no_success(
    proved: Verification, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.proof = proved
    assert main([*GROW, "--yes"]) == 1
    assert "NOT verified" in capsys.readouterr().out


def test_a_sweep_that_has_to_come_first_is_said(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.proof = None
    assert main([*GROW, "--yes"]) == 0
    assert "Not verified: the policy or the rules are others now" in capsys.readouterr().out


def test_the_third_generation_follows_the_second() -> None:
    second = _target(SETTINGS, 8, None, None)
    third = _target(second, 24, None, "duties")
    assert (second.topics.violations, second.group_id) == ("consentry.violations-2", "consentry-v2")
    assert (third.topic_violations, third.topic_duties) == ("consentry.violations-3", "duties")
    assert (third.generation, third.partitions) == (3, 24)


@pytest.mark.parametrize(
    ("to", "problem"), [(3, "the state has 3"), (1001, "the state has 3"), (5, "has 6 partitions")]
)
def test_a_number_that_cannot_be_is_refused(to: int, problem: str) -> None:
    state = TopicState(partitions=6, replicas=1, config={})
    found = ClusterState(brokers=1, topics={"purchase": state})
    with pytest.raises(ConsentryError, match=problem):
        _require_more(to, 3, _target(SETTINGS, to, None, None), found)
    _require_more(6, 3, _target(SETTINGS, 6, None, None), found)
