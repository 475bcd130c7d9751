"""Taking over partitions, in the one order that is safe (architecture 4, invariant 1).

Before anything else the state is asked whose it is (docs/adr/0041). Then the transactional
producer is started: the broker aborts what a predecessor left open and fences it, so that
neither the offsets nor the changelog can move any more. Then the group's committed offsets
are read, then the changelog is restored to its end, then both are compared. Only then is
anything judged, from the committed offsets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

import structlog

from streams.errors import ConsentryError
from streams.measures.transport_stats import TransportStats
from streams.transport.clock import OwnClock
from streams.transport.commit.transactions import Bounds, Committer, OutputBatch
from streams.transport.fetch.log_range import LogRange, log_ranges
from streams.transport.state.changelog_restore import Restored, read_to_end, restore
from streams.transport.state.row_store import RowStore
from streams.transport.state.stores import MemoryStores, Stores
from streams.transport.tasks import preconditions
from streams.transport.tasks.fencing import require_owned
from streams.transport.tasks.in_parallel import in_parallel
from streams.transport.tasks.partition_count import unchanged
from streams.transport.tasks.partition_task import PartitionTask
from streams.transport.tasks.preconditions import PolicyPast
from streams.transport.tasks.state_owner import (
    latest_progress,
    named,
    require_own_state,
    require_same_topics,
)
from streams.wire.progress import Gap, Progress, StateOwner

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

log = structlog.get_logger("consentry.worker")

SETTLING_S = 5.0
"""How long the coordinator may take to show offsets whose transaction just ended.

