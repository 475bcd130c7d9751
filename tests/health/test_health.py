"""What a worker says of itself, from what it sees of its consumer and committers."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from faust.exceptions import ConsumerNotStarted
from structlog.testing import capture_logs

from streams.core.instants import Instant
from streams.health import health as module
from streams.health.report import WorkerReport
from streams.transport.consumer_probe import LogEnd, ProbeReading
from streams.wire.progress import Paused
from tests.health.world import INPUT, NOW, TICKS, Held, World, judging, report


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still unless a test moves it."""
    now = [NOW]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_a_worker_that_judges_is_ready_and_says_how_far_it_is() -> None:
    said = report(judging(committed_at=NOW - 2))
    assert (said.live, said.ready, said.phase, said.reasons) == (True, True, "judging", [])
    one = said.partitions[3]
    assert (one.lag, one.last_commit_s, one.waiting_s, one.standing_s) == (2, 2.0, 0.0, 0.0)
    assert (one.topics[INPUT].committed, one.topics[TICKS].lag) == (8, 1)
    assert said.group_answered_s == 0


def test_a_member_without_partitions_is_ready_and_says_so() -> None:
    said = report(World(Held({}), reading=ProbeReading(NOW, {})))
    assert (said.live, said.ready, said.phase, said.partitions) == (True, True, "standby", {})


def test_records_behind_an_open_transaction_are_lag_and_no_stall(clock: list[float]) -> None:
    world = judging()
    world.current_assignment.partitions[3].committer.committed[INPUT] = 10
    health = world.health()

    def reading(stable: int, high: int, at_s: float) -> ProbeReading:
        assert world.reading is not None
        ends = {(INPUT, 3): stable, (TICKS, 3): 5}
        return ProbeReading(clock[0], ends, {(INPUT, 3): LogEnd(stable, high, int(at_s * 1000))})

    async def run() -> None:
        for second in range(70):
            clock[0] += 1.0
            world.reading = reading(10, 14, second)
            await health.look()

    with capture_logs() as logs:
        asyncio.run(run())
        said = health.report()
        assert (said.live, said.ready, said.reasons) == (True, True, [])
        one = said.partitions[3]
        assert (one.lag, one.uncommitted, one.standing_s) == (4, 4, 0.0)
        place = one.topics[INPUT]
        assert (place.lag, place.uncommitted, place.uncommitted_s) == (4, 4, 69.0)
        world.reading = reading(12, 14, 70)
        asyncio.run(health.look())
        assert health.report().partitions[3].topics[INPUT].uncommitted_s == 0
        world.reading = reading(16, 16, 71)
        asyncio.run(health.look())
    place = health.report().partitions[3].topics[INPUT]
    assert (place.lag, place.uncommitted) == (6, 0)
    published = [(line["event"], line["partition"]) for line in logs]
    assert published == [("transaction.open", 3), ("transaction.ended", 3)]
    assert (logs[0]["offset"], logs[0]["records"]) == (10, 4)


def test_an_end_of_which_nothing_new_is_known_grows_no_older() -> None:
    world = judging()
    logs = {(INPUT, 3): LogEnd(10, 14, 1_000)}
    world.reading = ProbeReading(NOW, {(INPUT, 3): 10}, logs)
    said = report(world, looks=90)
    assert said.partitions[3].topics[INPUT].uncommitted_s == 0


def test_a_lag_that_is_not_known_is_not_said() -> None:
    world = judging()
    world.reading = ProbeReading(NOW, {})
    assert report(world).partitions[3].lag is None


@pytest.mark.parametrize(
    ("world", "heard_s", "phase", "reason"),
    [
        (World(), 0.0, "joining", "not assigned"),
        (World(Held({}, taken=False)), 0.0, "restoring", "restored"),
        (judging(alive=False), 0.0, "judging", "partition 3: nothing more is committed"),
        (judging(waits_s=5.1), 0.0, "judging", "partition 3: a commit has been due for 5 s"),
        (World(Held({})), None, "standby", "not a member"),
        (World(Held({})), 5.5, "standby", "has not answered"),
    ],
)
def test_why_it_is_not_ready(world: World, heard_s: float | None, phase: str, reason: str) -> None:
    """The group's coordinator was last heard so many seconds ago."""
    world.reading = ProbeReading(None if heard_s is None else NOW - heard_s, {})
    said = report(world)
    assert (said.live, said.ready, said.phase) == (True, False, phase)
    [published] = said.reasons
    assert reason in published


