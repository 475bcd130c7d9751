"""Workers that die or stand still between two steps, chosen to the call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import psutil

from tests.faults import sabotage
from tests.faults.crew import Member
from tests.faults.scene import Scene
from tests.faults.strikes.registry import somebody_runs, strike
from tests.faults.strikes.workers import thaw_later, visit

STANDSTILL = "worker frozen within a transaction"
WAIT_FOR_STANDSTILL_S = 60.0
LOOK_S = 0.2


def restart(scene: Scene, fault: str, called: str) -> Member:
    """Kill a worker and start it with a fault."""
    member = scene.somebody()
    scene.crew.kill(member, 0.0)
    scene.crew.start(member, fault, called)
    return member


@strike("worker dies between two steps", weight=5, possible=somebody_runs, inner=True)
def die_somewhere(scene: Scene) -> None:
    """Before or after any step of taking over, of a transaction, or of judging."""
    step = scene.rnd.choice(list(sabotage.STEPS))
    call = scene.rnd.randint(1, sabotage.STEPS[step].most)
    die_at(scene, step, after=scene.rnd.random() < 0.5, call=call)
    scene.note("worker dies between two steps")


def die_at(scene: Scene, step: str, *, after: bool, call: int) -> None:
    """A worker is started again and dies at the n-th call of the step."""
    called = f"{'after' if after else 'before'} {step}"
    restart(scene, sabotage.die_at(step, after=after, call=call), called)


def nobody_waits_to_die(scene: Scene) -> bool:
    """Whether the last one that was to die at a step has done so."""
    return somebody_runs(scene) and not any(member.fault for member in scene.crew.members)


def every_step() -> Iterator[str]:
    """Register a strike for each side of each step; they come in a run of their own."""
    for step in sabotage.STEPS:
        for after in (False, True):
            name = f"worker dies {'after' if after else 'before'} {step}"

            def act(scene: Scene, step: str = step, after: bool = after, name: str = name) -> None:  # noqa: FBT001
                die_at(scene, step, after=after, call=FIRST_CALL.get(step, 2))
                scene.note(name)

            strike(name, weight=0, possible=nobody_waits_to_die, inner=True)(act)
            yield name


FIRST_CALL: Final = {
    "restore": 1,
    "restoring rows": 1,
    "committer start": 1,
    "take-over": 1,
    "seek": 1,
    "first slice": 1,
    "record": 50,
}
"""Where not the second call: what comes once, and a record in the middle of a batch."""

EVERY_STEP: Final = tuple(every_step())


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
