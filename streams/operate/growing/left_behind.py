"""What no row holds: re-keyed records that wait, and findings about records that hold no event."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import aiokafka
import msgspec

from streams.core.identifiers import subject_key
from streams.core.quality import ABOUT_RECORDS
from streams.files.temporary_database import open_database
from streams.settings import Settings
from streams.verify.bus import LiveBus
from streams.wire.arrival import partition_for
from streams.wire.errors import WireError
from streams.wire.findings import decode_finding
from streams.wire.framing import RegistryDecoder
from streams.wire.progress import BATCH_HEADER, Progress
from streams.wire.record import Record

_CACHE_KIB: Final = 16_384
_TABLE: Final = "CREATE TABLE last (key BLOB PRIMARY KEY, value BLOB, subject BLOB, headers BLOB)"
_headers: Final = msgspec.msgpack.Decoder(list[tuple[str, bytes | None]]).decode


class Sender:
    """Writes records to a partition, as they were; what was sent has arrived when it is left."""

    def __init__(self, settings: Settings) -> None:
        self._producer = aiokafka.AIOKafkaProducer(
            **settings.connection.aiokafka_options(),
            client_id=settings.connection.client_name("grow"),
            acks="all",
            enable_idempotence=True,
            max_request_size=settings.output_max_bytes,
        )
        self._deliveries: list[Any] = []

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def send(
        self,
        topic: str,
        number: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
    ) -> None:
        """Put a record on its way."""
        self._deliveries.append(
            await self._producer.send(topic, value, key, partition=number, headers=list(headers))
        )
        if len(self._deliveries) >= 1_000:
            await self._arrived()

    async def _arrived(self) -> None:
        for delivery in self._deliveries:
            await delivery
        self._deliveries.clear()

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self._arrived()
        finally:
            await self._producer.stop()


async def send_on(
    target: Settings, bus: LiveBus, numbers: Sequence[int], states: Mapping[int, Progress]
) -> tuple[dict[int, int], int]:
    """Send re-keyed records that were not judged yet to where their persons are now.

    `numbers` are the partitions of before, with a state or without. Returns where each log ended before, from where on it is read, and how many were sent. A
    record that is sent twice, since this was interrupted, is the same fact.
    """
    rekeyed = target.topics.rekeyed
    ends = {number: await bus.settled(rekeyed, number) for number in numbers}
    count = 0
    async with Sender(target) as sender:
        for number in numbers:
            judged = states[number].positions.get(rekeyed, 0) if number in states else 0
            start = max(judged, await bus.start(rekeyed, number))
            async for records in bus.read(rekeyed, number, start, ends[number]):
                for record in records:
                    home = partition_for(record.key or b"", target.partitions)
                    await sender.send(rekeyed, home, record.key, record.value, record.headers)
                    count += 1
    return ends, count


async def copy_findings(
    settings: Settings, target: Settings, bus: LiveBus, numbers: Sequence[int]
) -> int:
    """Bring findings that follow from a record alone to the topic of afterwards, as they stand.

    Returns how many. They carry no batch, and the same one written twice is one.
    """
    before, after = settings.topics.violations, target.topics.violations
    count = 0
    async with Sender(target) as sender:
        for number in numbers:
            database = open_database(_CACHE_KIB)
            database.execute(_TABLE)
            start, end = await bus.start(before, number), await bus.settled(before, number)
            async for records in bus.read(before, number, start, end):
                database.execute("BEGIN")
                for record in records:
                    _keep(database, record, bus.registry)
                database.execute("COMMIT")
            for key, value, subject, headers in database.execute("SELECT * FROM last"):
                home = partition_for(subject, target.partitions) if subject else number
                await sender.send(after, home, key, value, _headers(headers))
                count += 1
            database.close()
    return count


def _keep(database: sqlite3.Connection, record: Record, registry: RegistryDecoder | None) -> None:
    database.execute("DELETE FROM last WHERE key = ?", (record.key,))
    if record.value is None or any(name == BATCH_HEADER for name, _ in record.headers):
        return  # gone, or of a row
    try:
        finding = decode_finding(record.value, registry)
    except WireError:
        return
    if finding.code not in ABOUT_RECORDS:
        return
    subject = b""
    if finding.controller_id and finding.subject_id:
        subject = subject_key(finding.controller_id, finding.subject_id)
    headers = msgspec.msgpack.encode(list(record.headers))
    database.execute(
        "INSERT INTO last VALUES (?, ?, ?, ?)", (record.key, record.value, subject, headers)
    )
