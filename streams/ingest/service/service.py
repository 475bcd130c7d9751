"""The ingest service: sessions one after another, the identity table, and how it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import structlog

from streams.errors import first_error
from streams.ingest.service.counts import IngestStats, SourceStats
from streams.ingest.service.failures import (
    PASSES,
    ClientEnded,
    reason_of,
    require_passing,
)
from streams.ingest.service.identity_topic import IdentityTopic
from streams.ingest.service.record_mapper import RecordMapper, Targets
from streams.ingest.service.reject_log import RejectLog
from streams.ingest.service.report import IngestReport, SourceReport
from streams.ingest.service.session import IngestSession
from streams.ingest.service.sources import REPLAY, IngestPlan
from streams.ingest.service.target_topics import read_targets
from streams.registry import Registry
from streams.settings import Settings
from streams.transport.same_topics import SameTopics, SameWatch

LOOK_EVERY_S: Final = 1.0
COUNTS_EVERY_S: Final = 10.0
FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0

log = structlog.get_logger("consentry.ingest")


class IngestService:
    """Runs sessions until it is stopped. One for a process."""

    def __init__(self, settings: Settings, plan: IngestPlan) -> None:
        self._settings = settings
        self._plan = plan
        self._registry = Registry.of(settings, of_events=False)
        names = (*(source.name for source in plan.sources), REPLAY)
        self.stats = IngestStats({name: SourceStats() for name in names})
        self._rejects = RejectLog()
        self._transactional_id = (
            f"{settings.ingest_group}-{settings.instance_id or uuid4().hex[:12]}"
        )
        self._session: IngestSession | None = None
        self._identities: IdentityTopic | None = None
        self._stop = asyncio.Event()
        self._failed = 0
        self._waiting_for: str | None = "the brokers were not asked yet"

    async def run(self) -> None:
        """Map until `stop`. Raises ConsentryError where somebody must act."""
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(self._look())]
                try:
                    await self._sessions(beside, tasks)
                finally:
                    for task in beside:
                        task.cancel()
        except BaseExceptionGroup as failed:
            raise first_error(failed) from None
        finally:
            if self._identities is not None:
                await self._identities.stop()
            self.log_counts()

    def stop(self) -> None:
        """End `run` after the transaction that is under way."""
        self._stop.set()
        if self._session is not None:
            self._session.stop()

    async def _sessions(self, beside: list[asyncio.Task[None]], tasks: asyncio.TaskGroup) -> None:
        targets = await self._patiently(self._targets)
        if targets is None:
            return
        mapper = RecordMapper(self._plan, targets, self._registry)
        if self._plan.identities_topic is not None:
            if not await self._patiently(self._read_identities):
                return
            beside.append(tasks.create_task(self._follow_identities()))
        beside.append(tasks.create_task(self._watch(targets)))
        await self._patiently(lambda: self._one_session(mapper))

    async def _one_session(self, mapper: RecordMapper) -> bool:
        self._session = IngestSession(
            self._settings, self._plan, mapper, self.stats, self._registry, self._rejects,
            self._transactional_id,
        )  # fmt: skip
        self._waiting_for = None
        try:
            await self._session.run()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise ClientEnded from None
        return True

    async def _targets(self) -> Targets:
        self._waiting_for = "the brokers do not answer"
        return await asyncio.to_thread(read_targets, self._settings, self._plan)

    async def _read_identities(self) -> bool:
        self._waiting_for = "the identity table is being read"
        if self._identities is not None:
            await self._identities.stop()
        topic = self._plan.identities_topic
        assert topic is not None
        self._identities = IdentityTopic(self._settings, topic, self._plan.identities, self.stats)
        await self._identities.read_whole(self._stop.is_set)
        return self._identities.whole

    async def _follow_identities(self) -> None:
        while True:
            try:
                assert self._identities is not None
                await self._identities.follow()
            except PASSES as error:
                require_passing(error, self._settings.connection)
                log.warning("ingest.identities_away", error=type(error).__name__)
                await asyncio.sleep(FIRST_WAIT_S)

    async def _watch(self, targets: Targets) -> None:
        """Stop where a topic is deleted, or deleted and created again."""
        same = SameTopics(
            (*self._plan.topics, *targets.inputs.values(), targets.rejects, targets.replay),
            doing="mapped",
            remedy="What it held and was not mapped is not known to Consentry: send it again from "
            "its system, then start again.",
        )
        await SameWatch(self._settings, same).run()

    async def _patiently(self, work: Callable[[], Any]) -> Any:
        """Do it, again and again while it fails in a way that passes; None after a stop."""
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                return await work()
            except PASSES as error:
                require_passing(error, self._settings.connection)
                if time.monotonic() - began > LONGEST_WAIT_S:
                    self._failed = 0
                self._failed += 1
                wait_s = min(FIRST_WAIT_S * 2 ** min(self._failed - 1, 10), LONGEST_WAIT_S)
                reason = reason_of(error)
                self._waiting_for = reason
                log.warning("ingest.again", reason=reason, failed=self._failed, next_try_s=wait_s)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), wait_s)
        return None

    async def _look(self) -> None:
        looked = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if self._session is not None:
                # It may be at its end, or between two assignments.
                with contextlib.suppress(Exception):
                    await self._session.look()
            looked += 1
            if looked % round(COUNTS_EVERY_S / LOOK_EVERY_S) == 0:
                self.log_counts()

    @property
    def begun(self) -> bool:
        """Whether it reads, or stands by for partitions."""
        return self._session is not None and self._session.assigned

    def report(self) -> IngestReport:
        """How it is now."""
        reasons = []
        if self._waiting_for is not None:
            reasons.append(self._waiting_for)
        elif not self.begun:
            reasons.append("partitions are not assigned yet, or are assigned again")
        silent_s = None if self._session is None else self._session.silent_s
        if silent_s is not None and silent_s > self._settings.session_timeout_s / 2:
            reasons.append(f"the group's coordinator has not answered for {silent_s:.0f} s")
        away_s = None if self._registry is None else self._registry.away_s
        if away_s is not None:
            reasons.append(f"the schema registry has not answered for {away_s:.0f} s")
        busy = None if self._session is None else self._session.busy_since
        live = busy is None or time.monotonic() - busy < self._settings.stall_after_s
        if not live:
            reasons.append(f"nothing was committed for {self._settings.stall_after_s:g} s")
        return IngestReport(
            live=live,
            ready=not reasons,
            reasons=reasons,
            sources={name: self._source_report(name) for name in self.stats.sources},
        )

    def _source_report(self, name: str) -> SourceReport:
        stats = self.stats.sources[name]
        counts = stats.counts
        owned = () if self._session is None else self._session.sources
        return SourceReport(
            partitions=sum(source == name for source in owned),
            lag=stats.lag,
            records=counts.records,
            mapped=counts.mapped,
            ignored=counts.ignored,
            rejected=counts.rejected,
            tombstones=counts.tombstones,
            events=counts.events,
            unmapped_ratio=round(counts.unmapped_ratio, 4),
        )

    def log_counts(self) -> None:
        """One line for each source: what became of its records."""
        for name, stats in self.stats.sources.items():
            counts = stats.counts
            log.info(
                "ingest.counts",
                source=name,
                records=counts.records,
                mapped=counts.mapped,
                ignored=counts.ignored,
                rejected=counts.rejected,
                tombstones=counts.tombstones,
                events=counts.events,
                ignored_items=counts.ignored_items.total(),
                rejected_items=counts.rejected_items,
                unmapped=counts.unmapped,
                lag=stats.lag,
            )
