"""Invariant 8: inputs are checked: nothing deleted unjudged, topics co-partitioned."""

from __future__ import annotations

import pytest
from faust.types import TP

from streams.transport import checks, driver, takeover
from tests.invariants.bus import FALSE, converged, new_broker, send, stands
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import JUDGED, NAMES, Ended, Process, run
from tests.kafka.stories import stories
from tests.model.broker import Broker, Log

EVENTS = stories(6)
STOPPED = 2
"""Exit code of a worker that tells somebody what to put right first."""


async def input_was_deleted_unjudged() -> None:
    """Retention was faster than the worker: it stops and names what is missing."""
    broker = new_broker()
    send(broker, *EVENTS[:12])
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    first.kill()
    send(broker, *EVENTS[12:])
    broker.truncate(NAMES.data_share, 0, broker.logs[NAMES.data_share, 0].end - 2)
    second = Process(broker)
    try:
        await second.assign(0)
        await second.judge_all()
    except Ended:
        told = f"it ends with code {second.code} at every start and does not say why"
        require(second.code == STOPPED, told)
        return
    converged(broker, EVENTS)


def test_asking_for_the_log_start_holds() -> None:
    run(input_was_deleted_unjudged())


def test_asking_for_the_log_start_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client goes on at the log start, which does not continue (invariant 2)."""
    monkeypatch.setattr(checks, "lost_inputs", lambda *_, **__: [])
    with pytest.raises(Broken, match="it ends with code 70 at every start"):
        run(input_was_deleted_unjudged())


async def a_topic_is_somebody_elses() -> None:
    """In a rolling deployment consents of one partition stay with a worker of before."""
    broker = new_broker(2)
    send(broker, *EVENTS)
    worker = Process(broker)
    places = {TP(topic, number) for topic in JUDGED for number in (0, 1)}
    try:
        await worker.assign_places(places - {TP(NAMES.consent_change, 1)})
        await worker.judge_all()
    except Ended:
        assert worker.code == STOPPED
        return
    stands(broker, EVENTS)


def test_the_same_partition_numbers_hold() -> None:
    run(a_topic_is_somebody_elses())


def test_the_same_partition_numbers_bite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        driver, "shared_numbers", lambda _topics, places: frozenset(p.partition for p in places)
    )
    with pytest.raises(Broken, match=FALSE):
        run(a_topic_is_somebody_elses())


def grow(broker: Broker, count: int) -> None:
    """Somebody adds partitions to every topic."""
    for topic in list(broker._counts):
        broker._counts[topic] = count
        for number in range(count):
            broker.logs.setdefault((topic, number), Log())


async def partitions_are_added() -> None:
    """People are led to other partitions than their history: the worker refuses."""
    broker = new_broker(1)
    send(broker, *EVENTS[:12])
    first = Process(broker)
    await first.assign(0)
    await first.judge_all()
    first.kill()
    grow(broker, 4)
    send(broker, *EVENTS[12:])
    second = Process(broker)
    try:
        await second.assign(0, 1, 2, 3)
        await second.judge_all()
    except Ended:
        assert second.code == STOPPED
        return
    stands(broker, EVENTS)


def test_the_same_partition_count_holds() -> None:
    run(partitions_are_added())


def test_the_same_partition_count_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "unchanged", lambda _count, _before: None)
    with pytest.raises(Broken, match=FALSE):
        run(partitions_are_added())
