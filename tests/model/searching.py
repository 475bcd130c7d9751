"""The search for a schedule in which something goes wrong, with a safeguard taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.model.play import Event, play
from tests.model.world import World

Safeguard = Callable[[pytest.MonkeyPatch], None]
"""Takes one out."""

TRIES = 600

ALL_JUDGED: tuple[Event, ...] = (*[("send", 5, 0)] * 5, *[("mix", 119, 0)] * 3)
"""A whole history is sent, and judged by one process."""


def later(names: Sequence[str], most: int = 20) -> st.SearchStrategy[list[Event]]:
    """Schedules in a world in which facts are stored and published already."""
    event = st.tuples(st.sampled_from(names), st.integers(0, 239), st.integers(0, 255))
    return st.lists(event, max_size=most).map(lambda drawn: [*ALL_JUDGED, *drawn])


def wrong(strategy: st.SearchStrategy[list[Event]]) -> str:
    """What goes wrong in the first world and schedule found in which something does."""
    found = ""

    def goes_wrong(drawn: tuple[World, list[Event], bool]) -> bool:
        nonlocal found
        world, schedule, survivors = drawn
        try:
            play(world, schedule, survivors=survivors)
        except AssertionError as error:
            found = str(error).splitlines()[0]
        return bool(found)

    worlds = st.builds(World, st.integers(0, 9), st.booleans())
    with suppress(NoSuchExample):
        find(
            st.tuples(worlds, strategy, st.booleans()),
            goes_wrong,
            settings=settings(
                max_examples=TRIES,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
            random=Random(1),
        )
    return found
