"""Read findings and duties from the output topics, as they are committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from streams.core.findings import Duty, Finding
from streams.errors import ConsentryError
from streams.registry import Registry
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from streams.transport.same_topics import SameWatch

_POLL_MS = 200
_BATCH = 2_000
_AGAIN = (
    "Start the command again: it shows what comes from then on, and with --from-beginning what "
    "is there."
)


class OutputReader:
    """The outputs of the workers from one point on, in batches.

    `unreadable` counts records that are neither finding nor duty of a known schema.
    """

    def __init__(
        self,
        settings: Settings,
        consumer: AIOKafkaConsumer,
        watch: SameWatch,
        watching: asyncio.Task[None],
    ) -> None:
        self._names = settings.topics
        self._consumer = consumer
        self._watch = watch
        self._watching = watching
        self._registry = Registry.of(settings, tries=3)
        self.unreadable = 0

    async def next(self) -> list[Finding | Duty]:
        """What has come in since the last call; waits a moment, and may be empty."""
        from aiokafka.errors import OffsetOutOfRangeError

        try:
            batches = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
        except OffsetOutOfRangeError as error:
            await self._watch.look()  # where the topic is another one, that is the reason
            raise _lost(error) from None
        if self._watching.done():
            await self._watching  # it ends only with what is wrong
        if self._registry is not None:
            await self._registry.ensure(r.value for records in batches.values() for r in records)
        read = (self._read(record) for records in batches.values() for record in records)
        return [one for one in read if one is not None]

    def _read(self, record: ConsumerRecord[bytes, bytes]) -> Finding | Duty | None:
        from streams.wire.errors import WireError
        from streams.wire.findings import decode_duty, decode_finding

        if record.value is None:
            return None  # a tombstone: the retention has passed
        try:
            if record.topic == self._names.violations:
                return decode_finding(record.value, self._registry)
            return decode_duty(record.value, self._registry)
        except WireError:
            self.unreadable += 1
            return None


@asynccontextmanager
async def open_outputs(settings: Settings, *, from_beginning: bool) -> AsyncIterator[OutputReader]:
    """Read all partitions of findings and duties, outside any consumer group.

    Only committed records are seen. Raises ConsentryError when the broker is away or a
    topic is missing.
    """
    from aiokafka import TopicPartition
    from aiokafka.errors import KafkaError

    from streams.topics import Party, admin_session, explain
    from streams.topics.cluster import read_cluster
    from streams.topics.compression_checks import require_readable
    from streams.topics.reader import Reader
    from streams.transport.same_topics import SameTopics, SameWatch

    names = [settings.topics.violations, settings.topics.duties]
    with admin_session(settings.connection) as client:
        there = await asyncio.to_thread(read_cluster, client, names)
    missing = [name for name in names if name not in there.topics]
    if missing:
        raise ConsentryError(
            f"no topic {', '.join(missing)} on {settings.connection.bootstrap}",
            "Create the topics with `consentry topics create`.",
        )
    require_readable(settings, there, Party.DELIVERY)
    partitions = [
        TopicPartition(name, number)
        for name in names
        for number in range(there.topics[name].partitions)
    ]
    consumer = Reader(
        **settings.connection.consumer_options(),
        client_id=settings.connection.client_name("watch"),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
    )
    try:
        await consumer.start()
        try:
            consumer.assign(partitions)
            if from_beginning:
                await consumer.seek_to_beginning(*partitions)
            else:
                await consumer.seek_to_end(*partitions)
            same = SameTopics(tuple(names), doing="read", remedy=_AGAIN)
            watch = SameWatch(settings, same)
            await watch.look()
            watching = asyncio.create_task(watch.run())
            try:
                yield OutputReader(settings, consumer, watch, watching)
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError, ConsentryError):
                    await watching
        finally:
            await consumer.stop()
    except KafkaError as error:
        raise explain(error, settings.connection) from None


def _lost(error: Any) -> ConsentryError:
    place, offset = next(iter(error.args[0].items()))
    return ConsentryError(
        f"{place.topic}, partition {place.partition}: the broker no longer has offset {offset}, "
        "which comes next: records were deleted before they were read, or the topic was created "
        "again",
        _AGAIN,
    )
