"""Ticks: the passing of time, put on a topic by the owner of each partition number.

The value says nothing. The broker stamps the record when it appends it (LogAppendTime),
so a worker whose clock is wrong changes nothing, and a replay sees the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast

import structlog
from faust.exceptions import ProducerSendError
from faust.types.tuples import RecordMetadata

from streams.app import ConsentryApp
from streams.transport.driver import Consumer

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
        holding = cast("Consumer", self._app.consumer).holding
        if holding is None or not holding.open:
            return
        topic = self._app.settings.topics.ticks
        pending: dict[int, Awaitable[RecordMetadata]] = {}
        for number, partition in holding.partitions.items():
            if partition.progress.positions[topic] > self._written.get(number, -1):
                pending[number] = await self._app.producer.send(
                    topic, None, VALUE, number, None, None
                )
        for number, sending in pending.items():
            self._written[number] = (await sending).offset
