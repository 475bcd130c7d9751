"""Reading topics to an end that is certain: committed records only, without a group."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError
from streams.registry import Registry
from streams.settings import Settings
from streams.topics import explain
from streams.topics.reader import Reader
from streams.verify.pace import Pace
from streams.wire.framing import with_schema_header
from streams.wire.record import Record

FETCH_BYTES = 1 << 22
FETCH_WAIT_MS = 5
"""Ends are known, so nothing is waited for; a fetch held open would hold up the next topic."""
RETRY_BACKOFF_MS = 10
"""The first question about a topic finds no leader yet, and is asked again after this."""

REQUEST_TIMEOUT_MS = 40_000
"""How long an answer may take; a broker that restarts is waited for."""

SILENCE_S = 60.0
"""How long a broker may give nothing of what it announced."""

MARKER_GRACE_S = 10.0
"""How long the last marker of a transaction may take beyond the transaction's own time."""

COORDINATOR_S = 20.0
"""How long the group's coordinator may take to be found."""

_PAUSE_S = 0.05


class LiveBus:
    """The clients of one verification; open for the length of an `async with`.

    All methods raise ConsentryError when the broker does not answer, refuses, or lets a
    transaction hang.
    """

    def __init__(self, settings: Settings, pace: Pace) -> None:
        self._settings = settings
        self._pace = pace
        self._patience_s = settings.transaction_timeout_s + MARKER_GRACE_S
        # Three: on a connection that fetches, other answers wait behind the fetch, and
        # only an uncommitted reader learns where the log really ends.
        self._reader = self._consumer("read_committed")
        self._stable = self._consumer("read_committed")
        self._high = self._consumer("read_uncommitted")
        self._admin = AIOKafkaAdminClient(
            **settings.connection.aiokafka_options(),
            client_id=settings.connection.client_name("verify"),
        )
        self.records = 0
        self.registry = Registry.of(settings, tries=3)
        """Has the schemas of what `read` gives in memory."""

        names = settings.topics
        self._framed = {*names.input_types, names.rekeyed, names.violations, names.duties}

    async def __aenter__(self) -> Self:
        try:
            for client in (self._reader, self._stable, self._high, self._admin):
                await client.start()
        except BaseException as error:
            await self._close()
            if isinstance(error, KafkaError | OSError):
                raise explain(error, self._settings.connection) from None
            raise
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._close()
        if isinstance(error, KafkaError | OSError):
            raise explain(error, self._settings.connection) from None

    async def committed(self, topics: Iterable[str], number: int) -> dict[str, int]:
        """The group's committed offsets of one partition number; topics without are left out."""
        places = [TopicPartition(topic, number) for topic in topics]
        group = self._settings.group_id
        ask = self._admin.list_consumer_group_offsets
        deadline = time.monotonic() + COORDINATOR_S
        while True:
            try:
                found = await ask(group, partitions=places)
            except KafkaError as error:
                # A coordinator that moves, or that is made for the first group there is.
                if not error.retriable or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_PAUSE_S)
                continue
            return {place.topic: one.offset for place, one in found.items() if one.offset >= 0}

    async def start(self, topic: str, number: int) -> int:
        """The first offset that the broker still has."""
        place = TopicPartition(topic, number)
        found: dict[Any, int] = await self._stable.beginning_offsets([place])
        return found[place]

    async def end(self, topic: str, number: int) -> int:
        """Where what is decided ends now: no transaction is open before it."""
        return await self._end(self._stable, topic, number)

    async def high(self, topic: str, number: int) -> int:
        """Where the log ends now, open transactions included."""
        return await self._end(self._high, topic, number)

    async def written_at(self, topic: str, number: int, offset: int) -> int | None:
        """The timestamp of the record at an offset, committed or not; None when none comes."""
        place = TopicPartition(topic, number)
        self._high.assign([place])
        self._high.seek(place, offset)
        try:
            polled = await self._high.getmany(place, timeout_ms=1000, max_records=1)
        except OffsetOutOfRangeError:
            return None
        finally:
            self._high.pause(place)
        found: int | None = next((one.timestamp for one in polled.get(place, ())), None)
        return found

    async def settled(self, topic: str, number: int) -> int:
        """Where what is decided ends, once that holds all that is in the log now.

        The markers of a transaction reach its partitions one after the other, so of what
        is visible on one partition, the rest on another can still be undecided.
        """
        wanted = await self._end(self._high, topic, number)
        deadline = time.monotonic() + self._patience_s
        while (end := await self._end(self._stable, topic, number)) < wanted:
            if time.monotonic() > deadline:
                raise ConsentryError(
                    f"{topic}, partition {number}: a transaction is open at offset {end} for "
                    f"more than {self._patience_s:g} s",
                    "`kafka-transactions.sh find-hanging` names it, and `abort` ends it.",
                )
            await asyncio.sleep(_PAUSE_S)
        return end

    async def read(
        self, topic: str, number: int, start: int, end: int
    ) -> AsyncIterator[Sequence[Record]]:
        """The committed records with start <= offset < end, as they come.

        What retention deletes meanwhile is passed over.
        """
        if start >= end:
            return
        place = TopicPartition(topic, number)
        reader = self._reader
        reader.assign([place])
        reader.seek(place, start)
        position, heard = start, time.monotonic()
        while position < end:
            try:
                polled = await reader.getmany(place, timeout_ms=1000)
            except OffsetOutOfRangeError:
                start = await self.start(topic, number)
                if start <= position:
                    raise
                reader.seek(place, start)
                polled = {}
            records = polled.get(place, ())
            if records:
                self.records += len(records)
                if self.registry is not None and topic in self._framed:
                    await self.registry.ensure(
                        with_schema_header(record.value, record.headers) for record in records
                    )
                yield (
                    records if records[-1].offset < end else [r for r in records if r.offset < end]
                )
            moved = await reader.position(place)
            if moved > position:
                self._pace.did(min(moved, end) - position)
                position, heard = moved, time.monotonic()
            elif time.monotonic() - heard > SILENCE_S:
                raise ConsentryError(
                    f"{topic}, partition {number}: nothing came after offset {position} for "
                    f"{SILENCE_S:g} s, and the log goes on to {end}",
                    "Check that the brokers run and that this user may read the topic.",
                )
        reader.pause(place)

    async def _end(self, consumer: Reader, topic: str, number: int) -> int:
        place = TopicPartition(topic, number)
        found: dict[Any, int] = await consumer.end_offsets([place])
        return found[place]

    def _consumer(self, isolation: str) -> Reader:
        return Reader(
            **self._settings.connection.consumer_options(),
            client_id=self._settings.connection.client_name("verify"),
            kept_max_bytes=self._settings.output_max_bytes,
            isolation_level=isolation,
            auto_offset_reset="none",
            enable_auto_commit=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            retry_backoff_ms=RETRY_BACKOFF_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )

    async def _close(self) -> None:
        await self._admin.close()
        for consumer in (self._reader, self._stable, self._high):
            await consumer.stop()
