"""Brings one sink what stands on the topics, in its own consumer group.

Offsets are committed when all before them is settled: delivered, had already, or kept as a
dead letter. What is not settled when partitions are taken away, or when the process dies,
is read again by the next consumer, and delivered again under the same ids.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiokafka import ConsumerRebalanceListener
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.delivery.catch_up import CatchUp, end_in
from streams.delivery.dead_letters import DeadLetters
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.delivery.start_offsets import committed_in, delivery_consumer, no_longer_there
from streams.delivery.update_selection import UpdateSelection
from streams.errors import ConsentryError
from streams.registry import Registry
from streams.settings import Settings
from streams.sinks.contract import DeliveryResult
from streams.sinks.options import SinkOptions

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.alerts.policy import AlertPolicy

    Polled = Mapping[TopicPartition, Sequence[ConsumerRecord[Any, Any]]]

_POLL_MS: Final = 500

log = structlog.get_logger("consentry.deliver")


class SinkConsumer(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """One sink's consumer, from the first poll to the last commit."""

    assignor: type[Any] | None = None
    """How partitions are divided among deliverers; None: evenly."""

    policy: AlertPolicy | None = None
    """What decides about alerts, where there is one and its state is this deliverer's."""

    def __init__(
        self, settings: Settings, options: SinkOptions, sender: SinkSender, dead: DeadLetters
    ) -> None:
        self._settings = settings
        self._options = options
        self._sender = sender
        self._dead = dead
        self._stats = sender.stats
        self._registry = Registry.of(settings)
        self._selection = UpdateSelection(settings, options, sender, dead, self._registry)
        self._catch_up = CatchUp()
        self._interrupt = Interrupt()
        self._assigned = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._fresh = False
        self._stopping = False
        self.consumer: AIOKafkaConsumer = delivery_consumer(
            settings, settings.delivery_group(sender.name), options.timeout_s, self.assignor
        )
        self.partitions: frozenset[TopicPartition] = frozenset()
        """What is assigned now."""

    async def run(self) -> None:
        """Deliver until `stop`. Raises ConsentryError and KafkaError."""
        names = self._settings.topics
        await self.consumer.start()
        try:
            self.consumer.subscribe([names.violations, names.duties], listener=self)
            while not self._stopping:
                await self._assigned.wait()
                if self._fresh:
                    self._fresh = False
                    await self._begin()
                await self._deliver(await self._poll())
            await self._end()
        finally:
            await self.consumer.stop()

    def stop(self) -> None:
        """Let go of what is under way and end `run`."""
        self._stopping = True
        self._interrupt.set()
        self._assigned.set()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Settle or let go of the batch before the group goes on."""
        del revoked
        self._assigned.clear()
        self._interrupt.set()
        await self._idle.wait()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Go on, from the committed offsets."""
        self.partitions = frozenset(assigned)
        self._fresh = True
        if not self._stopping:
            self._interrupt.clear()
        self._assigned.set()

    @property
    def assigned(self) -> bool:
        """Whether the group has assigned this member its partitions, if any."""
        return self._assigned.is_set()

    async def lag(self) -> int | None:
        """Offsets between what was read and the end, None while an end is unknown."""
        total = 0
        for place in self.partitions:
            end = self.consumer.last_stable_offset(place)
            if end is None:
                return None
            total += max(0, end - await self.consumer.position(place))
        return total

    async def _end(self) -> None:
        """Nothing is left to do when it stops: all that is settled is committed."""

    async def _begin(self) -> None:
        """Go to the committed offsets, and see whether a state is still caught up with there."""
        committed = await committed_in(self.consumer, self.partitions)
        for place, one in committed.items():
            with contextlib.suppress(IllegalStateError):  # not ours any more
                self.consumer.seek(place, one.offset)
        starts = {
            place: (one.offset, end)
            for place, one in committed.items()
            if (end := end_in(one.metadata)) is not None and one.offset < end.offset
        }
        if not starts:
            self._catch_up = CatchUp()
            return
        reader = delivery_consumer(self._settings)
        await reader.start()
        try:
            await self._catch_up.look(reader, starts)
        except OffsetOutOfRangeError as error:
            raise await self._lost(error) from None
        finally:
            await reader.stop()

    async def _poll(self) -> Polled:
        """What is there, as much as a batch holds; empty when there is nothing."""
        try:
            polled = await self.consumer.getmany(
                timeout_ms=_POLL_MS, max_records=self._options.batch_max_records
            )
        except NoOffsetForPartitionError as error:
            await self._from_the_beginning(error.args[0])
            return {}
        except OffsetOutOfRangeError as error:
            raise await self._lost(error) from None
        if self._registry is not None:
            values = [record.value for records in polled.values() for record in records]
            if not await self._interrupt.outlasts(self._registry.ensure(values)):
                self._fresh = True
                return {}
        if polled and (self._fresh or not self._assigned.is_set()):
            # Partitions went or came meanwhile: what is still ours is read again from the
            # committed offsets, once it is known how far a state reaches.
            self._fresh = True
            return {}
        found: Polled = polled
        return found

    async def _from_the_beginning(self, place: TopicPartition) -> None:
        """A partition that was added since the group began: all of it is wanted, and no other."""
        topic, number = place
        log.info("delivery.new_partition", sink=self._sender.name, topic=topic, partition=number)
        with contextlib.suppress(IllegalStateError):  # not ours any more
            await self.consumer.seek_to_beginning(place)

    async def _lost(self, error: OffsetOutOfRangeError) -> ConsentryError:
        return await no_longer_there(self.consumer, error, self._settings, self._sender.name)

    async def _deliver(self, polled: Polled) -> None:
        if not polled:
            await self._sender.make_up(self._interrupt)
            return
        self._idle.clear()
        try:
            records = [record for several in polled.values() for record in several]
            self._stats.counts.read += len(records)
            loads, of_record = await self._selection.take(records, self._catch_up)
            sources = [record for record, place in zip(records, of_record, strict=True)
                       if place is not None]  # fmt: skip

            async def reject(place: int, reason: str) -> None:
                await self._dead.put(self._sender.name, sources[place], reason)

            outcomes = await self._sender.hand_over(loads, self._interrupt, reject)
            self._count(sources, outcomes)
            settled = [place is None or outcomes[place] is not None for place in of_record]
            await self._commit(polled, dict(zip(map(_at, records), settled, strict=True)))
        finally:
            self._idle.set()

    def _count(
        self, sources: Sequence[ConsumerRecord[Any, Any]], outcomes: Sequence[DeliveryResult | None]
    ) -> None:
        now = time.time()
        for record, outcome in zip(sources, outcomes, strict=True):
            if outcome is None:
                self._stats.counts.returned += 1
            else:
                self._stats.delays.observe(max(0.0, now - record.timestamp / 1000))

    async def _commit(self, polled: Polled, settled: Mapping[tuple[str, int, int], bool]) -> None:
        """Commit, a partition up to the first record that is not settled."""
        offsets = {}
        for place, records in polled.items():
            left = next((record for record in records if not settled[_at(record)]), None)
            try:
                offset = left.offset if left else await self.consumer.position(place)
            except IllegalStateError:
                continue
            if left is records[0]:
                continue
            metadata = self._catch_up.metadata(place, offset)
            offsets[place] = OffsetAndMetadata(offset, metadata)
        if not offsets:
            return
        try:
            await self.consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            # The group has given the partitions to another member, which delivers it all again.
            name = self._sender.name
            log.warning("delivery.not_committed", sink=name, error=type(error).__name__)


def _at(record: Any) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset
