"""The search for a schedule in which something goes wrong, with a safeguard taken out."""

from __future__ import annotations

from collections.abc import Callable
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
