"""Any schedule of crashes, zombies and rebalances ends where an undisturbed run would.

The product's own code from the driver down is played over a broker in memory. How many
schedules: 1,500 by default, `CONSENTRY_MODEL_SCHEDULES` of them otherwise. For a long run:

    CONSENTRY_MODEL_SCHEDULES=50000 pytest tests/model/test_model.py --timeout 0
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.model.play import Event, duels, play, schedules
from tests.model.staging import staged
from tests.model.world import World

SCHEDULES = int(os.environ.get("CONSENTRY_MODEL_SCHEDULES", "1500"))

worlds = st.tuples(st.integers(0, 199), st.booleans())
"""Which history, and whether workers have instance ids."""


@pytest.fixture(autouse=True, scope="module")
def stage() -> Iterator[None]:
    with staged():
        yield


@settings(
    max_examples=SCHEDULES,
    deadline=None,
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