def test_what_is_within_bounds_is_ready() -> None:
    world = judging(waits_s=4.9)
    world.reading = ProbeReading(NOW - 4.5, {})
    assert report(world).ready


def test_state_of_a_partition_that_is_being_restored_is_no_stall() -> None:
    world = judging()
    world.current_assignment.open = False
    said = report(world, looks=30)
    assert said.live
    assert said.partitions == {}


def test_a_stall_is_logged_once_and_so_is_its_end(clock: list[float]) -> None:
    world = judging()
    health = world.health()

    async def run() -> WorkerReport:
        for _ in range(9):
            clock[0] += 1.0
            await health.look()
        stalled = health.report()
        world.current_assignment.partitions[3].committer.committed[INPUT] = 9
        await health.look()
        return stalled

    with capture_logs() as logs:
        stalled = asyncio.run(run())
    assert (stalled.live, stalled.ready) == (False, False)
    assert "partition 3: there is more to read" in stalled.reasons[0]
    assert stalled.partitions[3].standing_s == 8.0
    assert [(line["event"], line["partition"]) for line in logs] == [
        ("worker.stalled", 3),
        ("worker.recovered", 3),
    ]
    assert health.report().live


def test_a_consumer_that_does_not_answer_for_long_is_a_fault() -> None:
    world = judging()
    world.reading = None
    assert report(world, looks=2).live
    said = report(world, looks=3)
    assert not said.live
    assert said.reasons[0] == "the consumer does not answer"


def test_a_worker_that_waits_for_a_registry_before_it_joins_is_live() -> None:
    async def read() -> ProbeReading:
        raise ConsumerNotStarted

    world = World()
    world.read = read  # type: ignore[method-assign]
    said = report(world, looks=30)
    assert (said.live, said.ready, said.phase) == (True, False, "joining")


def test_to_be_given_nothing_for_ever_by_a_group_that_answers_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REBALANCE_S", 3.0)
    world = World(reading=ProbeReading(NOW, {}))
    assert report(world, looks=7).live
    said = report(world, looks=8)
    assert not said.live
    assert "assigned no partitions" in said.reasons[0]
    silent = World(reading=ProbeReading(NOW - 60, {}))
    assert report(silent, looks=30).live
    world.current_assignment = Held({})
    assert report(world, looks=30).ready


def test_the_watchdog_outlives_what_it_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    world = judging()
    health = world.health()
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.001)
    looks: list[int] = []
    look = health.look

    async def run() -> None:
        third = asyncio.Event()

        async def failing() -> None:
            looks.append(1)
            if len(looks) < 3:
                raise ZeroDivisionError
            await look()
            third.set()

        monkeypatch.setattr(health, "look", failing)
        watching = asyncio.create_task(health.watch())
        await asyncio.wait_for(third.wait(), 5)
        watching.cancel()

    with capture_logs() as logs:
        asyncio.run(run())
    assert [line["event"] for line in logs] == ["health.failed", "health.failed"]
    assert health.report().ready


@pytest.mark.parametrize("away_s", [None, 700.0])
def test_a_registry_that_is_away_is_no_stall_and_makes_it_unready(
    clock: list[float], away_s: float | None
) -> None:
    world = judging()
    world.registry = SimpleNamespace(url="https://registry.example.org", away_s=away_s)
    health = world.health()

    async def look() -> WorkerReport:
        for _ in range(10):
            await health.look()
            clock[0] += 1
            assert world.reading is not None
            world.reading = world.reading._replace(heard_at=clock[0])
        return health.report()

    said = asyncio.run(look())
    assert said.live is (away_s is not None), "without it, this is a stall"
    assert not said.ready
    words = "the schema registry https://registry.example.org has not answered for 700 s"
    assert (words in said.reasons) is (away_s is not None)


def test_a_paused_topic_is_said_and_stands_for_no_stall(clock: list[float]) -> None:
    world = judging()
    paused = {INPUT: Paused(7, 20, 15, Instant(1))}
    world.current_assignment.partitions[3].progress.paused = paused
    health = world.health()
    for _ in range(10):
        clock[0] += 1.0
        world.reading = ProbeReading(clock[0], {(INPUT, 3): 10, (TICKS, 3): 5})
        asyncio.run(health.look())
    report = health.report()
    assert (report.live, report.ready, report.reasons) == (True, True, [])
    [note] = report.notes
    assert note.startswith(f"partition 3: {INPUT} is paused at offset 7, since 15 of its latest 20")
    assert report.partitions[3].topics[INPUT].paused
