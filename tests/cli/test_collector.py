"""The collector's looks among what is young are short: records wait for each of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from streams.cli import worker_process

MOST = 40_000
"""Objects in a look that keeps records waiting for some 30 ms."""


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_before")
def test_a_look_among_young_objects_is_short_however_many_stay() -> None:
    looked: list[int] = []

    def look(phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            looked.append(sum(len(gc.get_objects(one)) for one in range(about["generation"] + 1)))

    worker_process.settle_collector()
    gc.callbacks.append(look)
    try:
        kept = [[number] for number in range(200_000)]
    finally:
        gc.callbacks.remove(look)
    assert len(looked) > len(kept) // MOST
    assert max(looked) <= MOST
