"""All sinks of one process, side by side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from streams.alerts.options import AlertOptions
from streams.core.instants import Instant
from streams.delivery.dead_letters import DeadLetters
from streams.delivery.report import DeliverReport
from streams.delivery.sink_task import SinkTask
from streams.delivery.start_offsets import Start
from streams.errors import ConsentryError, first_error
from streams.settings import Settings
from streams.sinks.load import Configured
from streams.transport.same_topics import SameTopics, SameWatch

LOOK_EVERY_S: Final = 1.0
COUNTS_EVERY_S: Final = 10.0

log = structlog.get_logger("consentry.deliver")


class Deliverer:
    """Runs the sinks; a slow or dead one delays no other."""

    def __init__(
        self,
        settings: Settings,
        sinks: Mapping[str, Configured],
        alerts: AlertOptions | None = None,
    ) -> None:
        """Raises ConsentryError when a sink needs something that is not installed."""
        self._settings = settings
        self._dead = DeadLetters(settings)
        self.sink_tasks = {
            name: SinkTask(settings, sink, self._dead, alerts or AlertOptions())
            for name, sink in sinks.items()
        }

    async def run(
        self,
        start: Start | None = None,
        *,
        again: bool = False,
        closed_since: Instant | None = None,
    ) -> None:
        """Deliver until `stop`; a state that is caught up with has what was closed since then.

        Raises ConsentryError when every sink has halted, or when one had when it was
        stopped, and KafkaError.
        """
        await self._dead.start()
        watch = SameWatch(self._settings, self._same_topics())
        await watch.look()
        beside = asyncio.create_task(self._look())
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(
                        sink_task.run(start, again=again, closed_since=closed_since),
                        name=f"sink-{sink_task.name}",
                    )
                    for sink_task in self.sink_tasks.values()
                ]
                watching = tasks.create_task(watch.run())
                await asyncio.wait(running)
                watching.cancel()
        except BaseExceptionGroup as failed:
            error = first_error(failed)
            if not isinstance(error, ConsentryError):
                # What Kafka says of a topic that was created again does not name the reason.
                await watch.look()
            raise error from None
        finally:
            beside.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beside
            await self._dead.stop()
            self.log_counts()
        halted = [
            sink_task.halted
            for sink_task in self.sink_tasks.values()
            if sink_task.halted is not None
        ]
        if halted:
            raise halted[0]

    def stop(self) -> None:
        """End `run` after what is under way."""
        for sink_task in self.sink_tasks.values():
            sink_task.stop()

    def report(self) -> DeliverReport:
        """How it is now."""
        reasons = [
            why
            for sink_task in self.sink_tasks.values()
            if (why := sink_task.hindrance()) is not None
        ]
        return DeliverReport(
            live=True,
            ready=not reasons,
            reasons=reasons,
            sinks={name: sink_task.report() for name, sink_task in self.sink_tasks.items()},
        )

    def log_counts(self) -> None:
        """One line per sink: what became of what was read."""
        for name, sink_task in self.sink_tasks.items():
            counts = sink_task.stats.counts
            log.info(
                "sink.counts",
                sink=name,
                read=counts.read,
                delivered=counts.delivered,
                duplicate=counts.duplicate,
                dead_lettered=counts.dead_lettered,
                passed_over=counts.passed_over,
                removed=counts.removed,
                not_removable=counts.not_removable,
                returned=counts.returned,
                pending=counts.pending,
                lag=sink_task.lag,
            )

            account = sink_task.accounting
            if account is not None:
                log.info("alerts.account", sink=name, **msgspec.to_builtins(account))

    def _same_topics(self) -> SameTopics:
        """The topics that every sink reads; each keeps its place there by offsets."""
        names = self._settings.topics
        return SameTopics(
            (names.violations, names.duties),
            doing="delivered",
            remedy="Deliver what is open now: consentry deliver --from state --again",
        )

    async def _look(self) -> None:
        looked = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for sink_task in self.sink_tasks.values():
                # It may be at its end, or between two assignments.
                with contextlib.suppress(Exception):
                    await sink_task.look()
            looked += 1
            if looked % round(COUNTS_EVERY_S / LOOK_EVERY_S) == 0:
                self.log_counts()
