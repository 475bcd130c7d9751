"""Schedules: drawn, played, and brought to an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.model.network import Process
from tests.model.truth import Reader, check, converged
from tests.model.world import READ, SETTINGS, STOPPED, World

Event = tuple[str, int, int]
"""Something that happens (`World.do_...`) and two numbers that choose."""

OFTEN = ("run",) * 20 + ("send",) * 8 + ("start", "kill", "overtake", "tick") * 4
RARELY = ("rebalance", "wait", "expire", "evict") * 2 + ("compact", "refuse", "drop")
PATIENCE = 20_000
"""Steps after which a world that is not disturbed any more must have come to its end."""

played: Counter[str] = Counter()
"""What was played in this process."""


def schedules(names: Sequence[str] = (*OFTEN, *RARELY)) -> st.SearchStrategy[list[Event]]:
    """Lists of events; each shrinks towards what happens in the plainest way.

    Lists of lists, since hypothesis makes lists of five on the average.
    """
    event = st.tuples(st.sampled_from(names), st.integers(0, 239), st.integers(0, 255))
    acts = st.lists(st.lists(event, max_size=10), max_size=10)
    return acts.map(lambda several: [event for one in several for event in one])


def play(world: World, schedule: Sequence[Event], *, survivors: bool = False) -> Reader:
    """Play a schedule to its end, looking after every event whether all is well."""
    reader = Reader(world)
    world.start()
    try:
        for name, first, second in schedule:
            getattr(world, f"do_{name}")(first, second)
            check(world, reader)
        finish(world, reader, survivors=survivors)
    finally:
        for process in world.processes:
            process.kill()
        played.update(schedules=1, steps=world.moves, faults=world.faults)
    return reader


def finish(world: World, reader: Reader, *, survivors: bool) -> None:
    """Let a fresh process, or those that live, come to the end of all topics.

    A slice that was lost inside a process is noticed when the next one comes; where none
    comes, the watchdog ends the process.
    """
    world.broker.refusals = 0
    world.run(PATIENCE, [], None)  # what dead processes sent arrives
    world.on_the_way.clear()
    if not survivors or world.dropped:
        for process in world.living:
            world._forget(process, None)
        world.processes.clear()
    for number in (0, 1):
        world.do_tick(number, 49)
    last: Process | None = None
    for _ in range(PATIENCE):
        world.evict_dead()
        if not world.living:
            assert last is None or survivors or _excused(world), f"ended by itself: {world.ended}"
            last = world.start()
        if not world.run(50, world.living, None):
            if done(world):
                break
            world.wait()
        check(world, reader)
    else:
        raise AssertionError(f"does not come to its end: {world.ended}")
    check(world, reader)
    converged(world, reader)


def done(world: World) -> bool:
    """Whether everything on the topics is committed."""
    broker = world.broker
    return not broker.tasks and all(
        broker.committed(SETTINGS.group_id, n).get(topic) == broker.logs[topic, n].stable_end
        for topic in READ
        for n in broker.partitions(topic)
    )


def _excused(world: World) -> bool:
    """A process may end where only an operator can help."""
    return bool(world.ended) and world.ended[-1][1] == STOPPED and world.lost_input
