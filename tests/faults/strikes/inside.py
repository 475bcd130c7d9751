"""Workers that die or stand still between two steps, chosen to the call."""

from __future__ import annotations

import time

import psutil

from tests.faults import sabotage
from tests.faults.crew import Member
from tests.faults.scene import Scene
from tests.faults.strikes.registry import somebody_runs, strike
from tests.faults.strikes.workers import thaw_later, visit

STANDSTILL = "worker frozen within a transaction"
WAIT_FOR_STANDSTILL_S = 12.0
LOOK_S = 0.2


def restart(scene: Scene, fault: str, called: str) -> Member:
    """Kill a worker and start it with a fault."""
    member = scene.somebody()
    scene.crew.kill(member, 0.0)
    scene.crew.start(member, fault, called)
    return member


@strike("worker dies between two steps", weight=5, possible=somebody_runs, inner=True)
def die_at_a_step(scene: Scene) -> None:
    """Before or after any step of taking over, of a transaction, or of judging."""
    step = scene.rnd.choice(list(sabotage.STEPS))
    die_at(scene, step, after=scene.rnd.random() < 0.5)


def die_at(scene: Scene, step: str, *, after: bool) -> None:
    """A worker is started again and dies at one of the first calls of the step."""
    call = scene.rnd.randint(1, sabotage.STEPS[step].most)
    called = f"{'after' if after else 'before'} {step}"
    restart(scene, sabotage.die_at(step, after=after, call=call), called)
    scene.note("worker dies between two steps")


@strike("worker dies in a rebalance", weight=2, possible=somebody_runs, inner=True)
def die_in_rebalance(scene: Scene) -> None:
    """It gives up partitions with slices queued and transactions open, as a guest joins."""
    after = scene.rnd.random() < 0.5
    called = f"{'after' if after else 'before'} giving up with open transactions"
    restart(scene, sabotage.die_in_rebalance(after=after), called)
    scene.later(scene.rnd.uniform(4, 6), lambda: visit(scene))
    scene.note("worker dies in a rebalance")


@strike(STANDSTILL, weight=2, possible=somebody_runs, inner=True)
def stand_still(scene: Scene) -> None:
    """SIGSTOP at a step of a transaction, until the broker has aborted it, then SIGCONT."""
    step = scene.rnd.choice(list(sabotage.TRANSACTION))
    call = scene.rnd.randint(1, sabotage.STEPS[step].most)
    after = scene.rnd.random() < 0.5
    member = restart(scene, sabotage.stop_at(step, after=after, call=call), "standstill")
    process, deadline = member.process, time.monotonic() + WAIT_FOR_STANDSTILL_S
    assert process is not None

    def look() -> None:
        if member.process is not process or process.process.poll() is not None:
            return
        if psutil.Process(process.process.pid).status() == psutil.STATUS_STOPPED:
            if not member.frozen:  # else another strike froze it, and will let it go on
                thaw_later(scene, member)
                scene.note(STANDSTILL)
        elif time.monotonic() < deadline:
            scene.later(LOOK_S, look)

    scene.later(LOOK_S, look)
