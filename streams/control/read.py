"""Reading the policy log to an end that is certain."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.control import clients
from streams.control.log import ControlLog
from streams.errors import ConsentryError, UnreachableError
from streams.settings import Settings
from streams.topics import explain, require_reachable

READ_WITHIN_S: Final = 60.0
_POLL_MS: Final = 200


def read_control(settings: Settings) -> ControlLog:
    """All policies that are in the log now. For callers without an event loop.

    Raises UnreachableError where no broker answers, ConsentryError where the topic is missing,
    cannot be read, or holds a record that this release cannot read.
    """
    require_reachable(settings.connection)
    return asyncio.run(read_log(settings))


async def read_log(settings: Settings, *, last_only: bool = False) -> ControlLog:
    """The same within an event loop; with `last_only` the log keeps the last policy alone."""
    log = ControlLog(settings.topics.control, last_only=last_only)
    reader = clients.control_reader(settings)
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            try:
                await reader.start()
                await _to_end(reader, log)
            finally:
                await reader.stop()
    except TimeoutError:
        raise UnreachableError(
            f"{log.topic} was not read within {READ_WITHIN_S:g} s",
            "Check that the brokers run and that this user may read the topic.",
        ) from None
    except KafkaError as error:
        raise explain(error, settings.connection) from None
    return log


async def _to_end(reader: Any, log: ControlLog) -> None:
    place = TopicPartition(log.topic, 0)
    await reader._client.set_topics((log.topic,))
    if not reader.partitions_for_topic(log.topic):
        raise ConsentryError(
            f"the topic {log.topic} does not exist",
            "`consentry topics create` makes it; nothing else is touched.",
        )
    reader.assign([place])
    start = (await reader.beginning_offsets([place]))[place]
    end = (await reader.end_offsets([place]))[place]
    reader.seek(place, start)
    while await reader.position(place) < end:
        polled = await reader.getmany(place, timeout_ms=_POLL_MS)
        log.take(record for record in polled.get(place, ()) if record.offset < end)
