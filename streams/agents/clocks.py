"""Input records that claim to be of the future: whose clock is wrong, theirs or ours?

Their timestamps are the producers' (CreateTime) or the broker's. No record stops a worker,
so such a timestamp is read as the present time (`wire.arrival`), and the log says so. But
where our own clock is behind, every record looks so: the broker is asked first, by a tick.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError

from streams.agents.ticks import VALUE
from streams.app import ConsentryApp
from streams.core.instants import Instant, format_instant
from streams.measures.worker_stats import WorkerStats
from streams.transport.clock import OwnClock
from streams.wire.record import Record

ASK_EVERY_S: Final = 60.0
"""The broker is asked, and the log says it, so often at most."""

ANSWER_WITHIN_S: Final = 5.0
"""Judging waits for the answer so long at most, of all partitions: this one may have no leader."""

log = structlog.get_logger("consentry.worker")


class Clocks:
    """Looks at the timestamps of a poll batch before it is judged."""

    def __init__(self, app: ConsentryApp, clock: OwnClock, stats: WorkerStats) -> None:
        self._app = app
        self._clock = clock
        self._stats = stats
        self._ticks = app.settings.topics.ticks
        self._asked_at: float | None = None

    async def look(self, records: Sequence[Record], number: int) -> None:
        """Count and log records far ahead.

        Raises ConsentryError when the broker says that it is this machine's clock that is
        wrong.
        """
        limit = self._clock.limit
        if max((record.timestamp for record in records), default=0) <= limit:
            return
        ahead = [r for r in records if r.timestamp > limit and r.topic != self._ticks]
        if not ahead:
            return
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at >= ASK_EVERY_S:
            await self._ask(number)
            self._asked_at = now
            self._log(ahead[0])
        for record in ahead:
            self._stats.ahead[record.topic] += 1

    async def _ask(self, number: int) -> None:
        """Compare with the broker, where ticks are ours to write and it answers."""
        if self._app.settings.tick_source != "worker":
            return
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                sending = await self._app.producer.send(
                    self._ticks, None, VALUE, number, None, None
                )
                answer = await sending
        except (KafkaError, ProducerSendError, TimeoutError) as error:
            log.warning("clock.not_compared", partition=number, error=type(error).__name__)
            return
        if answer.timestamp is not None:
            self._clock.check_tick(self._ticks, number, answer.offset, int(answer.timestamp))

    def _log(self, record: Record) -> None:
        log.warning(
            "records.ahead",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            ahead_s=round((record.timestamp - self._clock.now) / 1000),
            here=format_instant(Instant(self._clock.now)),
            remedy="Set the clock of the producer right, or that of the broker where the topic "
            "has message.timestamp.type=LogAppendTime. Such timestamps are read as the "
            "present time.",
        )
