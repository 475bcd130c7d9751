"""Schedules: drawn, played, and brought to an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.model.committed import Reader
from tests.model.moving import grown, imported
from tests.model.truth import check, converged
from tests.model.world import World

Event = tuple[str, int, int]
"""Something that happens (`World.do_...`) and two numbers that choose."""

OFTEN = ("run",) * 14 + ("mix",) * 6 + ("send",) * 8 + ("start", "kill", "overtake", "tick") * 4
RARELY = ("rebalance", "wait", "expire", "evict") * 2 + (
    "compact",
    "refuse",
    "drop",
    "truncate",
    "policy",
    "erase",
    "rebuild",
    "restrict",
    "restrict",
    "retract",
    "grow",
    "import",
    "fresh",
    "fresh",
)
MOVES = {"grow": grown, "import": imported}
"""After which there is another installation, and another reader."""

PATIENCE = 2_000
"""Rounds after which a world that is not disturbed any more must have come to its end."""

RESTARTS = 10
"""How often a process may end by itself and be started again in an undisturbed world."""

played: Counter[str] = Counter()
"""What was played in this process."""


def schedules(names: Sequence[str] = (*OFTEN, *RARELY)) -> st.SearchStrategy[list[Event]]:
    """Lists of events; each shrinks towards what happens in the plainest way.

    Lists of lists, since hypothesis makes lists of five on the average.
    """
    event = st.tuples(st.sampled_from(names), st.integers(0, 239), st.integers(0, 255))
    acts = st.lists(st.lists(event, max_size=10), max_size=10)
    return acts.map(lambda several: [event for one in several for event in one])


def duels() -> st.SearchStrategy[list[Event]]:
    """A process is put out of the group in the middle of its work, and goes on beside another."""

    def duel(sent: int, before: int, begun: int, meanwhile: int, after: int) -> list[Event]:
        first, second = 0, 1  # of the living two, while `run` takes which // 3 + 1 steps

        def run(who: int, steps: int) -> Event:
            return ("run", 6 * (steps // 2) + 3 * who, 1)

        return [
            *[run(first, 79)] * 2,
            ("send", sent, 0),
            run(first, before),
            ("evict", 0, 0),
            ("start", 0, 0),
            run(second, begun),
            run(first, meanwhile),
            run(second, after),
            run(first, 79),
        ]

    steps = st.integers(0, 79)
    return st.builds(duel, st.integers(0, 5), steps, st.integers(0, 39), steps, steps)


def play(world: World, schedule: Sequence[Event], *, survivors: bool = False) -> Reader:
    """Play a schedule to its end, looking after every event whether all is well."""
    reader = Reader(world)
    world.start()
    try:
        for name, first, second in schedule:
            if name in MOVES:
                reader = MOVES[name](world, reader, first, second)
            else:
                getattr(world, f"do_{name}")(first, second)
            check(world, reader)
        finish(world, reader, survivors=survivors)
    finally:
        for process in world.processes:
            process.kill()
        if world.disks is not None:
            world.disks.remove()
            played["folders taken over"] += world.disks.resumed
        played.update(schedules=1, steps=world.moves, faults=world.faults)
        played["moves of facts"] += world.moves_made
        played.update(commands=reader.answered.total())
    return reader


def finish(world: World, reader: Reader, *, survivors: bool) -> None:
    """Let a fresh process, or those that live, come to the end of all topics.

    A slice that was lost inside a process, or input that was deleted under it, is noticed
    when the next record comes; where none comes, the watchdog ends the process.
    """
    world.broker.refusals = 0
    world.accepts = world.lost_input
    world.run(PATIENCE, [], None)  # what dead processes sent arrives
    world.on_the_way.clear()
    world.announce(world.living)
    if not survivors or world.dropped or world.lost_input:
        for process in world.living:
            world.forget(process, None)
        world.processes.clear()
    # Deadlines of subjects that were just restored are found by the second tick at the latest;
    # who survives may be given a partition with one of these ticks.
    rounds = [(49, 1), (0, 0), (0, 0)] if survivors else [(49, 1), (0, 0)]
    for more, fresh in rounds:
        for number in range(world.partitions):
            world.do_tick(number, more)
        _settle(world, reader, restarts=RESTARTS if survivors else fresh)
    converged(world, reader)


def _settle(world: World, reader: Reader, *, restarts: int) -> None:
    """Go on until all is committed; what ends by itself is started again so many times."""
    for _ in range(PATIENCE):
        world.evict_dead()
        if not world.living:
            restarts -= 1
            assert restarts >= 0, f"ends by itself: {world.ended[-3:]}"
            world.start()
        if not world.run(50, world.living, None):
            if done(world):
                break
            if not swept(world):
                # A partition takes a policy up with its next records, ticks among them.
                for number in range(world.partitions):
                    world.do_tick(number, 0)
            world.wait()
        check(world, reader)
    else:
        raise AssertionError(f"does not come to its end: {world.ended[-3:]}")
    check(world, reader)


def done(world: World) -> bool:
    """Whether everything on the topics is committed."""
    broker = world.broker
    if not swept(world):
        return False
    return not broker.tasks and all(
        broker.committed(world.settings.group_id, n).get(topic) == broker.logs[topic, n].stable_end
        for topic in world.names.judged
        for n in broker.partitions(topic)
    )


def swept(world: World) -> bool:
    """Whether all that is owned is judged by the policy in force."""
    return not any(
        task.progress.sweeping or task.basis is not world.basis
        for process in world.living
        for task in world.workers[process.name].owned
    )
