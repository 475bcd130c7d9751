"""The campaign's checks can fail: each broken worker is caught, in the words for it."""

from __future__ import annotations

import importlib

import pytest

from tests.faults.checks import Kind
from tests.faults.cluster import Cluster
from tests.faults.conductor import Run
from tests.faults.plan import Plan
from tests.faults.runtime import Runtime
from tests.faults.sabotage import STEPS, Step
from tests.kafka.harness import WORKER

CALM = Plan(
    seed=5,
    subjects=120,
    seconds=1,
    deck=(),
    workers=1,
    lasting=True,
    settings={},
    last_ticks_s=2,
)


@pytest.mark.parametrize(
    ("fault", "kinds", "said"),
    [
        ("skip_a_record", {Kind.UNACCOUNTED}, "records there and records read differ"),
        ("count_and_forget_events", {Kind.LOST}, "events without a row"),
        ("keep_findings_back", {Kind.LOST, Kind.WRONG}, "of the batch"),
        ("send_a_finding_twice", {Kind.TWICE}, "visible twice"),
    ],
)
def test_a_broken_worker_is_caught(
    cluster: Cluster, fault: str, kinds: set[Kind], said: str
) -> None:
    program = f"from tests.faults import broken; broken.{fault}()\n{WORKER}"
    result = Run(cluster, CALM, Runtime(name=fault, program=program, ours=True)).play()
    found = {problem.kind for problem in result.problems}
    assert not result.failure, result.failure
    assert Kind.UNVERIFIED in found
    assert kinds & found
    assert any(said in problem.what for problem in result.problems), result.problems


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_every_step_that_faults_strike_at_is_there(step: Step) -> None:
    module, _, class_name = step.owner.partition(":")
    holder = importlib.import_module(module)
    assert callable(getattr(getattr(holder, class_name) if class_name else holder, step.name))
