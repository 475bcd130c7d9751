"""Any schedule of crashes, zombies and rebalances ends where an undisturbed run would.

The product's own code from the driver down is played over a broker in memory. How many
schedules: 400 by default, `CONSENTRY_MODEL_SCHEDULES` of them otherwise. For a long run:

    CONSENTRY_MODEL_SCHEDULES=50000 pytest tests/model/test_model.py --timeout 0
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.model.play import Event, duels, play, schedules
from tests.model.searching import ALL_JUDGED
from tests.model.staging import staged
from tests.model.world import World

SCHEDULES = int(os.environ.get("CONSENTRY_MODEL_SCHEDULES", "400"))

worlds = st.tuples(st.integers(0, 199), st.booleans())
"""Which history, and whether workers have instance ids."""


@pytest.fixture(autouse=True, scope="module")
def stage() -> Iterator[None]:
    with staged():
        yield


def test_the_same_schedule_does_the_same_again() -> None:
    """Or hypothesis could neither shrink what it finds nor find it again."""
    schedule = [
        (name, number, salt)
        for salt in range(40, 44)
        for number, name in enumerate(
            ("send", "run", "start", "mix", "send", "overtake", "mix", "kill", "run", "tick"), salt
        )
    ]
    worlds = [World(7, lasting=True) for _ in range(2)]
    for world in worlds:
        play(world, schedule, survivors=True)
    one, other = worlds
    assert one.moves == other.moves
    assert one.ended == other.ended != []
    assert one.broker.logs.keys() == other.broker.logs.keys()
    for place, log in one.broker.logs.items():
        published = log.read(0, log.end, committed=False)
        assert published == other.broker.logs[place].read(0, log.end, committed=False)


@pytest.mark.timeout(1800)  # on a busy machine; 40 s on an idle one
@settings(
    max_examples=SCHEDULES,
    deadline=None,
    derandomize="CONSENTRY_MODEL_SCHEDULES" not in os.environ,  # the same ones in every CI run
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    print_blob=True,
)
@given(worlds, st.one_of(schedules(), schedules(), duels()), st.booleans())
def test_whatever_happens_the_result_is_that_of_one_batch(
    world: tuple[int, bool],
    schedule: list[Event],
    survivors: bool,  # noqa: FBT001 - drawn
) -> None:
    play(World(*world), schedule, survivors=survivors)


def test_a_rebalance_while_the_first_offsets_are_committed_ends_no_process() -> None:
    """Found by the model: the producer was stopped under its committer's transaction."""
    world = World()
    world.start()
    for name, number, salt in (("run", 66, 0), ("start", 146, 4), ("run", 105, 12), ("run", 26, 4)):
        getattr(world, f"do_{name}")(number, salt)
    play(world, [], survivors=True)
    assert world.ended == []


def test_who_is_given_a_partition_with_the_last_tick_finds_its_deadlines_with_the_next() -> None:
    """Found by the model, as a fault of its own end."""
    schedule = [
        *ALL_JUDGED,
        ("kill", 24, 76),
        ("run", 86, 107),
        ("kill", 219, 148),
        ("kill", 202, 255),
        ("start", 189, 219),
        ("start", 115, 231),
        ("run", 236, 177),
    ]
    play(World(6, lasting=True), schedule, survivors=True)
