"""Workers killed, stopped, frozen, doubled and with wrong clocks."""

from __future__ import annotations

from typing import Final

from tests.faults.crew import Member
from tests.faults.sabotage import jumping_clock
from tests.faults.scene import Scene
from tests.faults.strikes.registry import somebody_runs, strike
from tests.kafka.harness import WorkerProcess

KILL: Final = "worker killed"
FREEZE: Final = "worker frozen beyond its session"

GUESTS = 4
TWIN_S = 9.0
CLOCK_S = 12.0


@strike(KILL, weight=6, possible=somebody_runs)
def kill(scene: Scene) -> None:
    """SIGKILL; started again at once or after a while."""
    scene.crew.kill(scene.somebody(), scene.rnd.choice([0.0, 0.0, 1.0, 4.0]))
    scene.note(KILL)


@strike("worker stopped", weight=2, possible=somebody_runs)
def stop(scene: Scene) -> None:
    """SIGTERM, in good order; started again at once."""
    member = scene.somebody()
    assert member.process is not None
    code, _ = member.process.stop()
    scene.crew.exits[str(code)] += 1
    member.process = None
    scene.note("worker stopped")


@strike(FREEZE, weight=2, possible=somebody_runs)
def freeze(scene: Scene) -> None:
    """SIGSTOP until others own its partitions, then SIGCONT: two owners for a moment."""
    member = scene.somebody()
    assert member.process is not None
    member.process.pause()
    thaw_later(scene, member)
    scene.note(FREEZE)


def thaw_later(scene: Scene, member: Member) -> None:
    """Let a member that stands still go on when session and transaction have timed out."""
    frozen, settings = member.process, scene.bus.settings
    assert frozen is not None
    member.frozen = True
    longest = max(settings.session_timeout_s, settings.transaction_timeout_s)

    def thaw() -> None:
        if member.process is frozen:
            frozen.go_on()
            member.frozen = False

    scene.later(longest + scene.rnd.uniform(1, 4), thaw)


@strike("rebalance storm", weight=1)
def storm(scene: Scene) -> None:
    """Guests without a lasting name join one after the other and leave again at once."""
    for number in range(GUESTS):
        scene.later(number * scene.rnd.uniform(0.5, 1.5), lambda: visit(scene))
    scene.note("rebalance storm")


def visit(scene: Scene) -> None:
    """A guest comes, and goes after some seconds, with or without a word."""
    guest = scene.crew.launch(None)
    scene.crew.extras.append(guest)
    leave = guest.kill if scene.rnd.random() < 0.5 else guest.process.terminate

    def go() -> None:
        if guest in scene.crew.extras:
            leave()
            scene.later(6.0, lambda: dismiss(scene, guest))

    scene.later(scene.rnd.uniform(2.5, 5), go)


def dismiss(scene: Scene, guest: WorkerProcess) -> None:
    """A guest is gone for good."""
    guest.kill()
    if guest in scene.crew.extras:
        scene.crew.extras.remove(guest)


def has_a_name(scene: Scene) -> bool:
    """Whether a member with a lasting name runs."""
    return any(member.name for member in scene.crew.running)


@strike("two with one instance id", possible=has_a_name)
def twin(scene: Scene) -> None:
    """A second process under the name of a member; the supervisor keeps the first alive."""
    member = scene.rnd.choice([m for m in scene.crew.running if m.name])
    guest = scene.crew.launch(member.name)
    scene.crew.extras.append(guest)
    scene.later(TWIN_S, lambda: dismiss(scene, guest))
    scene.note("two with one instance id")


@strike("clock of a worker jumps", weight=2, possible=somebody_runs)
def wrong_clock(scene: Scene) -> None:
    """A worker is started again with a clock that jumps by days, and runs so for a while."""
    member = scene.somebody()
    scene.crew.kill(member, 0.0)
    scene.crew.start(member, jumping_clock(scene.rnd.randrange(10**6)), "clock")
    scene.note("clock of a worker jumps")
