"""What must stop a worker: done to a bus at the end of its run, one after the other.

Each raises AssertionError when the worker goes on, ends otherwise, or has judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kafka import TopicPartition

from streams.topics import create_topics
from streams.transport.process_exit import STOPPED
from tests.faults import sabotage
from tests.faults.cluster import Cluster
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import stories

STORIES = 8
FIRST = 1_000_000
"""Their numbers are those of nobody in the stream."""


def emptied(bus: Bus, cluster: Cluster) -> None:
    """Wait until the sessions of all members are over: who is left alone then gets everything.

    Members with a lasting name stay in the group after a stop, with their partitions.
    """

    def empty() -> bool | None:
        with cluster.admin() as admin:
            group = admin.describe_groups([bus.settings.group_id])[bus.settings.group_id]
        return not group["members"] or None

    until(empty, "the group is empty")


def refused(bus: Bus, worker: WorkerProcess, *words: str) -> None:
    """The worker ends with code 2 and says why; nothing was published or committed meanwhile."""
    published, committed = ends(bus), bus.committed()
    with worker:
        code = worker.ended()
        assert code == STOPPED, f"code {code}:\n{worker.text}"
        for word in words:
            assert word in worker.text, worker.text
    assert ends(bus) == published, f"from {published} to {ends(bus)}:\n{worker.text}"
    assert bus.committed() == committed


def ends(bus: Bus) -> dict[TopicPartition, int]:
    """Where the findings end: compaction may take old ones away meanwhile."""
    topic = bus.names.violations
    return bus.ends([TopicPartition(topic, n) for n in range(bus.settings.partitions)])


def added_input(bus: Bus, cluster: Cluster) -> None:
    """One worker reads a topic more than the others, and ends; the others go on."""
    extra = f"{bus.settings.topic_prefix}added"
    with cluster.admin() as admin:
        admin.create_topics({extra: {"num_partitions": bus.settings.partitions}})
        admin.wait_for_topics([extra])
    worker = bus.worker("w0")
    try:
        bus.settle(worker)
        newer = bus.start("newer", fault=sabotage.an_added_input(extra))
        with newer:
            assert newer.ended() == STOPPED, newer.text
            assert "All workers of the group must read the same topics" in newer.text
        bus.send(*bus.events(stories(STORIES, FIRST)))

        def judged() -> bool | None:
            """Whether the others are through; a supervisor starts them again."""
            nonlocal worker
            if worker.process.poll() is not None:
                worker = bus.start("w0")
            return bus.lag() == 0 or None

        until(judged, "the others go on")
        assert bus.counters().balanced
    finally:
        worker.kill()


def inputs_deleted(bus: Bus, cluster: Cluster) -> None:
    """Records are deleted before they are judged: a gap, to be accepted by somebody."""
    bus.send(*bus.events(stories(STORIES, FIRST + STORIES)))
    topic, committed = bus.names.data_share, bus.committed()
    with cluster.admin() as admin:
        places = [TopicPartition(topic, n) for n in range(bus.settings.partitions)]
        ends = bus.ends(places)
        place = next(p for p in places if ends[p] > committed[topic, p.partition])
        admin.delete_records({place: ends[place]})
    refused(bus, bus.start("w0"), "were deleted before they were judged", "accept_lost_input")
    with bus.worker("w0", accept_lost_input=True) as willing:
        bus.settle(willing)
        assert willing.stop()[0] == 0
    gaps = bus.progress()[place.partition].gaps
    assert [(gap.topic, gap.end) for gap in gaps] == [(topic, ends[place])], gaps


def changelog_emptied(bus: Bus, cluster: Cluster) -> None:
    """The state is gone and the offsets are there: never judge on less."""
    changelog = bus.names.changelog
    with cluster.admin() as admin:
        admin.delete_topics([changelog])
        until(lambda: changelog not in admin.list_topics() or None, "the changelog is deleted")
    create_topics(bus.settings)
    refused(bus, bus.start("w0"), "the state of the group is missing")


FINALES: Final[dict[str, Callable[[Bus, Cluster], None]]] = {
    "an input added on one worker": added_input,
    "inputs deleted before they were judged": inputs_deleted,
    "changelog recreated empty": changelog_emptied,
}
"""In an order in which they can follow each other."""