aiokafka cannot ask for stable offsets only (`require_stable`, KIP-447), so those of a
transaction that has just ended may not show yet. They can only be too old, never too new,
and never be taken for right by mistake: the progress row of the same transaction stands
in the changelog, whose end is settled, since the broker answers the start of the new
producer only after the markers of the old transaction are written everywhere.
"""


class GroupOffsets(Protocol):
    """What the consumer group knows."""

    async def committed(self, partition: int) -> dict[str, int]:
        """Committed offsets of one partition number; topics without one are left out."""

    async def declared_counts(self, count: int) -> frozenset[int]:
        """The partition counts that the offsets of the first `count` numbers declare."""

    async def counts(self) -> Mapping[str, int]:
        """The partition counts of the topics as the group knows them now."""


class TaskInitializer:
    """Makes a worker the owner of partition numbers."""

    def __init__(
        self,
        *,
        group: GroupOffsets,
        group_id: str,
        topics: tuple[str, ...],
        counted: tuple[str, ...],
        changelog: str,
        bounds: Bounds,
        past: PolicyPast,
        accept_lost_input: bool,
        new_producer: Callable[[int], AIOKafkaProducer],
        new_reader: Callable[[], AIOKafkaConsumer],
        passing: frozenset[str] = frozenset(),
        stores: Stores | None = None,
        work: TransportStats | None = None,
        clock: OwnClock | None = None,
        owner: StateOwner | None = None,
        topic_ids: Callable[[], Awaitable[Mapping[str, str]]] | None = None,
    ) -> None:
        """`passing` are topics whose deleted records are no loss: later ticks tell the time.

        `owner` is this installation, whose state alone is taken over; `topic_ids` gives the
        ids of the topics now, as far as the broker tells them. Without `stores` rows are kept
        in memory. What is done is counted in `work`. The time of a state is compared with
        `clock`.
        """
        self._group = group
        self._group_id = group_id
        self._topics = topics
        self._counted = counted
        self._changelog = changelog
        self._bounds = bounds
        self._past = past
        self._accept_lost_input = accept_lost_input
        self._new_producer = new_producer
        self._new_reader = new_reader
        self._passing = passing
        self._stores = MemoryStores() if stores is None else stores
        self._work = TransportStats() if work is None else work
        self._clock = clock
        self._owner = owner
        self._declared = "" if owner is None else named(owner).declaration
        self._topic_ids = topic_ids

    async def take(
        self, numbers: Iterable[int], kept: dict[int, PartitionTask]
    ) -> dict[int, PartitionTask]:
        """Own the partition numbers; `kept` are those that this process owned before.

        What is closed is taken out of `kept`, so that it is true however this ends.

        A kept partition whose committed offsets are where its memory ends was judged by
        nobody else, and needs no restore. Should they be where they are only because the
        commit of somebody else does not show yet, no harm is done: whoever committed had
        started the producer of the number before, which fences ours, so the first
        transaction on that memory fails and ends the process. Offsets of our own that do
        not show yet cost a restore. Raises ConsentryError when a check fails.
        """
        if kept:
            # Partitions were added while this worker ran: the numbers it kept are as
            # wrong as new ones.
            count = preconditions.same_counts(await self._group.counts())
            unchanged(count, {partition.count for partition in kept.values()})
        owned: dict[int, PartitionTask] = {}
        new: list[int] = []
        for number in sorted(numbers):
            old = kept.get(number)
            if old is not None and not old.progress.differences(
                await self._group.committed(number)
            ):
                old.committer.bounds = self._bounds
                owned[number] = old
            else:
                new.append(number)
        if new:
            owned |= await self._restore(new, kept)
        return owned

    async def _restore(
        self, numbers: list[int], kept: dict[int, PartitionTask]
    ) -> dict[int, PartitionTask]:
        stale = [kept.pop(number) for number in numbers if number in kept]
        await in_parallel(partition.close() for partition in stale)
        began = time.monotonic()
        producers: dict[int, AIOKafkaProducer] = {}
        committers: dict[int, Committer] = {}
        stores: dict[int, RowStore] = {}
        reader = self._new_reader()
        try:
            await reader.start()
            await self._require_own(reader, numbers)
            ids = {} if self._topic_ids is None else await self._topic_ids()
            producers.update((number, self._new_producer(number)) for number in numbers)
            await in_parallel(producer.start() for producer in producers.values())
            count = await self._count_partitions(producers[numbers[0]])
            # Before the restore, which may be long, and whatever state there is: a number
            # that is new to the group has none.
            unchanged(count, await self._group.declared_counts(count))
            committed = {number: await self._group.committed(number) for number in numbers}
            logs = await self._logs(reader, committed)
            stores = await self._stores.open(numbers, count)
            restored = await restore(reader, self._changelog, numbers, stores)
            for number in numbers:
                await self._made_fit(number, restored[number], committed[number], reader)
            owned = {}
            for number in numbers:
                committer = committers[number] = Committer(
                    producers[number],
                    partition=number,
                    count=count,
                    group_id=self._group_id,
                    changelog=self._changelog,
                    bounds=self._bounds,
                    committed=committed[number],
                    work=self._work,
                    installation=self._declared,
                )
                try:
                    state, offsets, log_of = restored[number], committed[number], logs[number]
                    owned[number] = await self._open(
                        number, count, state, offsets, log_of, committer, ids
                    )
                except ConsentryError:
                    # It may be looking at what an owner did that came after it.
                    shown = await self._group.committed(number)
                    await require_owned(producers[number], self._group_id, number, shown)
                    raise
        except BaseException:
            # A committer first ends its transaction: a producer that is stopped under it
            # would end the process over a mere rebalance.
            await in_parallel(committer.close() for committer in committers.values())
            await in_parallel(
                producer.stop() for n, producer in producers.items() if n not in committers
            )
            for rows in stores.values():
                rows.close()
            raise
        finally:
            await reader.stop()
        read = sum(restored[number].read for number in numbers)
        seconds = time.monotonic() - began
        self._work.restored(read, seconds)
        log.info(
            "partitions.restored",
            partitions=numbers,
            rows=sum(len(owned[number].rows) for number in numbers),
            read=read,
            seconds=round(seconds, 3),
        )
        return owned

    async def _require_own(self, reader: AIOKafkaConsumer, numbers: list[int]) -> None:
        """Look whose state it is before a producer is started, which fences its owner."""
        if self._owner is None:
            return
        # All at once, and once: aiokafka would ask for one unknown topic after another.
        await reader._client.set_topics((*self._topics, self._changelog))
        found = await latest_progress(reader, self._changelog, numbers)
        for number, progress in found.items():
            self._own(progress, number)

    def _own(self, progress: Progress | None, number: int) -> None:
        if self._owner is not None:
            require_own_state(progress, self._owner, self._changelog, number)

    async def _logs(
        self, reader: AIOKafkaConsumer, committed: Mapping[int, Mapping[str, int]]
    ) -> dict[int, dict[str, LogRange]]:
        """From where to where the inputs reach.

        Asked again for a while when one ends before what is committed: a leader that was
        just elected may not know yet how far its log is replicated.
        """
        deadline = time.monotonic() + SETTLING_S
        while True:
            logs = await log_ranges(reader, self._topics, self._changelog, list(committed))
            short = any(
                topic in logs[number] and position > logs[number][topic].end
                for number, offsets in committed.items()
                for topic, position in offsets.items()
            )
            if not short or time.monotonic() > deadline:
                return logs
            await asyncio.sleep(0.2)

    async def _made_fit(
        self,
        number: int,
        restored: Restored,
        committed: dict[str, int],
        reader: AIOKafkaConsumer,
    ) -> None:
        """Restore all of the changelog where what the store held does not go with the offsets.

        So it is the changelog that is found to be in order or not, never a copy of it.
        """
        if not restored.resumed:
            return
        progress = preconditions.stored_progress(restored, self._changelog, number)
        shown = await self._settled(number, progress, committed)
        if progress is None or progress.differences(shown):
            restored.load_again("it does not go with the committed offsets")
            await read_to_end(reader, self._changelog, {number: restored})

    async def _count_partitions(self, producer: AIOKafkaProducer) -> int:
        counts = {topic: len(await producer.partitions_for(topic)) for topic in self._counted}
        return preconditions.same_counts(counts)

    async def _open(
        self,
        number: int,
        count: int,
        restored: Restored,
        committed: dict[str, int],
        logs: dict[str, LogRange],
        committer: Committer,
        ids: Mapping[str, str],
    ) -> PartitionTask:
        progress = preconditions.stored_progress(restored, self._changelog, number)
        self._own(progress, number)
        if progress is not None:
            require_same_topics(progress, ids, number, accept=self._accept_lost_input)
        committed = await self._settled(number, progress, committed)
        committer.committed.update(committed)
        preconditions.progress_agrees(progress, committed, self._changelog, number)
        if progress is None:
            progress = Progress(positions={})
        elif progress.partitions:
            unchanged(count, (progress.partitions,))
        if self._clock is not None:
            self._clock.check_state(self._changelog, number, progress.partition_time)
        self._past.check(progress, number)
        progress.owner = self._owner
        progress.topic_ids = {**progress.topic_ids, **ids}
        lasting = {t: at for t, at in committed.items() if t not in self._passing}
        gaps = preconditions.lost_inputs(lasting, logs, number, accept=self._accept_lost_input)
        partition = PartitionTask(number, count, restored.rows, progress, committer, self._past)
        await self._settle_positions(partition, logs, gaps)
        return partition

    async def _settled(
        self, number: int, progress: Progress | None, committed: dict[str, int]
    ) -> dict[str, int]:
        """Ask again for a while when the offsets are not yet those of the state."""
        deadline = time.monotonic() + SETTLING_S
        while (
            progress is not None and progress.differences(committed) and time.monotonic() < deadline
        ):
            await asyncio.sleep(0.2)
            committed = await self._group.committed(number)
        return committed

    async def _settle_positions(
        self, partition: PartitionTask, logs: Mapping[str, LogRange], gaps: list[Gap]
    ) -> None:
        """Commit where a topic begins that has no offset yet, or has other ticks; and accepted gaps.

        From then on a committed offset that is missing means that state is missing.
        """
        progress = partition.progress
        batch = OutputBatch()
        for topic in self._topics:
            position, reach = progress.positions.get(topic), logs[topic]
            if position is None or (topic in self._passing and not reach.holds(position)):
                batch.positions[topic] = reach.start
            if position is None:
                progress.begins[topic] = reach.start
        for gap in gaps:
            log.warning(
                "input.lost",
                topic=gap.topic,
                partition=partition.number,
                from_offset=gap.start,
                to_offset=gap.end,
            )
            batch.positions[gap.topic] = gap.end
        progress.gaps = (*progress.gaps, *gaps)
        partition.committer.start()
        if batch.positions:
            partition.hand_over(batch)
            await partition.committer.drained()
