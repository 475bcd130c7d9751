"""The subject table: rows as stored, grouped by subject, restored by slices.

The rows of a partition number live in memory or on disk as bytes, and on the changelog as
records; all change by the same keys and values. Live subjects are built from them on
demand. `MemoryRows` is here; `streams.transport.disk` has the store on disk.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from zlib import crc32

from aiokafka.structs import TopicPartition

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.errors import ConsentryError
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import CorruptRow, next_deadline, subject_of

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from streams.wire.record import Record


class SubjectDeadlines(Protocol):
    """When to look at subjects again; `core.deadlines.Deadlines` by subject is one."""

    def __contains__(self, key: SubjectKey) -> bool:
        """Whether the deadline of a subject is known."""

    def set(self, key: SubjectKey, deadline: Instant | None) -> None:
        """Replace the deadline of a subject; None when it has none."""

    def first_passed(self, clock: Instant) -> SubjectKey | None:
        """Take out the subject with the earliest deadline if it lies strictly before `clock`."""


class RowStore(Protocol):
    """Where the rows of one partition number are kept.

    What is `put` is seen at once and lasts, if the store lasts at all, from `committed`
    on: a store that was ahead of the changelog would take lost events for duplicates.
    """

    @property
    def lasts(self) -> bool:
        """Whether it is there again after a restart."""

    @property
    def deadlines(self) -> SubjectDeadlines | None:
        """The deadlines of all subjects, where the store keeps them; else a walk finds them."""

    @property
    def position(self) -> int | None:
        """The changelog offset after the last record that is kept; None: nothing is."""

    @property
    def progress(self) -> bytes | None:
        """The progress row at that position."""

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it when there is None. Raises CorruptRow for a foreign key."""

    def rows_of(self, subject: SubjectKey) -> Mapping[bytes, bytes]:
        """Rows of a subject by row key; empty for an unknown one."""

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and the place where it stands, from a place on.

        Places rise; their order is the same in every store, lasts over a restart, and
        says nothing of who stands there. Rows may change between two steps: who is there
        all along is met, who came or went meanwhile may be.
        """

    def __len__(self) -> int:
        """How many rows there are; on disk an estimate."""

    def load(self, records: Sequence[Record]) -> None:
        """Apply records of the changelog, progress rows among them.

        Raises CorruptRow when one cannot be read; how much of them is kept then is open.
        """

    def committed(
        self, rows: Iterable[tuple[bytes, bytes | None]], progress: bytes, end: int | None
    ) -> None:
        """Rows that were put are on the changelog, in the order in which they were put.

        Asked of stores that last only.
        `progress` was written after them; `end` is the offset after it, None if unknown.
        """

    def unfit(self, start: int, end: int) -> str | None:
        """Why it cannot go on from `position` on a changelog that reaches from start to end."""

    def holds(self, record: Record) -> bool:
        """Whether the last record that is kept is this one, at its place on the changelog."""

    def rebuild(self, reason: str) -> None:
        """Forget everything, to be loaded anew; the log says why."""

    def loaded(self) -> None:
        """All of the changelog has been loaded."""

    def close(self) -> None:
        """Nothing more is asked of it."""


_BUCKET_BITS = 12


class MemoryRows:
    """Rows in a dictionary a subject.

    Subjects stand in 4,096 buckets by their CRC-32, which is their place: a walk needs
    an order, and copies a bucket of them at a time rather than all.
    """

    lasts = False
    deadlines = None
    position = None

    def __init__(self) -> None:
        self._buckets: dict[int, dict[SubjectKey, dict[bytes, bytes]]] = {}
        self._count = 0
        self.progress: bytes | None = None

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

    def load(self, records: Sequence[Record]) -> None:
        """Apply records of the changelog. Raises CorruptRow for a key that is no row's."""
        put = self.put
        for record in records:
            key = record.key
            if key == PROGRESS_KEY:
                self.progress = record.value
            else:
                put(key or b"", record.value)

    def committed(
        self, rows: Iterable[tuple[bytes, bytes | None]], progress: bytes, end: int | None
    ) -> None:
        """Nothing lasts, so nothing is done."""

    def unfit(self, start: int, end: int) -> str | None:
        """It is never asked to go on from a position."""
        del start, end
        return None

    def holds(self, record: Record) -> bool:
        """It holds no position on the changelog."""
        del record
        return False

    def rebuild(self, reason: str) -> None:
        """Forget everything."""
        del reason
        self._buckets.clear()
        self._count = 0
        self.progress = None

    def loaded(self) -> None:
        """There is nothing to be done after a restore."""

    def close(self) -> None:
        """There is nothing to be closed."""


