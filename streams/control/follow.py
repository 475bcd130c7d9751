"""Following the policy log while a worker runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, TopicAuthorizationFailedError
from aiokafka.structs import TopicPartition

from streams.control import clients
from streams.control.log import ControlLog, PolicyInForce
from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics import explain

AGAIN_S: Final = 1.0
AGAIN_MAX_S: Final = 30.0
"""Pauses while no broker answers, each twice as long as the one before."""

log = structlog.get_logger("consentry.worker")

Changed = Callable[[PolicyInForce], object]


class ControlFollower:
    """Calls `changed` for each policy that comes after those of a log that was read.

    It asks the broker, which answers once there is something: a worker notices nothing of it.
    """

    def __init__(self, settings: Settings, read: ControlLog, changed: Changed) -> None:
        self._settings = settings
        self._log = read
        self._place = TopicPartition(read.topic, 0)
        self._changed = changed

    async def run(self) -> None:
        """Follow until cancelled, also over a broker that is away.

        Raises ConsentryError for a policy that cannot be read, for a log whose end is gone, and
        where this user may not read it.
        """
        pause_s = AGAIN_S
        while True:
            begun = self._log.next_offset
            try:
                await self._follow()
            except OffsetOutOfRangeError:
                raise ConsentryError(
                    f"{self._log.topic}: the log of policies no longer holds offset {begun}, "
                    "where the next one belongs: the topic was deleted, or created again",
                    'docs/runbook.md, "The policy log cannot be read".',
                ) from None
            except TopicAuthorizationFailedError as error:
                raise explain(error, self._settings.connection) from None
            except (KafkaError, OSError) as error:
                log.info("policy.log_away", error=type(error).__name__)
            pause_s = AGAIN_S if self._log.next_offset > begun else min(2 * pause_s, AGAIN_MAX_S)
            await asyncio.sleep(pause_s)

    async def _follow(self) -> None:
        reader = clients.control_reader(self._settings, clients.FOLLOW_WAIT_MS)
        try:
            await reader.start()
            await reader._client.set_topics((self._log.topic,))
            reader.assign([self._place])
            reader.seek(self._place, self._log.next_offset)
            while True:
                polled = await reader.getmany(self._place, timeout_ms=clients.FOLLOW_WAIT_MS)
                for record in polled.get(self._place, ()):
                    # In a thread: a large register takes a while to read.
                    self._changed(await asyncio.to_thread(self._take, record))
        finally:
            await reader.stop()

    def _take(self, record: Any) -> PolicyInForce:
        self._log.take([record])
        return self._log.entries[-1].in_force()
