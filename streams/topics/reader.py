"""aiokafka's consumer, which unpacks within bounds and says where a batch stands that it cannot.

Every consumer of Consentry is one. aiokafka's own error names the codec, and neither topic
nor offset; nobody can do anything about a batch that they do not find.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, Final

import aiokafka
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import UnsupportedCodecError

from streams.native.runs import Run
from streams.topics.codecs import unreadable_batch
from streams.unpacking.careful import Pause
from streams.unpacking.fetched import install
from streams.unpacking.inflate import Unavailable

KEPT_MAX_BYTES: Final = 4_259_840
"""What of one record is handed on, unless a reader says otherwise; more of it is cut."""


class Placed(PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own unpacking, transactions included; what cannot be unpacked is named.

    Iterating raises ConsentryError with topic, partition and offset for a batch whose codec
    this process cannot read.
    """

    def begin(self) -> None:
        """Nothing is unpacked yet."""

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except (Unavailable, UnsupportedCodecError):
            raise unreadable_batch(
                self._tp.topic, self._tp.partition, self.next_fetch_offset, self._records.codec
            ) from None

    def _consumer_record(self, place: Any, record: Any) -> Any:
        if type(record) is Pause:
            record.offset = self.next_fetch_offset - 1
            return record
        if type(record) is Run:
            return record
        return self._record(place, record)

    def _record(self, place: Any, record: Any) -> Any:
        return super()._consumer_record(place, record)


class Fetched(OrderedDict[Any, Any]):
    """What a fetcher holds by place; results that are put in are unpacked our way."""

    def __init__(self, held: Any, unpacking: type[Placed] = Placed) -> None:
        self._unpacking = unpacking
        super().__init__(held)

    def __setitem__(self, place: Any, found: Any) -> None:
        # Errors are put in too; and a result is put in before anything of it is unpacked.
        records: Any = getattr(found, "_partition_records", None)
        if type(records) is PartitionRecords:
            records.__class__ = self._unpacking
            records.begin()
        super().__setitem__(place, found)


class Reader(aiokafka.AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """A consumer that ends with a ConsentryError at a batch that it cannot unpack.

    Of a record of more than `kept_max_bytes` only a part is handed on (`unpacking.cut`);
    the bound is one for the process.
    """

    def __init__(self, *, kept_max_bytes: int = KEPT_MAX_BYTES, **options: Any) -> None:
        install(kept_max_bytes)
        super().__init__(**options)

    async def start(self) -> None:
        """Connect, as aiokafka does."""
        await super().start()
        self._fetcher._records = Fetched(self._fetcher._records)

    async def stop(self) -> None:
        """Disconnect, as aiokafka does.

        aiokafka awaits fetches that it has cancelled, as one is that waits before it asks again,
        and that cancellation would end the task that stops the consumer, and leave its connections.
        """
        fetcher = self._fetcher
        if fetcher is not None and not self._closed:
            fetcher._fetch_task.cancel()
            await asyncio.wait({fetcher._fetch_task})
            pending, fetcher._pending_tasks = fetcher._pending_tasks, set()
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending)
        await super().stop()
