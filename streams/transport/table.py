"""The subject table: rows as stored, grouped by subject, restored by slices.

The rows of a partition number live in memory as bytes and on the changelog as records;
both change by the same keys and values. Live subjects are built from them on demand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from zlib import crc32

from aiokafka.structs import TopicPartition

from streams.core.identifiers import SubjectKey
from streams.errors import ConsentryError
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import CorruptRow, subject_of

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from streams.wire.record import Record


class RowStore(Protocol):
    """Where the rows of one partition number are kept; on disk one day."""

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it when there is None."""

    def rows_of(self, subject: SubjectKey) -> Mapping[bytes, bytes]:
        """Rows of a subject by row key; empty for an unknown one."""

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and the place where it stands, from a place on.

        Places rise; their order is the store's own, lasts over a restart, and says
        nothing of who stands there. Rows may change between two steps: who is there all
        along is met, who came or went meanwhile may be.
        """

    def __len__(self) -> int:
        """How many rows there are."""


_BUCKET_BITS = 12


class MemoryRows:
    """Rows in a dictionary a subject.

    Subjects stand in 4,096 buckets by their CRC-32, which is their place: a walk needs
    an order, and copies a bucket of them at a time rather than all.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, dict[SubjectKey, dict[bytes, bytes]]] = {}
        self._count = 0

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it. Raises CorruptRow when the key is not a row key."""
        subject = subject_of(key)
        number = _bucket_of(crc32(subject))
        bucket = self._buckets.get(number)
        if bucket is None:
            bucket = self._buckets[number] = {}
        rows = bucket.get(subject)
        if rows is None:
            if row is not None:
                bucket[subject] = {key: row}
                self._count += 1
            return
        self._count -= key in rows
        if row is not None:
            rows[key] = row
            self._count += 1
            return
        rows.pop(key, None)
        if not rows:
            del bucket[subject]

    def rows_of(self, subject: SubjectKey) -> Mapping[bytes, bytes]:
        """Rows of a subject by row key; empty for an unknown one."""
        bucket = self._buckets.get(_bucket_of(crc32(subject)))
        return bucket.get(subject, {}) if bucket else {}

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and its place, from a place on."""
        first = int.from_bytes(start)
        for number in range(_bucket_of(first), 1 << _BUCKET_BITS):
            subjects = self._buckets.get(number, ())
            for hashed, subject in sorted((crc32(subject), subject) for subject in subjects):
                if hashed >= first:
                    yield hashed.to_bytes(4), subject

    def __len__(self) -> int:
        """How many rows there are."""
        return self._count


def _bucket_of(hashed: int) -> int:
    return hashed >> (32 - _BUCKET_BITS)


class Restored:
    """One partition of the changelog, read to its end."""

    def __init__(self, rows: RowStore) -> None:
        self.rows = rows
        self.progress: bytes | None = None

    def apply(self, records: Iterable[Record]) -> None:
        """Apply a slice of the changelog; later records replace earlier ones."""
        put = self.rows.put
        for record in records:
            key = record.key
            if key == PROGRESS_KEY:
                self.progress = record.value
                continue
            try:
                put(key or b"", record.value)
            except CorruptRow:
                raise unreadable_row(record.topic, record.partition, record.offset) from None


def unreadable_row(topic: str, partition: int, offset: int | None = None) -> ConsentryError:
    """The error for state that cannot be read: never judge on less."""
    place = f"{topic}, partition {partition}"
    if offset is not None:
        place += f", offset {offset}"
    return ConsentryError(
        f"a stored row cannot be read ({place})",
        "Run the release that wrote it, or raise the setting `generation` to judge "
        "everything again from the inputs.",
    )


async def restore(
    reader: AIOKafkaConsumer,
    changelog: str,
    partitions: Iterable[int],
    new_rows: Callable[[], RowStore] = MemoryRows,
) -> dict[int, Restored]:
    """Read partitions of the changelog to the end that they have now.

    The reader must be a `read_committed` one without a group. The end is a position,
    never the offset of a last record: transaction markers take offsets. Call it after
    the transactional producers are started, or the end can still move.
    """
    places = {TopicPartition(changelog, number): number for number in partitions}
    restored = {number: Restored(new_rows()) for number in places.values()}
    reader.assign(list(places))
    starts: dict[Any, int] = await reader.beginning_offsets(list(places))
    ends: dict[Any, int] = await reader.end_offsets(list(places))
    for place, start in starts.items():
        reader.seek(place, start)
    waiting = {place for place in places if starts[place] < ends[place]}
    while waiting:
        polled = await reader.getmany(*waiting, timeout_ms=200)
        for place, records in polled.items():
            restored[places[place]].apply(records)
            await asyncio.sleep(0)
        for place in list(waiting):
            if await reader.position(place) >= ends[place]:
                waiting.discard(place)
                reader.pause(place)
    return restored