def _bucket_of(hashed: int) -> int:
    return hashed >> (32 - _BUCKET_BITS)


class Restored:
    """One partition of the changelog, read to its end, or from where the store stood.

    `resumed` tells whether what the store held was gone on from; `read` counts records.
    """

    def __init__(self, rows: RowStore) -> None:
        self.rows = rows
        self.resumed = rows.position is not None
        self.read = 0

    @property
    def progress(self) -> bytes | None:
        """The latest progress row."""
        return self.rows.progress

    def begin(self, start: int, end: int) -> int:
        """The offset to read from, of a changelog that reaches from start to end.

        It is the one of the last record that the store holds, which shows whether the
        changelog is still the one that the store was made from.
        """
        position = self.rows.position
        if position is None:
            return start
        reason = self.rows.unfit(start, end)
        if reason is not None:
            self.anew(reason)
            return start
        return max(start, position - 1)

    def anew(self, reason: str) -> None:
        """Forget what the store holds; everything is to be read."""
        self.rows.rebuild(reason)
        self.resumed = False

    def apply(self, records: Sequence[Record]) -> bool:
        """Apply a slice of the changelog; later records replace earlier ones.

        False when the changelog is another one than the store was made from: read it
        from its start. Raises ConsentryError for a row that cannot be read.
        """
        position = self.rows.position
        if self.resumed and not self.read and position is not None and records:
            first = records[0]
            if first.offset < position:
                if not self.rows.holds(first):
                    self.anew("the changelog has another record at its place")
                    return False
                records = records[1:]
        if not records:
            return True
        try:
            self.rows.load(records)
        except CorruptRow:
            raise _first_unreadable(records) from None
        self.read += len(records)
        return True


def _first_unreadable(records: Iterable[Record]) -> ConsentryError:
    for record in records:
        if record.key == PROGRESS_KEY:
            continue
        try:
            subject_of(record.key or b"")
            if record.value is not None:
                next_deadline(record.value)
        except CorruptRow:
            return unreadable_row(record.topic, record.partition, record.offset)
    raise AssertionError("all rows can be read")


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
    stores: Mapping[int, RowStore] | None = None,
) -> dict[int, Restored]:
    """Read partitions of the changelog to the end that they have now.

    What a store holds already is not read again. Without stores everything goes into
    memory. The reader must be a `read_committed` one without a group. The end is a
    position, never the offset of a last record: transaction markers take offsets. Call
    it after the transactional producers are started, or the end can still move.
    """
    restored = {
        number: Restored(MemoryRows() if stores is None else stores[number])
        for number in partitions
    }
    await read_to_end(reader, changelog, restored)
    return restored


async def read_to_end(
    reader: AIOKafkaConsumer, changelog: str, restored: Mapping[int, Restored]
) -> None:
    """Apply to each partition number what is missing of it, up to the end that there is now.

    Python's search for garbage in cycles rests meanwhile: it would look at all records
    that were just read, again and again, and find none.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        await _read_to_end(reader, changelog, restored)
    finally:
        if collects:
            gc.enable()
    for one in restored.values():
        one.rows.loaded()


async def _read_to_end(
    reader: AIOKafkaConsumer, changelog: str, restored: Mapping[int, Restored]
) -> None:
    places = {TopicPartition(changelog, number): one for number, one in restored.items()}
    reader.assign(list(places))
    starts: dict[Any, int] = await reader.beginning_offsets(list(places))
    ends: dict[Any, int] = await reader.end_offsets(list(places))
    waiting = set()
    for place, one in places.items():
        begin = one.begin(starts[place], ends[place])
        reader.seek(place, begin)
        if begin < ends[place]:
            waiting.add(place)
    while waiting:
        polled = await reader.getmany(*waiting, timeout_ms=200)
        for place, records in polled.items():
            if not places[place].apply(records):
                reader.seek(place, starts[place])
            await asyncio.sleep(0)
        for place in list(waiting):
            if await reader.position(place) >= ends[place]:
                waiting.discard(place)
                reader.pause(place)
