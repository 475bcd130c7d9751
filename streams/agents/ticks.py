"""Ticks: the passing of time, put on a topic by the owner of each partition number.

The value says nothing. The broker stamps the record when it appends it (LogAppendTime),
so a worker whose clock is wrong changes nothing, and a replay sees the same time. What the
broker answers is compared with this machine's clock: of a difference somebody must know.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final, cast

import structlog
from aiokafka.errors import KafkaError, KafkaTimeoutError
from faust.exceptions import ProducerSendError
from faust.types.tuples import RecordMetadata

from streams.app import ConsentryApp
from streams.core.instants import Instant, format_instant
from streams.errors import ConsentryError
from streams.transport import process_exit
from streams.transport.clock import OwnClock
from streams.transport.faust_driver import Consumer

log = structlog.get_logger("consentry.worker")

VALUE = b"tick"

LOST_AFTER_S: Final = 300.0
"""A tick that was not judged for so long may be lost, as with the disk of a broker; then another
one is written. Behind a backlog it is not, and one more in so long does no harm."""


def install(app: ConsentryApp) -> None:
    """Let the app write ticks, unless a scheduler of one's own does."""
    if app.settings.tick_source == "worker":
        app.task(Ticks(app).run)


class Ticks:
    """Writes one tick an interval for every partition number that is owned."""

    def __init__(self, app: ConsentryApp) -> None:
        self._app = app
        self._written: dict[int, tuple[int, float]] = {}
        """The offset of the last one by partition number, and when it was answered."""
        self._pending: dict[int, asyncio.Future[RecordMetadata]] = {}
        self._clock = OwnClock(app.settings.clock_jump_max_s)
        self._slow = False

    async def run(self) -> None:
        """Go on until the app stops."""
        while not self._app.should_stop:
            await asyncio.sleep(self._app.settings.tick_interval_s)
            try:
                await self.tick()
            except ProducerSendError as error:
                # A missed tick is made up for by the next one.
                log.warning("ticks.failed", error=type(error).__name__)

    async def tick(self) -> None:
        """Write a tick where the last one was judged: behind a backlog they would pile up.

        Of a partition without a leader no answer comes for long. It is looked at by a later call,
        and the others go on.
        """
        assignment = cast("Consumer", self._app.consumer).current_assignment
        if assignment is None or not assignment.open:
            return
        settings = self._app.settings
        topic = settings.topics.ticks
        for number, partition in assignment.partitions.items():
            if number not in self._pending and self._due(
                number, partition.progress.positions[topic]
            ):
                sending = await self._app.producer.send(topic, None, VALUE, number, None, None)
                self._pending[number] = asyncio.ensure_future(sending)
        if self._pending:
            await asyncio.wait(self._pending.values(), timeout=settings.tick_interval_s)
        for number, answer in [*self._pending.items()]:
            if answer.done():
                del self._pending[number]
                self._answered(topic, number, answer)

    def _due(self, number: int, position: int) -> bool:
        """Whether the last one was judged, or may be lost."""
        if number not in self._written:
            return True
        offset, at = self._written[number]
        return position > offset or time.monotonic() - at >= LOST_AFTER_S

    def _answered(self, topic: str, number: int, answer: asyncio.Future[RecordMetadata]) -> None:
        """Look at what the broker said. Raises KafkaError where waiting does not help."""
        try:
            written = answer.result()
        except KafkaError as error:
            if not (error.retriable or isinstance(error, KafkaTimeoutError)):
                raise
            log.warning("ticks.failed", partition=number, error=type(error).__name__)
            return
        self._written[number] = written.offset, time.monotonic()
        if written.timestamp is not None:
            self._compare(topic, number, written.offset, int(written.timestamp))

    def _compare(self, topic: str, number: int, offset: int, at: int) -> None:
        """End the worker where its clock is behind the broker's; say it where it is ahead."""
        try:
            self._clock.check_tick(topic, number, offset, at)
        except ConsentryError as error:
            process_exit.stop_for(error)
        slow = self._clock.far_ahead_of(at)
        if slow and not self._slow:
            log.warning(
                "clock.ahead_of_broker",
                topic=topic,
                partition=number,
                offset=offset,
                broker=format_instant(Instant(at)),
                here=format_instant(self._clock.now),
                remedy="Set the clock that is wrong right (NTP): where it is the broker's, "
                "deadlines pass too late.",
            )
        self._slow = slow
