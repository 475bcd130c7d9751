"""Several topics of one type: judged as one, accounted for apart, and more may come later."""

from __future__ import annotations

import pytest

from streams.topics import create_topics
from streams.verify import verify
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import expected, stories
from tests.kafka.test_life_cycle import remove
from tests.kafka.test_worker import now
from tests.kafka.vandal import POLICY


def spread(bus: Bus, records: list[Sent], topics: list[str]) -> list[Sent]:
    """The same records, those on the first of the topics on each of them in turn."""
    return [
        record if record.topic != topics[0] else Sent(
            topic=topics[number % len(topics)], key=record.key, value=record.value
        )
        for number, record in enumerate(records)
    ]  # fmt: skip


def test_findings_are_those_of_one_topic_and_verify_agrees(
    kafka: str, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = stories(12)
    half = len(events) // 2
    names = ["data-share", "crm.shares"]
    with Bus(kafka, unique, partitions=1, topic_data_share=",".join(names)) as bus:
        shares = [f"{unique}.{name}" for name in names]
        with bus.worker() as worker:
            bus.send(*spread(bus, bus.events(events[:half]), shares))
            bus.settle(worker)
            assert worker.stop()[0] == 0
        # Until its session ends, a static member gets the topics back that it had.
        assert remove(bus, "w1", monkeypatch) == 0
    later = [*names, "ads.uploads"]
    with Bus(kafka, unique, partitions=1, topic_data_share=",".join(later)) as bus:
        shares = [f"{unique}.{name}" for name in later]
        assert create_topics(bus.settings).created == ()
        with bus.worker() as worker:
            bus.send(*spread(bus, bus.events(events[half:]), shares))
            bus.settle(worker)
            bus.comes_to(expected(events, now()))
            assert worker.stop()[0] == 0
        found = verify(bus.settings, POLICY)
        assert found.equal, found.differences
        read = {line.topic: line.counted["read"] for line in found.balance}
        assert all(read[topic] for topic in shares)
        assert sum(line.counted["judged"] for line in found.balance if line.topic in read) >= 48
