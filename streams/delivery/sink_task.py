"""One sink with all that brings it updates: opened, run, halted when somebody must act."""

from __future__ import annotations

import asyncio
import time

import structlog

from streams.alerts.account import Accounting
from streams.alerts.options import AlertOptions
from streams.alerts.policy import AlertPolicy
from streams.core.instants import Instant
from streams.delivery.begun_note import BegunNote
from streams.delivery.circuit import CircuitState
from streams.delivery.counts import SinkStats
from streams.delivery.dead_letters import DeadLetters
from streams.delivery.report import SinkReport
from streams.delivery.sink_consumer import SinkConsumer
from streams.delivery.sink_sender import SinkSender
from streams.delivery.start_offsets import Start, begin
from streams.errors import ConsentryError, UnreachableError
from streams.settings import Settings
from streams.sinks.load import Configured

log = structlog.get_logger("consentry.deliver")


class SinkTask:
    """A sink at work. What stops it stops no other one."""

    def __init__(
        self, settings: Settings, sink: Configured, dead: DeadLetters, alerts: AlertOptions
    ) -> None:
        """Raises ConsentryError when the sink needs something that is not installed."""
        self.name = sink.name
        self.stats = SinkStats()
        self.sender = SinkSender(sink.name, sink.open(), sink.options, self.stats)
        self.halted: ConsentryError | None = None
        self._settings = settings
        self._options = sink.options
        self._dead = dead
        self._alerts = alerts
        self._consumer: SinkConsumer | None = None
        self._lag: int | None = None
        self._stopping = False

    async def run(
        self, start: Start | None, *, again: bool, closed_since: Instant | None = None
    ) -> None:
        """Deliver until `stop`.

        What somebody must put right halts this sink alone. Raises KafkaError, and
        UnreachableError when there is no broker: then the process starts again.
        """
        try:
            # The alert policy knows by itself what it has open.
            updates = self._options.takes == "updates"
            note = BegunNote(self._settings, self.name) if updates else None
            await begin(
                self._settings,
                self.name,
                start,
                again=again,
                closed_since=closed_since,
                note=note,
            )
            self._consumer = self._new_consumer(again=again)
            if not self._stopping:
                await self._consumer.run()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # A client library let a cancellation of its own out: that is no end.
            raise RuntimeError("a sink's task ended from within") from None
        except UnreachableError:
            raise
        except ConsentryError as error:
            self.halted = error
            log.critical("sink.halted", sink=self.name, problem=error.problem, remedy=error.remedy)
        finally:
            await self.sender.close()

    def _new_consumer(self, *, again: bool) -> SinkConsumer:
        parts = (self._settings, self._options, self.sender, self._dead)
        if self._options.takes == "updates":
            return SinkConsumer(*parts)
        from streams.delivery.alert_consumer import AlertConsumer

        return AlertConsumer(*parts, self._alerts, again=again)

    def stop(self) -> None:
        """End `run` after what is under way."""
        self._stopping = True
        if self._consumer is not None:
            self._consumer.stop()

    async def look(self) -> None:
        """Take note of the lag, for reports and metrics."""
        self._lag = None if self._consumer is None else await self._consumer.lag()

    @property
    def begun(self) -> bool:
        """Whether it reads, stands by, or has halted."""
        return self.halted is not None or (self._consumer is not None and self._consumer.assigned)

    @property
    def is_halted(self) -> bool:
        """Whether somebody must put something right, here or at the receiver."""
        return self.halted is not None or self.sender.refusals.holds

    @property
    def lag(self) -> int | None:
        """Offsets that were not read yet, as of the last look."""
        return self._lag

    @property
    def accounting(self) -> Accounting | None:
        """How findings ended in the alert policy; None for other sinks, and while standing by."""
        return None if self._policy is None else self._policy.accounting

    @property
    def alert_waits_s(self) -> float | None:
        """How long the alert has been on its way that waits longest; None where none does."""
        since = None if self._policy is None else self._policy.waits_since
        return None if since is None else max(0.0, time.time() - since / 1000)

    @property
    def _policy(self) -> AlertPolicy | None:
        return None if self._consumer is None else self._consumer.policy

    def report(self) -> SinkReport:
        """How it is now."""
        stats, partitions = self.stats, len(self._consumer.partitions) if self._consumer else 0
        if self.is_halted:
            state = "halted"
        elif self._consumer is None or not self._consumer.assigned:
            state = "starting"
        else:
            state = "delivering" if partitions else "standby"
        problem = self.sender.problem if self.halted is None else self.halted.problem
        return SinkReport(
            state=state,
            circuit=self.sender.circuit.state.value,
            problem=problem,
            partitions=partitions,
            lag=self._lag,
            pending=stats.counts.pending,
            last_delivered_s=round(time.time() - stats.latest_s, 1) if stats.latest_s else None,
        )

    def hindrance(self) -> str | None:
        """Why it cannot be counted on now."""
        if self.halted is not None:
            return f"sink {self.name}: halted: {self.halted.problem}"
        if self._consumer is None or not self._consumer.assigned:
            return f"sink {self.name}: partitions are not assigned yet, or are assigned again"
        if self.sender.circuit.state is not CircuitState.CLOSED:
            return f"sink {self.name}: the circuit is open: {self.sender.problem}"
        return None
