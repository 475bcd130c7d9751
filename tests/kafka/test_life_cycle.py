"""Workers that stop, come back, or do not: with lasting names, under load, on a real Kafka."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.kafka.harness import Bus, Sent, WorkerProcess, until
from tests.kafka.stories import expected, stories
from tests.kafka.test_health import comes_to
from tests.kafka.test_rebalance import owns
from tests.kafka.test_worker import now

LONG_SESSION_S = 60.0
"""Longer than anything here may take, however busy the machine is."""

COMMITS_HANG = """
import asyncio, os
from streams.transport.commit.direct_producer import DirectProducer
commit = DirectProducer.commit_transaction
async def hangs(self):
    if os.path.exists(os.environ["HANGS"]):
        await asyncio.sleep(60)
    await commit(self)
DirectProducer.commit_transaction = hangs
"""


@pytest.fixture
def wide(kafka: str, unique: str) -> Iterator[Bus]:
    """Six partitions, and sessions that do not end within a test."""
    settings = {"session_timeout_s": LONG_SESSION_S, "tick_interval_s": 0.5}
    with Bus(kafka, unique, partitions=6, **settings) as one:
        yield one


@contextmanager
def feeding(bus: Bus, records: list[Sent], seconds: float) -> Iterator[None]:
    """Send the records spread over the time, and all of them before it ends."""
    failed: list[BaseException] = []

    def feed() -> None:
        began = time.monotonic()
        try:
            for start in range(0, len(records), 20):
                bus.send(*records[start : start + 20])
                time.sleep(max(0.0, start / len(records) * seconds - time.monotonic() + began))
        except BaseException as error:  # noqa: BLE001 - reported below
            failed.append(error)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    assert not failed


def remove(bus: Bus, instance_id: str, monkeypatch: pytest.MonkeyPatch) -> int:
    for name, value in bus.environment().items():
        if name.startswith("CONSENTRY_"):
            monkeypatch.setenv(name, value)
    return main(["worker", "remove", instance_id])


def test_a_worker_that_is_removed_hands_over_at_once(
    wide: Bus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with wide.worker("w1") as stays, wide.worker("w2") as leaves:
        numbers = owns(stays, 3) | owns(leaves, 3)
        assert numbers == set(range(6))
        assert leaves.stop()[0] == 0
        # It stopped in order, and still is a member: nobody else gets its partitions.
        assert len(stays.logged("worker.ready")) == 2
        assert remove(wide, "w3", monkeypatch) == 2
        assert "Its members: w1, w2" in capsys.readouterr().err
        began = time.monotonic()
        assert remove(wide, "w2", monkeypatch) == 0
        assert "go to the other worker" in capsys.readouterr().out
        assert owns(stays, 6) == numbers
        assert time.monotonic() - began < LONG_SESSION_S / 3
        events = stories(20)
        wide.send(*wide.events(events))
        wide.settle(stays)
        wide.comes_to(expected(events, now()))
        assert remove(wide, "w2", monkeypatch) == 2
        # One that still runs is thrown out, and ends.
        assert remove(wide, "w1", monkeypatch) == 0
        assert "Nobody judges" in capsys.readouterr().out
        assert stays.ended() == 70


def test_a_rolling_restart_loses_nothing_and_moves_nothing(wide: Bus) -> None:
    events = stories(240)
    names = ["w1", "w2", "w3"]
    workers: dict[str, WorkerProcess] = {name: wide.start(name) for name in names}
    try:
        owned = {name: owns(worker, 2) for name, worker in workers.items()}
        assignments = {name: len(w.logged("worker.ready")) for name, w in workers.items()}
        with feeding(wide, wide.events(events), 8.0):
            for name in names:
                code, seconds = workers[name].stop()
                assert code == 0, workers[name].text
                assert seconds < 5
                workers[name] = wide.worker(name)
                assert owns(workers[name], 2) == owned[name]
                # The others kept judging: nothing was assigned again.
                for other in names[names.index(name) + 1 :]:
                    assert len(workers[other].logged("worker.ready")) == assignments[other]
                for other in names[: names.index(name) + 1]:
                    assert len(workers[other].logged("worker.ready")) == 1
        wide.settle()
        wide.comes_to(expected(events, now()))
    finally:
        for worker in workers.values():
            worker.kill()
    counters = wide.counters()
    assert counters.read == counters.judged == len(events)


def test_after_a_kill_the_same_member_is_back_long_before_its_session_ends(wide: Bus) -> None:
    events = stories(100)
    half = len(events) // 2
    with wide.worker("w1") as first:
        wide.send(*wide.events(events[:half]))
        wide.settle(first)
        first.kill()
    wide.send(*wide.events(events[half:]))
    assert wide.lag() == half
    with wide.start("w1") as second:
        until(lambda: wide.lag() < half or None, "it judges", worker=second)
        wide.settle(second)
        wide.comes_to(expected(events, now()))
        [ready] = second.logged("worker.ready")
        assert (ready["rows"], ready["seconds"] < LONG_SESSION_S / 3) == (half, True)


def test_asked_to_stop_while_the_broker_does_not_answer_it_leaves_in_time(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = stories(40)
    hangs = tmp_path / "hangs"
    monkeypatch.setenv("HANGS", str(hangs))
    with bus.worker(fault=COMMITS_HANG, health_port=0) as first:
        hangs.touch()
        bus.send(*bus.events(events))
        comes_to(first, "ready", 503)
        code, seconds = first.stop()
        assert (code, first.logged("worker.stopping")[0]["level"]) == (70, "info")
        assert seconds < 5
        hangs.unlink()
    assert bus.counters().judged == 0
    with bus.worker() as second:
        bus.settle(second)
        bus.comes_to(expected(events, now()))
    assert bus.counters().judged == len(events)
