"""Judging gives way: to a commit that takes long, and between two batches of a slice."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.agents.judge import COMMIT_FIRST_S, Judging
from streams.transport.delivery import Batch, Bounds, Output


class SlowCommitter:
    """A committer that has been committing for some time, and counts who waits for it."""

    def __init__(self, waits_s: float) -> None:
        self.bounds = Bounds(records=2, bytes=1000, seconds=1.0)
        self.waits_s = waits_s
        self.waited_for = 0

    def waiting_s(self, _now: float) -> float:
        return self.waits_s

    async def drained(self) -> None:
        self.waited_for += 1


@pytest.mark.parametrize(
    ("waits_s", "records", "final", "waits", "turns"),
    [
        (0.0, 1, True, 0, 0),
        (0.0, 1, False, 0, 1),
        (0.0, 2, False, 1, 0),
        (0.0, 2, True, 0, 0),
        (COMMIT_FIRST_S + 0.1, 1, True, 1, 0),
        (COMMIT_FIRST_S + 0.1, 1, False, 1, 0),
        (COMMIT_FIRST_S - 0.1, 1, True, 0, 0),
    ],
)
def test_when_judging_waits(
    waits_s: float,
    records: int,
    final: bool,  # noqa: FBT001 - data
    waits: int,
    turns: int,
) -> None:
    committer = SlowCommitter(waits_s)
    batch = Batch()
    batch.final = final
    for _ in range(records):
        batch.add(Output("out", 0, b"k", b"v"))
    taken: list[int] = []

    async def run() -> None:
        asyncio.get_running_loop().call_soon(taken.append, 1)
        partition = cast("Any", SimpleNamespace(committer=committer))
        await Judging(cast("Any", None))._let_others_run(partition, batch)
        assert (committer.waited_for, len(taken)) == (waits, turns)

    asyncio.run(run())
