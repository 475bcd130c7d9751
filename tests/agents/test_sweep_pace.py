"""Judging comes first: what a sweep does never stands between a record and its commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.agents import subjects as subjects_module
from streams.agents import sweeping as sweeping_module
from streams.agents.sweeping import HARD_PRESSED, LEAST_PART, QUIET_S, Sweeping
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant, days
from streams.core.policy import fixed_policy
from streams.core.vocabulary import Finality
from streams.measures.core_share import EASY, HARD
from streams.measures.worker_stats import WorkerStats
from tests.agents.world import LATER, NAMES, World
from tests.kafka.stories import START, share, withdrawal

LENIENT = fixed_policy(withdrawal_grace=days(900))


def shared_against(*people: str) -> World:
    """People whose data were shared after they had withdrawn."""
    one = World()
    one.tick(START)
    day = Instant(START + days(1))
    for who in people:
        one.take(*one.story(withdrawal(who, "w", START), share(who, "1", day)))
    return one


def sweeping(one: World, stats: WorkerStats, swept_share: float = 0.2) -> Sweeping:
    assignment = SimpleNamespace(open=True, partitions={one.partition.number: one.partition})
    app: Any = SimpleNamespace(
        should_stop=False,
        settings=SimpleNamespace(topics=NAMES, sweep_share=swept_share),
        consumer=SimpleNamespace(current_assignment=assignment),
    )
    return Sweeping(app, lambda: [one.judge], stats)


def test_a_step_waits_until_the_one_before_it_is_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping_module, "QUIET_STEP_S", 0.0)
    one = shared_against("s", "t", "u")
    one.change(LENIENT)
    kept = cast("Any", one.kept)
    turns = sweeping(one, WorkerStats())
    before = len(kept.batches)
    assert turns._step(one.judge) > 0.0
    assert turns._step(one.judge) == 0.0
    assert len(kept.batches) == before + 1
    kept.batches[-1].done()
    assert turns._step(one.judge) > 0.0
    assert len(kept.batches) == before + 2


def test_while_records_come_some_steps_may_wait_to_go_with_findings_of_these(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping_module, "STEP_S", 0.0)
    monkeypatch.setattr(sweeping_module, "UNDER_WAY", 2)
    one, stats = shared_against("s", "t", "u", "v"), WorkerStats()
    one.change(LENIENT)
    kept = cast("Any", one.kept)
    turns = sweeping(one, stats)
    stats.judged_at = time.monotonic()
    before = len(kept.batches)
    assert turns._step(one.judge) > 0.0
    assert turns._step(one.judge) > 0.0
    assert turns._step(one.judge) == 0.0
    steps = kept.batches[before:]
    assert [step.patient for step in steps] == [True, True]
    steps[0].done()
    assert turns._step(one.judge) > 0.0
    assert turns._step(one.judge) == 0.0


def test_while_none_come_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping_module, "QUIET_STEP_S", 0.0)
    one = World()
    one.tick(START)
    one.take(*one.story(withdrawal("s", "w", START), share("s", "1", Instant(START + days(1)))))
    one.change(LENIENT)
    assert sweeping(one, WorkerStats())._step(one.judge) > 0.0
    assert not cast("Any", one.kept).batches[-1].patient


def test_a_step_is_short_while_records_come_and_long_while_none_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping_module, "STEP_S", 0.0)
    monkeypatch.setattr(sweeping_module, "QUIET_STEP_S", 60.0)
    one, stats = shared_against("s", "t", "u"), WorkerStats()
    one.change(LENIENT)
    turns, state = sweeping(one, stats), one.progress.sweep
    assert state is not None
    stats.judged_at = time.monotonic()
    turns._step(one.judge)
    assert state.subjects == 1
    cast("Any", one.kept).batches[-1].done()
    stats.judged_at = time.monotonic() - 2 * QUIET_S
    turns._step(one.judge)
    assert state.subjects == 3


def test_a_partition_that_was_taken_away_in_the_midst_is_swept_when_it_comes_back() -> None:
    one = World()
    one.tick(START)
    one.take(*one.story(withdrawal("s", "w", START), share("s", "1", Instant(START + days(1)))))
    one.change(LENIENT)
    turns = sweeping(one, WorkerStats())
    turns._under_way[one.partition.number] = cast("Any", object()), 1  # what it was before
    assert turns._step(one.judge) > 0.0


@pytest.mark.parametrize("swept_share", [0.1, 0.2, 0.5])
def test_a_sweep_takes_its_share_while_records_come_and_all_when_none_do(
    swept_share: float,
) -> None:
    one, stats = World(), WorkerStats()
    turns = sweeping(one, stats, swept_share)
    stats.judged_at = time.monotonic()
    rest = turns._rest(0.02)
    assert 0.02 / (0.02 + rest) == pytest.approx(swept_share)
    stats.judged_at = time.monotonic() - 2 * QUIET_S
    assert turns._rest(0.02) == 0.0


@pytest.mark.parametrize(
    ("busy", "part"),
    [
        (0.0, 1.0),
        (EASY, 1.0),
        ((EASY + HARD) / 2, 2 / (1 + HARD_PRESSED)),
        (HARD, 1 / HARD_PRESSED),
    ],
)
def test_the_less_is_left_of_the_core_the_smaller_the_share(
    monkeypatch: pytest.MonkeyPatch, busy: float, part: float
) -> None:
    clock = [100.0]
    monkeypatch.setattr("streams.measures.core_share.time.process_time", lambda: clock[0] * busy)
    monkeypatch.setattr("streams.agents.sweeping.time.monotonic", lambda: clock[0])
    stats = WorkerStats()
    turns = sweeping(World(), stats, 0.1)
    rest = 0.0
    for _ in range(1_000):  # ten seconds, with a step every ten milliseconds
        clock[0] += 0.01
        stats.judged_at = clock[0]
        rest = turns._rest(0.001)
    assert 0.001 / (0.001 + rest) == pytest.approx(0.1 * part, rel=1e-3)


def test_who_is_swept_for_a_record_counts_to_the_share_and_leaves_a_sweep_a_part_of_it() -> None:
    one, stats = World(), WorkerStats()
    one.tick(START)
    people = ("s", "t", "u")
    for who in people:
        day = Instant(START + days(1))
        one.take(*one.story(withdrawal(who, "w", START), share(who, "1", day)))
    one.change(LENIENT)
    turns = sweeping(one, stats)
    turns._each_s = 0.001
    stats.judged_at = time.monotonic()
    alone = turns._rest(0.02)
    later = Instant(START + days(2))
    one.take(*one.story(*[share(who, "2", later) for who in people]))
    assert one.judge.sweeper.judged_early == 2 * len(people)
    stats.judged_at = time.monotonic()
    assert turns._rest(0.02) == pytest.approx(alone * 0.026 / 0.02)
    assert turns._rest(0.02) == pytest.approx(alone)  # each is counted once
    one.judge.sweeper.judged_early += 1_000_000
    assert turns._rest(0.02) == pytest.approx(alone / LEAST_PART)


def test_who_is_live_is_judged_again_as_it_is_and_not_built_from_rows_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = shared_against("s", "t", "u")
    live = [one.judge.subjects.live.peek(key) for key in sorted(one.subjects)]
    built: list[SubjectKey] = []

    def build(key: SubjectKey, rows: Any) -> Any:
        built.append(key)
        return real(key, rows)

    real = subjects_module.build
    monkeypatch.setattr(subjects_module, "build", build)
    one.change(LENIENT)
    assert [one.judge.subjects.live.peek(key) for key in sorted(one.subjects)] == live
    one.take(*one.story(share("s", "2", Instant(START + days(2)))))  # swept for a record
    one.sweep()
    assert not one.judge.sweeper.on
    assert sorted(one.event_id for one in one.findings() if one.revision == 2) == ["1"] * 3
    assert built == []


def test_deadlines_are_not_looked_for_in_all_rows_again_when_the_policy_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = World()
    one.tick(START)
    one.take(*one.story(withdrawal("s", "w", START), share("s", "1", Instant(START + days(1)))))
    assert [finding.finality for finding in one.findings()] == [Finality.PROVISIONAL]
    assert not list(one.judge.subjects.index())  # as a worker does at its start
    monkeypatch.setattr(type(one.partition.rows), "walk", no_walk)
    one.change(fixed_policy(notify_deadline=days(9)))
    monkeypatch.undo()
    one.sweep().tick(Instant(LATER + days(40)))
    assert one.findings()[-1].finality is Finality.FINAL


def no_walk(*_: object) -> Iterator[tuple[bytes, SubjectKey]]:
    raise AssertionError("all rows are walked")


def test_others_have_the_loop_after_each_step_and_not_only_after_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judges: list[Any] = [1, 2, 3]
    seen: list[str] = []
    turns = sweeping(World(), WorkerStats())
    turns._sweeping = lambda: [one for one in judges if len(seen) < 6]

    def step(judge: int) -> float:
        seen.append(f"step {judge}")
        return 0.02

    monkeypatch.setattr(turns, "_step", step)

    async def rest(_seconds: float) -> None:
        seen.append("rest")

    monkeypatch.setattr("asyncio.sleep", rest)
    asyncio.run(turns._run())
    assert seen == ["step 1", "rest", "step 2", "rest", "step 3", "rest"]
