"""Which partition numbers go on from memory, and which are taken over.

How one is taken over, and in which order, is in `task_restore`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import structlog

from streams.measures.transport_stats import TransportStats
from streams.transport.clock import OwnClock
from streams.transport.commit.partition_count import unchanged
from streams.transport.state.stores import MemoryStores, Stores
from streams.transport.tasks import preconditions
from streams.transport.tasks.in_parallel import in_parallel
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.task_plan import TaskClients, TaskPlan
from streams.transport.tasks.task_restore import TaskRestore

log = structlog.get_logger("consentry.worker")


class TaskInitializer:
    """Makes a worker the owner of partition numbers."""

    def __init__(
        self,
        plan: TaskPlan,
        clients: TaskClients,
        *,
        stores: Stores | None = None,
        stats: TransportStats | None = None,
        clock: OwnClock | None = None,
    ) -> None:
        """Without `stores` rows are kept in memory.

        What is done is counted in `stats`. The time of a state is compared with `clock`.
        """
        self._plan = plan
        self._clients = clients
        self._stores = MemoryStores() if stores is None else stores
        self._stats = TransportStats() if stats is None else stats
        self._clock = clock

    async def take(
        self, numbers: Iterable[int], kept: dict[int, PartitionTask]
    ) -> dict[int, PartitionTask]:
        """Own the partition numbers; `kept` are those that this process owned before.

        What is closed is taken out of `kept`, so that it is true however this ends.

        A kept partition whose committed offsets are where its memory ends was judged by
        nobody else, and needs no restore. Should they be where they are only because the
        commit of somebody else does not show yet, no harm is done: the one that committed had
        started the producer of the number before, which fences ours, so the first
        transaction on that memory fails and ends the process. Offsets of our own that do
        not show yet cost a restore. Raises ConsentryError when a check fails.
        """
        group = self._clients.group
        if kept:
            # Partitions were added while this worker ran: the numbers it kept are as
            # wrong as new ones.
            count = preconditions.same_counts(await group.counts())
            unchanged(count, {partition.count for partition in kept.values()})
        owned: dict[int, PartitionTask] = {}
        new: list[int] = []
        for number in sorted(numbers):
            old = kept.get(number)
            if old is not None and not old.progress.differences(await group.committed(number)):
                old.committer.bounds = self._plan.bounds
                owned[number] = old
            else:
                new.append(number)
        if new:
            owned |= await self._restore(new, kept)
        return owned

    async def _restore(
        self, numbers: list[int], kept: dict[int, PartitionTask]
    ) -> dict[int, PartitionTask]:
        """Take numbers over, after what this process had of them is closed."""
        stale = [kept.pop(number) for number in numbers if number in kept]
        await in_parallel(partition.close() for partition in stale)
        began = time.monotonic()
        restore = TaskRestore(
            self._plan,
            self._clients,
            numbers,
            stores=self._stores,
            stats=self._stats,
            clock=self._clock,
        )
        owned = await restore.tasks()
        seconds = time.monotonic() - began
        self._stats.restored(restore.read, seconds)
        log.info(
            "partitions.restored",
            partitions=numbers,
            rows=sum(len(partition.rows) for partition in owned.values()),
            read=restore.read,
            seconds=round(seconds, 3),
        )
        return owned
