"""The log line of a topic that is read no further."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.progress import Paused

log = structlog.get_logger("consentry.worker")


def log_all_paused(partitions: Mapping[int, PartitionTask]) -> None:
    """State which topics a worker does not read, as it begins."""
    for number, partition in sorted(partitions.items()):
        for topic, paused in partition.progress.paused.items():
            log_paused(topic, number, paused)


def log_paused(topic: str, partition: int, paused: Paused) -> None:
    """State that a topic is paused, why, and what goes on with it."""
    log.error(
        "topic.paused",
        topic=topic,
        partition=partition,
        offset=paused.offset,
        dead_letters=paused.dead,
        records=paused.read,
        remedy=f"consentry dead-letters list --topic {topic}, then consentry resume --topic {topic}",
    )
