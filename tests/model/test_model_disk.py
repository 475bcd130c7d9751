"""The same with state on disk: what a dead process left there, another one goes on from.

How many schedules: 100 by default, `CONSENTRY_MODEL_SCHEDULES` of them otherwise.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from streams.transport.state.disk.rows import DiskRows
from tests.model.disk import disks
from tests.model.play import Event, duels, play, played, schedules
from tests.model.staging import staged
from tests.model.world import World

SCHEDULES = int(os.environ.get("CONSENTRY_MODEL_SCHEDULES", "100"))

worlds = st.tuples(st.integers(0, 199), st.booleans())


@pytest.fixture
def stage() -> Iterator[pytest.MonkeyPatch]:
    with staged() as patch, disks():
        yield patch


@pytest.mark.timeout(1800)
@settings(
    max_examples=SCHEDULES,
    deadline=None,
    derandomize="CONSENTRY_MODEL_SCHEDULES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    print_blob=True,
)
@given(worlds, st.one_of(schedules(), schedules(), duels()), st.booleans())
def one_schedule(world: tuple[int, bool], schedule: list[Event], survivors: bool) -> None:  # noqa: FBT001 - drawn
    play(World(*world, on_disk=True), schedule, survivors=survivors)


def test_whatever_happens_the_result_is_that_of_one_batch(stage: pytest.MonkeyPatch) -> None:
    before = played["folders taken over"]
    one_schedule()
    assert played["folders taken over"] > before, "no process found what another one left"


# What is taken out, and what then goes wrong.


def rows_are_written_when_they_are_put(patch: pytest.MonkeyPatch) -> None:
    """A store that is ahead of the changelog takes lost events for duplicates."""
    put = DiskRows.put

    def early(self: DiskRows, key: bytes, row: bytes | None) -> None:
        put(self, key, row)
        self._write([(key, row)], self._state.progress, None)
        self._database._rdict.flush()

    patch.setattr(DiskRows, "put", early)


def what_is_pending_is_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("streams.transport.state.disk.pending.Pending.__contains__", lambda *_: False)
    patch.setattr("streams.agents.subject_cache.SubjectCache.get", lambda *_: None)


LATE_OFFSETS = 4, [
    ("run", 76, 8), ("run", 41, 120), ("send", 221, 251), ("overtake", 185, 250),
    ("run", 76, 8), ("run", 41, 120), ("send", 221, 251), ("overtake", 185, 250),
], True  # fmt: skip
"""Two transactions of one owner end while the coordinator has shown the offsets of neither."""


def test_offsets_that_are_shown_late_are_shown_in_order(stage: pytest.MonkeyPatch) -> None:
    """Found by the search below, as a fault of the broker in memory."""
    seed, schedule, survivors = LATE_OFFSETS
    for on_disk in (False, True):
        play(World(seed, on_disk=on_disk), schedule, survivors=survivors)


crashes = schedules(("run", "run", "run", "send", "kill", "overtake", "start"))


@pytest.mark.parametrize(
    "taken_out",
    [
        rows_are_written_when_they_are_put,
        what_is_pending_is_not_read,
    ],
)
def test_without_it_a_schedule_is_found_that_goes_wrong(
    stage: pytest.MonkeyPatch, taken_out: Callable[[pytest.MonkeyPatch], None]
) -> None:
    taken_out(stage)
    found = ""

    def goes_wrong(drawn: tuple[int, list[Event], bool]) -> bool:
        nonlocal found
        seed, schedule, survivors = drawn
        try:
            play(World(seed, on_disk=True), schedule, survivors=survivors)
        except AssertionError as error:
            found = str(error).splitlines()[0]
        return bool(found)

    with suppress(NoSuchExample):
        find(
            st.tuples(st.integers(0, 9), crashes, st.booleans()),
            goes_wrong,
            settings=settings(
                max_examples=400,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
            random=Random(1),
        )
    assert re.search(".", found)
