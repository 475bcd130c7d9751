"""Batches of records to write: made in C all at once where they can be, else by aiokafka."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from aiokafka.producer.message_accumulator import BatchBuilder, MessageAccumulator

from streams.native.checksum import crc32c
from streams.native.library import LIBRARY
from streams.native.writers import batch_builder
from streams.transport.commit.output_batch import Output
from streams.unpacking.batch import HEADER

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

_BUILDER: Final = batch_builder(LIBRARY, Output)
_TRANSACTIONAL: Final = 0x10
_BEFORE_LENGTH: Final = 12
_CHECKED_FROM: Final = 21
"""Where the attributes stand: the checksum is that of all from there."""


class FilledBatch(BatchBuilder):  # type: ignore[misc]  # aiokafka has no types
    """A batch whose records are written, in the place of aiokafka's own."""

    def __init__(self, records: bytes, count: int, *, transactional: bool) -> None:
        """`records` are as they stand in a batch; their time is now."""
        self._records = records
        self._count = count
        self._attributes = _TRANSACTIONAL if transactional else 0
        self._time = int(time.time() * 1000)
        self._producer = -1, -1, -1
        self._buffer: bytes | None = None

    def append(self, **_record: Any) -> None:
        """Takes no more."""

    def close(self) -> None:
        """Nothing comes after it."""

    def closed(self) -> bool:
        """Always."""
        return True

    def record_count(self) -> int:
        """How many records it has."""
        return self._count

    def size(self) -> int:
        """In bytes, with its header."""
        return HEADER.size + len(self._records)

    def _set_producer_state(self, producer_id: int, epoch: int, sequence: int) -> None:
        self._producer = producer_id, epoch, sequence

    def _build(self) -> bytes:
        if self._buffer is None:
            header = self._header(0)
            checksum = crc32c(header + self._records, _CHECKED_FROM)
            self._buffer = self._header(checksum) + self._records
        return self._buffer

    def _header(self, checksum: int) -> bytes:
        return HEADER.pack(
            0, self.size() - _BEFORE_LENGTH, -1, 2, checksum, self._attributes, self._count - 1,
            self._time, self._time, *self._producer, self._count,
        )  # fmt: skip


def batches(producer: AIOKafkaProducer, records: list[Output]) -> Iterator[Any]:
    """The batches of records that go to one place, in their order.

    Raises ValueError for a record that fits into none.
    """
    accumulator = getattr(producer, "_message_accumulator", None)
    start = 0
    if (
        _BUILDER is not None
        and isinstance(accumulator, MessageAccumulator)
        and not accumulator._compression_type
    ):
        transactions = producer._txn_manager
        transactional = transactions is not None and transactions.transactional_id is not None
        room = accumulator._batch_size - HEADER.size
        while start < len(records):
            made = _BUILDER.records(records, start, room)
            if made is None:
                break
            start += made[1]
            yield FilledBatch(*made, transactional=transactional)
    if start < len(records):
        yield from _aiokafkas(producer, records[start:])


def _aiokafkas(producer: AIOKafkaProducer, records: list[Output]) -> Iterator[Any]:
    batch = producer.create_batch()
    append = batch.append
    for record in records:
        key, value = record.key, record.value
        own = list(record.headers) if record.headers else _NO_HEADERS
        if append(timestamp=None, key=key, value=value, headers=own) is None:
            yield batch
            batch = producer.create_batch()
            append = batch.append
            if append(timestamp=None, key=key, value=value, headers=own) is None:
                raise ValueError(f"a record for {record.topic} fits into no batch")
    yield batch


_NO_HEADERS: list[tuple[str, bytes | None]] = []
"""Never changed: aiokafka only reads it."""
