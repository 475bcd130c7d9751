"""The campaign's checks can fail: each broken worker is caught, in the words for it."""

from __future__ import annotations

import importlib

import msgspec
import pytest

from tests.faults.checks import Kind
from tests.faults.cluster import Cluster
from tests.faults.conductor import Run
from tests.faults.plan import Plan
from tests.faults.runtime import Runtime
from tests.faults.sabotage import STEPS, Step
from tests.faults.strikes.commands import ERASE, REBUILD
from tests.faults.strikes.foreign import ENDED
from tests.faults.strikes.restrictions import RESTRICTED
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


CAUGHT = {
    "skip_a_record": (Kind.UNACCOUNTED, "records there and records read differ"),
    "send_a_finding_twice": (Kind.TWICE, "revisions visible twice"),
    "erase_nobody": (Kind.WRONG, "rows without an event"),
    "restrict_nobody": (Kind.WRONG, "persons restricted otherwise than they asked"),
    "end_nothing": (Kind.WRONG, "findings of somebody else that stand"),
    "leave_rebuilds_unanswered": (Kind.TWICE, "commands without one answer each"),
    "count_and_forget_events": (Kind.LOST, "events without a row"),
    "keep_findings_back": (Kind.LOST, "findings of the batch that are missing"),
}
"""What catches each, in words that no other of the same run brings about."""


@pytest.mark.parametrize(
    "faults",
    [list(CAUGHT)[:6], list(CAUGHT)[6:7], list(CAUGHT)[7:]],
    ids=["record, finding and commands", "events", "findings"],
)
def test_a_broken_worker_is_caught(cluster: Cluster, faults: list[str]) -> None:
    calls = "; ".join(f"broken.{fault}()" for fault in faults)
    program = f"from tests.faults import broken; {calls}\n{WORKER}"
    plan = (
        msgspec.structs.replace(CALM, deck=(ERASE, REBUILD, RESTRICTED, ENDED))
        if len(faults) > 1
        else CALM
    )
    result = Run(cluster, plan, Runtime(name=calls, program=program, ours=True)).play()
    assert not result.failure, result.failure
    found = {(problem.kind, problem.what) for problem in result.problems}
    assert Kind.UNVERIFIED in {kind for kind, _ in found}
    assert {CAUGHT[fault] for fault in faults} <= found, result.problems


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_every_step_that_faults_strike_at_is_there(step: Step) -> None:
    module, _, class_name = step.owner.partition(":")
    holder = importlib.import_module(module)
    assert callable(getattr(getattr(holder, class_name) if class_name else holder, step.name))
