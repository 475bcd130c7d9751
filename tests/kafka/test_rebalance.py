"""Partitions change hands: nothing lost, nothing visible twice, late owners end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import expected, stories
from tests.kafka.test_worker import now

CRASHED = 70


@pytest.fixture
def wide(kafka: str, unique: str) -> Iterator[Bus]:
    with Bus(kafka, unique, partitions=4) as one:
        yield one


def owns(worker: WorkerProcess, count: int) -> set[int]:
    """Wait until the worker owns so many partitions; their numbers."""

    def look() -> set[int] | None:
        lines = worker.logged("worker.ready")
        owned = set(lines[-1]["partitions"]) if lines else set()
        return owned if len(owned) == count else None

    found: set[int] = until(look, f"{count} partitions", worker=worker)
    return found


def test_two_workers_share_and_the_survivor_takes_over(wide: Bus) -> None:
    events = stories(120)
    third = len(events) // 3
    with wide.worker("w1") as first:
        assert owns(first, 4) == {0, 1, 2, 3}
        wide.send(*wide.events(events[:third]))
        with wide.worker("w2") as second:
            wide.send(*wide.events(events[third : 2 * third]))
            assert owns(first, 2) | owns(second, 2) == {0, 1, 2, 3}
            wide.settle(first)
            second.kill()
            killed_at = datetime.now(UTC)
        wide.send(*wide.events(events[2 * third :]))
        assert owns(first, 4) == {0, 1, 2, 3}
        took_over_at = datetime.fromisoformat(first.logged("worker.ready")[-1]["timestamp"])
        waited_s = (took_over_at - killed_at).total_seconds()
        assert waited_s < wide.settings.session_timeout_s + 5
        wide.settle(first)
        wide.comes_to(expected(events, now()))
        code, seconds = first.stop()
        assert code == 0
        assert seconds < 5
    counters = wide.counters()
    assert counters.read == counters.judged == len(events)


def test_an_owner_that_slept_through_its_session_ends_and_changes_nothing(wide: Bus) -> None:
    events = stories(60)
    half = len(events) // 2
    with wide.worker(None) as sleeper, wide.worker(None) as other:
        owns(sleeper, 2)
        owns(other, 2)
        wide.send(*wide.events(events[:half]))
        wide.settle(other)
        sleeper.pause()
        wide.send(*wide.events(events[half:]))
        assert owns(other, 4) == {0, 1, 2, 3}
        wide.settle(other)
        sleeper.go_on()
        assert sleeper.ended() == CRASHED
        wide.comes_to(expected(events, now()))
    counters = wide.counters()
    assert counters.read == counters.judged == len(events)


def test_the_older_of_two_with_one_instance_id_ends(bus: Bus) -> None:
    with bus.worker("same") as older, bus.worker("same") as newer:
        assert older.ended() == CRASHED
        assert "instance_id" in older.text or "transaction" in older.text
        bus.send(*bus.events(stories(5)))
        bus.settle(newer)
    assert bus.counters().judged == 25
