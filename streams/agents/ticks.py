"""Ticks: the passing of time, put on a topic by the owner of each partition number.

The value says nothing. The broker stamps the record when it appends it (LogAppendTime),
so a worker whose clock is wrong changes nothing, and a replay sees the same time. What the
broker answers is compared with this machine's clock: of a difference somebody must know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast

import structlog
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


def install(app: ConsentryApp) -> None:
    """Let the app write ticks, unless a scheduler of one's own does."""
    if app.settings.tick_source == "worker":
        app.task(Ticks(app).run)


class Ticks:
    """Writes one tick an interval for every partition number that is owned."""

    def __init__(self, app: ConsentryApp) -> None:
        self._app = app
        self._written: dict[int, int] = {}
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
        """Write a tick where the last one was judged: behind a backlog they would pile up."""
        assignment = cast("Consumer", self._app.consumer).current_assignment
        if assignment is None or not assignment.open:
            return
        topic = self._app.settings.topics.ticks
        pending: dict[int, Awaitable[RecordMetadata]] = {}
        for number, partition in assignment.partitions.items():
            if partition.progress.positions[topic] > self._written.get(number, -1):
                pending[number] = await self._app.producer.send(
                    topic, None, VALUE, number, None, None
                )
        for number, sending in pending.items():
            answer = await sending
            self._written[number] = answer.offset
            if answer.timestamp is not None:
                self._compare(topic, number, answer.offset, int(answer.timestamp))

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
