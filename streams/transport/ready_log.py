"""The log line of a worker that begins to judge."""

from __future__ import annotations

import time
from collections.abc import Mapping

import structlog

from streams.transport.paused_log import log_all_paused
from streams.transport.tasks.partition_task import PartitionTask

log = structlog.get_logger("consentry.worker")


def log_ready(partitions: Mapping[int, PartitionTask], started_at: float) -> None:
    """State what it judges, and which topics it does not read; `started_at` is monotonic."""
    log.info(
        "worker.ready",
        partitions=sorted(partitions),
        rows=sum(len(one.rows) for one in partitions.values()),
        seconds=round(time.monotonic() - started_at, 3),
    )
    log_all_paused(partitions)
