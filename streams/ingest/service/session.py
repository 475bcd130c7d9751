"""One membership of the consumer group: read, map, and commit in transactions.

A session ends whole: on a stop, or with an error, after which the service begins another. What
was read and not committed is then read again from the committed offsets, and nobody has seen
anything of it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import structlog
from aiokafka.errors import IllegalStateError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.structs import TopicPartition

from streams.ingest.service.counts import IngestStats
from streams.ingest.service.membership import SourceMembership, source_reader
from streams.ingest.service.positions import first_offsets, log_range, lost
from streams.ingest.service.record_mapper import MappedBatch, RecordMapper
from streams.ingest.service.schemas import POLL_MS, Polled, have_schemas
from streams.ingest.service.sources import IngestPlan
from streams.registry import Registry
from streams.settings import Settings
from streams.transport.group.group_producer import GroupProducer
from streams.transport.group.requests import GroupMember
from streams.transport.group.stable_offsets import require_stable_offsets

if TYPE_CHECKING:
    from streams.ingest.service.reject_log import RejectLog

POLL_RECORDS: Final = 2_000

log = structlog.get_logger("consentry.ingest")


class IngestSession:
    """A consumer and a producer, from the first poll to the last commit."""

    def __init__(
        self,
        settings: Settings,
        plan: IngestPlan,
        mapper: RecordMapper,
        stats: IngestStats,
        registry: Registry | None,
        rejects: RejectLog,
        transactional_id: str,
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._mapper = mapper
        self._stats = stats
        self._registry = registry
        self._rejects = rejects
        self._producer = GroupProducer(settings, transactional_id, plan.compression)
        self._consumer = source_reader(settings)
        self._group = SourceMembership(self._consumer)
        self._stopping = False
        self.busy_since: float | None = None
        """Since when records are being mapped and committed (`time.monotonic`)."""

    async def run(self) -> None:
        """Map until `stop`.

        Raises ConsentryError where somebody must act; NotOwned, ThrownOut, KafkaError and
        TimeoutError where another session may do better.
        """
        group = self._group
        try:
            await self._producer.start()
            await self._consumer.start()
            require_stable_offsets(self._consumer)
            group.watch()
            pattern = self._plan.pattern(self._settings.topics)
            self._consumer.subscribe(pattern=pattern.pattern, listener=group)
            while not self._stopping:
                await group.wait()
                if group.fresh:
                    await group.held(self._begin())
                await self._take(await self._poll())
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    def stop(self) -> None:
        """End `run` after the transaction that is under way."""
        self._stopping = True
        self._group.release()

    @property
    def assigned(self) -> bool:
        """Whether the group has assigned its partitions, if any, and reading has begun."""
        return self._group.assigned and not self._group.fresh

    @property
    def silent_s(self) -> float | None:
        """For how long the group's coordinator has not answered; None before it did."""
        return self._group.silent_s

    @property
    def partitions(self) -> frozenset[TopicPartition]:
        """What is assigned now."""
        return self._group.partitions

    @property
    def sources(self) -> list[str]:
        """The name of the source of each partition that is assigned now."""
        return [self._mapper.source_name(place.topic) for place in self.partitions]

    async def look(self) -> None:
        """Take note of the lag of each source."""
        lags: dict[str, int | None] = dict.fromkeys(self._stats.sources, 0)
        for place in self.partitions:
            name = self._mapper.source_name(place.topic)
            end, known = self._consumer.last_stable_offset(place), lags.get(name)
            if end is None or known is None or not self.assigned:
                lags[name] = None
            else:
                lags[name] = known + max(0, end - await self._consumer.position(place))
        for name, stats in self._stats.sources.items():
            stats.lag = lags[name]

    async def _begin(self) -> None:
        """Go to the committed offsets; where there are none, commit where reading begins."""
        places, member = self.partitions, self._group.member
        topics = {place.topic for place in places} - {self._settings.topics.ingest_replay}
        self._plan.refuse_rivals(sorted(topics))
        coordinator = self._consumer._coordinator  # noqa: SLF001 - it has no public name
        committed = await coordinator.fetch_committed_offsets(list(places))
        starts = {place: one.offset for place, one in committed.items() if one.offset >= 0}
        missing = [place for place in places if place not in starts]
        if missing and member is not None:
            begins = {
                place: source.begin
                for place in missing
                if (source := self._mapper.source(place.topic)) is not None
                and source.begin is not None
            }
            first = await first_offsets(self._consumer, missing, begins)
            await self._commit(MappedBatch(), first, member)
            starts |= first
        if member is not self._group.member:
            return  # assigned again meanwhile
        for place, offset in starts.items():
            try:
                self._consumer.seek(place, offset)
            except IllegalStateError:  # not ours any more
                return
        self._group.fresh = False
        by_source = Counter(self._mapper.source_name(place.topic) for place in places)
        log.info("ingest.assigned", partitions=dict(by_source), new=len(missing))

    async def _poll(self) -> Polled:
        """What is there; empty when there is nothing, or when partitions went or came."""
        try:
            polled: Polled = await self._consumer.getmany(
                timeout_ms=POLL_MS, max_records=POLL_RECORDS
            )
        except NoOffsetForPartitionError:
            self._group.fresh = True  # fetched before it was set where to begin
            return {}
        except OffsetOutOfRangeError as error:
            await self._group.held(self._lost(*next(iter(error.args[0].items()))))
            return {}
        return polled if self.assigned else {}

    async def _lost(self, place: TopicPartition, offset: int) -> None:
        """Records are gone that were not read: go on behind them where that was accepted."""
        start, end = await log_range(self._consumer, place)
        if start <= offset <= end:
            return  # a leader that was just elected: ask it again
        if not self._settings.accept_lost_input:
            source = self._mapper.source_name(place.topic)
            raise lost(place, offset, (start, end), source, self._settings.ingest_group)
        log.warning(
            "ingest.gap_accepted", topic=place.topic, partition=place.partition,
            wanted=offset, start=start, end=end,
        )  # fmt: skip
        if self._group.member is not None:
            await self._commit(MappedBatch(), {place: start}, self._group.member)
        self._group.fresh = True

    async def _take(self, polled: Polled) -> None:
        """Map what was polled, and commit it, in parts that a transaction takes."""
        member = self._group.member
        if not polled or member is None:
            return
        if not await have_schemas(self._registry, polled, self._lets_go):
            self._group.fresh = True
            return
        if not self.assigned:
            return  # assigned again meanwhile: from the committed offsets
        self.busy_since = time.monotonic()
        try:
            await self._group.held(self._map(polled, member))
        finally:
            self.busy_since = None

    def _lets_go(self) -> bool:
        return self._stopping or not self._group.assigned or self._group.thrown_out

    async def _map(self, polled: Polled, member: GroupMember) -> None:
        bounds = self._settings.transaction_max_records, self._settings.transaction_max_bytes
        batch = MappedBatch()
        positions: dict[TopicPartition, int] = {}
        for place, records in polled.items():
            for record in records:
                self._mapper.take(record, batch)
                positions[place] = record.offset + 1
                if len(batch.outputs) >= bounds[0] or batch.bytes >= bounds[1]:
                    await self._commit(batch, positions, member)
                    batch, positions = MappedBatch(), {}
            await asyncio.sleep(0)  # heartbeats and probes get their turn
        if positions:
            await self._commit(batch, positions, member)

    async def _commit(
        self, batch: MappedBatch, positions: Mapping[TopicPartition, int], member: GroupMember
    ) -> None:
        began = time.monotonic()
        async with asyncio.timeout(self._settings.transaction_timeout_s):
            await self._producer.commit(
                batch.outputs,
                positions,
                group_id=self._settings.ingest_group,
                member=member,
                metadata=self._settings.installation.declaration,
            )
        seconds = time.monotonic() - began
        self._stats.committed(batch.counts, batch.timestamps, seconds, time.time() * 1000)
        for name, record, item in batch.rejected:
            self._rejects.note(name, record, item)
