"""Judging gives way: to a commit that takes long, and between two batches of a slice."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.agents.judge import COMMIT_FIRST_S, ROUNDS, TURN_S, Judging, Turn
from streams.agents.record_run import LOOK_EVERY
from streams.settings import Settings
from streams.transport.commit.output_batch import OutputBatch
from streams.transport.fetch.poll_batch import Poll, PollBatch
from tests.agents.world import World
from tests.core.builders import grant, share, withdraw


class SlowCommitter:
    """A committer that has been committing for some time, and counts who waits for it."""

    def __init__(self, waits_s: float, *, crowded: bool) -> None:
        self.crowded = crowded
        self.waits_s = waits_s
        self.waited_for = 0

    def waiting_s(self, _now: float) -> float:
        return self.waits_s

    async def drained(self) -> None:
        self.waited_for += 1

    async def thinned(self) -> None:
        self.waited_for += 1


@pytest.mark.parametrize(
    ("waits_s", "crowded", "final", "waits", "turns"),
    [
        (0.0, False, True, 0, 0),
        (0.0, False, False, 0, 1),
        (0.0, True, False, 1, 0),
        (0.0, True, True, 1, 0),
        (COMMIT_FIRST_S + 0.1, False, True, 1, 0),
        (COMMIT_FIRST_S + 0.1, False, False, 1, 0),
        (COMMIT_FIRST_S + 0.1, True, False, 1, 0),
        (COMMIT_FIRST_S - 0.1, False, True, 0, 0),
    ],
)
def test_when_judging_waits(
    waits_s: float,
    crowded: bool,  # noqa: FBT001 - data
    final: bool,  # noqa: FBT001 - data
    waits: int,
    turns: int,
) -> None:
    committer = SlowCommitter(waits_s, crowded=crowded)
    batch = OutputBatch()
    batch.final = final
    taken: list[int] = []

    async def run() -> None:
        asyncio.get_running_loop().call_soon(taken.append, 1)
        partition = cast("Any", SimpleNamespace(committer=committer))
        app = cast("Any", SimpleNamespace(settings=Settings()))
        await Judging(app)._let_others_run(partition, batch)
        assert (committer.waited_for, len(taken)) == (waits, turns)

    asyncio.run(run())


def test_a_turn_ends_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("streams.agents.judge.time.monotonic", lambda: now)
    turn = Turn()
    assert not turn.over()
    now += TURN_S * 1.5
    assert turn.over()
    turn.begin()
    assert not turn.over()


def test_judging_that_is_slow_gives_way_after_a_few_records() -> None:
    world = World()
    world.due = lambda: True
    count = 2 * LOOK_EVERY + 1
    batches = world.take(*world.story(*(share(n, id=f"s{n}") for n in range(count))))
    assert len(batches) == 3
    assert world.count().read == count


def test_judging_that_judges_much_again_gives_way_before_that() -> None:
    """What others should wait for is work, not records: each of these has others judged again."""
    world = World()
    world.take(*world.story(*(share(n, id=f"s{n}") for n in range(LOOK_EVERY))))
    world.due = lambda: True
    late = [withdraw(-3, id="w1"), grant(-2, id="g1"), withdraw(-1, id="w2")]
    batches = world.take(*world.story(*late))
    assert len(batches) == len(late) + 1


@pytest.mark.parametrize(
    ("takes_s", "turns"), [(0.0005, [0, 0, 0]), (0.01, [0, ROUNDS, 2 * ROUNDS])]
)
def test_between_partition_numbers_others_run_once_judging_took_its_time(
    takes_s: float, turns: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few records of many numbers are judged in one go: then all are written together."""
    now = 100.0
    monkeypatch.setattr("streams.agents.judge.time.monotonic", lambda: now)
    taken: list[int] = []
    seen: list[int] = []
    judged: list[object] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()

        def others() -> None:
            taken.append(1)
            loop.call_soon(others)

        async def judge_one(*_: object) -> None:
            nonlocal now
            seen.append(len(taken))
            now += takes_s

        consumer = SimpleNamespace(current_assignment=SimpleNamespace(judged=judged.append))
        judging = Judging(cast("Any", SimpleNamespace(settings=Settings(), consumer=consumer)))
        monkeypatch.setattr(judging, "_judge_one", judge_one)
        loop.call_soon(others)
        poll = Poll([PollBatch(number, 1, {}, []) for number in range(3)])
        await judging._judge(SimpleNamespace(value=poll))
        assert judged == [poll.poll_batches]  # once, when all of it is

    asyncio.run(run())
    assert seen == turns
