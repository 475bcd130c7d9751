"""What a worker refuses to judge on, and what it reports (architecture 4, 7, 8 and 11)."""

from __future__ import annotations

from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata

from streams.errors import ConsentryError
from streams.operate.restore_offsets import restore_offsets
from streams.topics import create_topics
from tests.kafka.harness import Bus, until
from tests.kafka.stories import stories

REFUSED = 2


def judged(bus: Bus, first: int = 0) -> None:
    """A worker judges some stories and stops."""
    with bus.worker(None) as worker:
        bus.send(*bus.events(stories(5, first)))
        bus.settle(worker)
        assert worker.stop()[0] == 0


def admin(bus: Bus) -> KafkaAdminClient:
    return KafkaAdminClient(**bus.settings.connection.kafka_python_options())


def partition_count(client: KafkaAdminClient, topic: str) -> int:
    [described] = client.describe_topics([topic])
    return len(described["partitions"])


def members(client: KafkaAdminClient, bus: Bus) -> list[object]:
    found: list[object] = client.describe_groups([bus.settings.group_id])[bus.settings.group_id][
        "members"
    ]
    return found


def refuses(bus: Bus, *words: str, **settings: Any) -> None:
    """The worker ends by itself, says why in two lines, and writes nothing."""
    before = len(bus.findings())
    with bus.start(**settings) as worker:
        assert worker.ended() == REFUSED, worker.text
        for word in ("error: ", *words):
            assert word in worker.text, worker.text
        assert "Traceback" not in worker.text
    assert len(bus.findings()) == before


def test_state_that_is_gone(bus: Bus) -> None:
    judged(bus)
    client = admin(bus)
    client.delete_topics([bus.names.changelog])
    until(lambda: bus.names.changelog not in client.list_topics() or None, "it is deleted")
    client.close()
    create_topics(bus.settings)
    create_topics(bus.settings.model_copy(update={"generation": 2}))
    refuses(bus, "the state of the group is missing", "generation")
    with bus.worker(generation=2) as refused_again:
        assert refused_again.logged("worker.ready")[0]["rows"] == 0


def test_offsets_that_somebody_moved(bus: Bus) -> None:
    judged(bus)
    place = TopicPartition(bus.names.data_share, 0)
    client = admin(bus)
    client.alter_group_offsets(bus.settings.group_id, {place: OffsetAndMetadata(0, "", -1)})
    words = "does not belong to the committed offsets", bus.names.data_share, "offsets restore"
    refuses(bus, *words, instance_id=None)
    until(lambda: not members(client, bus) or None, "the worker has left")
    [moved] = restore_offsets(bus.settings, dry_run=True)
    assert moved[:3] == (bus.names.data_share, 0, 0)
    assert bus.committed()[moved.topic, 0] == 0
    assert restore_offsets(bus.settings) == (moved,)
    client.delete_groups([bus.settings.group_id])
    positions = {
        (topic, number): at
        for number, progress in bus.progress().items()
        for topic, at in progress.positions.items()
    }
    lost = restore_offsets(bus.settings)
    assert {(one.topic, one.partition): one.position for one in lost} == positions
    assert {one.committed for one in lost} == {None}
    ahead = OffsetAndMetadata(moved.position + 1, "", -1)
    client.alter_group_offsets(bus.settings.group_id, {place: ahead})
    client.close()
    with pytest.raises(ConsentryError, match=f"past {moved.position}"):
        restore_offsets(bus.settings)
    restore_offsets(bus.settings, back=True)
    with bus.worker(None) as again:
        with pytest.raises(ConsentryError, match="has members"):
            restore_offsets(bus.settings)
        assert again.stop()[0] == 0
    assert restore_offsets(bus.settings) == ()


def test_inputs_that_were_deleted_before_they_were_judged(bus: Bus) -> None:
    judged(bus)
    events = stories(5, 5)
    bus.send(*bus.events(events))
    place = TopicPartition(bus.names.data_share, 0)
    consumer = bus.consumer()
    end = consumer.end_offsets([place])[place]
    consumer.close()
    client = admin(bus)
    client.delete_records({place: end})
    client.close()
    refuses(bus, "were deleted before they were judged", "accept_lost_input")
    with bus.worker(accept_lost_input=True) as willing:
        bus.settle(willing)
    [gap] = bus.progress()[0].gaps
    assert (gap.topic, gap.end) == (bus.names.data_share, end)
    with bus.worker() as again:
        bus.settle(again)


def test_topics_with_different_partition_counts(bus: Bus) -> None:
    client = admin(bus)
    client.create_partitions({bus.names.purchase: 3})
    # The broker says so a moment after it has promised it.
    until(lambda: partition_count(client, bus.names.purchase) == 3 or None, "there are three")
    client.close()
    refuses(bus, f"{bus.names.purchase}: it has 3 partitions", "the others need 2")
