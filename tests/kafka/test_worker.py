"""The worker end to end on a real Kafka: what goes in comes out judged, exactly once."""

from __future__ import annotations

import time

from kafka import KafkaProducer

from streams.core.instants import Instant
from tests.kafka.harness import Bus
from tests.kafka.stories import expected, stories


def now() -> Instant:
    return Instant(int(time.time() * 1000))


def test_findings_equal_those_of_the_core_offline(bus: Bus) -> None:
    events = stories(20)
    with bus.worker() as worker:
        bus.send(*bus.events(events))
        bus.settle(worker)
        bus.comes_to(expected(events, now()))
        code, seconds = worker.stop()
    assert code == 0, worker.text
    assert seconds < 5
    counters = bus.counters()
    assert counters.read == len(events) == counters.judged
    assert not bus.dead_letters()


def test_kill_in_the_middle_loses_nothing_and_repeats_nothing(bus: Bus) -> None:
    events = stories(200)
    half = len(events) // 2
    with bus.worker() as first:
        bus.send(*bus.events(events[:half]))
        while not bus.committed() or bus.lag() == half:
            time.sleep(0.02)
        bus.send(*bus.events(events[half:]))
        first.kill()
    with bus.worker() as second:
        bus.settle(second)
        bus.comes_to(expected(events, now()))
        assert second.stop()[0] == 0
    counters = bus.counters()
    assert counters.read == len(events) == counters.judged
    assert counters.balanced


def test_a_restart_restores_what_was_judged(bus: Bus) -> None:
    events = stories(10)
    grants = [event for event in events if event.event_id.endswith("grant")]
    others = [event for event in events if event not in grants]
    with bus.worker() as first:
        bus.send(*bus.events(grants))
        bus.settle(first)
        assert first.stop()[0] == 0
    with bus.worker() as second:
        assert second.logged("worker.ready")[0]["rows"] == len(grants)
        bus.send(*bus.events(others))
        bus.settle(second)
        bus.comes_to(expected(events, now()))


def test_records_of_an_aborted_transaction_are_not_judged_nor_waited_for(bus: Bus) -> None:
    kept, dropped = stories(2), stories(2, 10)
    options = bus.settings.connection.kafka_python_options()
    producer = KafkaProducer(**options, transactional_id=f"{bus.settings.group_id}-upstream")
    producer.init_transactions()
    with bus.worker() as worker:
        for events, end in (
            (kept, producer.commit_transaction),
            (dropped, producer.abort_transaction),
        ):
            producer.begin_transaction()
            for one in bus.events(events):
                producer.send(one.topic, key=one.key, value=one.value)
            producer.flush()
            end()
        # Both ends leave markers on the inputs, which the committed offsets must pass.
        bus.settle(worker)
        bus.comes_to(expected(kept, now()))
    producer.close()
    counters = bus.counters()
    assert counters.read == counters.judged == len(kept)
