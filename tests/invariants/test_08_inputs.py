"""Invariant 8: inputs are checked: nothing deleted unjudged, topics co-partitioned."""

from __future__ import annotations

import pytest
from faust.types import TP

from streams.transport.tasks import (
    log_watch,
    preconditions,
    task_initializer,
    task_opening,
    task_restore,
)
from tests.invariants.bus import FALSE, LOST, new_broker, send, stands
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken, require
from tests.invariants.process import Process
from tests.invariants.settings import JUDGED, NAMES
from tests.kafka.stories import stories
from tests.model.broker import Broker
from tests.model.log import Log

EVENTS = stories(6)
STOPPED = 2
"""Exit code of a worker that says what somebody has to put right first."""


async def stops_or_judges_all(broker: Broker, worker: Process) -> None:
    """It is assigned the partition and judges all, or says why it cannot."""
    try:
        if not worker.places:
            await worker.assign(0)
        await worker.judge_all()
    except Ended:
        published = f"it ends with code {worker.code} at every start and does not say why"
        require(worker.code == STOPPED, published)
        return
    stands(broker, EVENTS)


async def judged_in_part(broker: Broker) -> Process:
    """A worker is at the end of what there was; then more came."""
    send(broker, *EVENTS[:12])
    worker = Process(broker)
    await worker.assign(0)
    await worker.judge_all()
    send(broker, *EVENTS[12:])
    return worker


async def input_was_deleted_unjudged() -> None:
    """Retention was faster than the worker: it stops and names what is missing."""
    broker = new_broker()
    first = await judged_in_part(broker)
    first.kill()
    broker.truncate(NAMES.data_share, 0, broker.logs[NAMES.data_share, 0].end - 2)
    await stops_or_judges_all(broker, Process(broker))


def begins_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that may choose another position by itself."""
    begun = Process.__init__

    def begin(self: Process, *given: object, **named: object) -> None:
        begun(self, *given, **named)  # type: ignore[arg-type]
        self.reset = "earliest"

    monkeypatch.setattr(Process, "__init__", begin)


def test_asking_for_the_log_start_holds() -> None:
    run(input_was_deleted_unjudged())


def test_asking_for_the_log_start_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preconditions, "lost_inputs", lambda *_, **__: [])
    begins_at_the_start(monkeypatch)
    with pytest.raises(Broken, match=LOST):
        run(input_was_deleted_unjudged())


async def input_is_deleted_ahead_of_a_running_worker() -> None:
    """The log is cut while the worker catches up: it stops, and nothing after the gap is judged."""
    broker = new_broker()
    worker = await judged_in_part(broker)
    before = broker.committed(worker.settings.group_id, 0)[NAMES.data_share]
    broker.truncate(NAMES.data_share, 0, broker.logs[NAMES.data_share, 0].end - 2)
    await stops_or_judges_all(broker, worker)
    after = broker.committed(worker.settings.group_id, 0)[NAMES.data_share]
    require(after == before, "offsets are committed past what was lost")


def test_no_position_but_the_own_holds() -> None:
    run(input_is_deleted_ahead_of_a_running_worker())


def test_no_position_but_the_own_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reset and the next fetch fall into one poll, so that nothing seems to be missing."""
    begins_at_the_start(monkeypatch)
    with pytest.raises(Broken, match=LOST):
        run(input_is_deleted_ahead_of_a_running_worker())


async def a_topic_begins_again_at_lower_offsets() -> None:
    """It was deleted and created again while no worker ran; shares with other ids came since."""
    broker = new_broker()
    first = await judged_in_part(broker)
    first.kill()
    broker.recreate(NAMES.data_share)
    second = Process(broker)
    try:
        await second.assign(0)
        await second.judge_all()
    except Ended:
        require(second.code == STOPPED, f"it ends with code {second.code} at every start")
        return
    raise Broken("it goes on at an offset that the topic does not have")


def test_asking_for_the_log_end_holds() -> None:
    run(a_topic_begins_again_at_lower_offsets())


def test_asking_for_the_log_end_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes to stand before that offset is passed over."""
    monkeypatch.setattr(preconditions, "lost_inputs", lambda *_, **__: [])
    begins_at_the_start(monkeypatch)
    with pytest.raises(Broken, match="at an offset that the topic does not have"):
        run(a_topic_begins_again_at_lower_offsets())


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
        log_watch,
        "shared_numbers",
        lambda _topics, places: frozenset(p.partition for p in places),
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
    for step in (task_initializer, task_restore, task_opening):
        monkeypatch.setattr(step, "unchanged", lambda _count, _before: None)
    with pytest.raises(Broken, match=FALSE):
        run(partitions_are_added())
