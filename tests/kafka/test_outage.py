"""The broker goes away and comes back: the worker waits or is started again, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.dev.broker import LocalBroker
from tests.kafka.harness import Bus, until
from tests.kafka.stories import expected, stories
from tests.kafka.test_health import comes_to, probe
from tests.kafka.test_worker import now


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[LocalBroker]:
    """A broker that this test may kill."""
    with LocalBroker(tmp_path / "kafka", heap_mb=256) as one:
        yield one


def test_a_broker_that_is_killed_and_comes_back(broker: LocalBroker) -> None:
    events = stories(100)
    half = len(events) // 2
    bus = Bus(broker.bootstrap, "outage")
    worker = bus.worker(health_port=0)
    try:
        bus.send(*bus.events(events[:half]))
        assert comes_to(worker, "ready", 200)["reasons"] == []
        broker.kill()
        assert "has not answered" in comes_to(worker, "ready", 503)["reasons"][0]
        assert probe(worker, "live")[0] == 200
        broker.start()
        bus.send(*bus.events(events[half:]))

        def judged() -> bool | None:
            """Whether all is; does what a supervisor does when a worker ended itself."""
            nonlocal worker
            if worker.process.poll() is not None:
                assert worker.process.returncode == 70, worker.text
                worker = bus.start()
            return bus.lag() == 0 or None

        until(judged, "all is committed", 60)
        bus.comes_to(expected(events, now()))
    finally:
        worker.kill()
        bus.close()
    counters = bus.counters()
    assert counters.read == counters.judged == len(events)
