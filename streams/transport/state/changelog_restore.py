"""The subject table is restored from its changelog: in batches, to the end that there is now."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aiokafka.structs import TopicPartition

from streams.errors import ConsentryError
from streams.topics.reader import Reader
from streams.transport.fetch.unpacked_records import lighten
from streams.transport.state.memory import MemoryRows
from streams.transport.state.row_store import RowStore
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import CorruptRow, next_deadline, subject_of

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from streams.wire.record import Record


class Restored:
    """One partition of the changelog, read to its end, or from where the store stood.

    `resumed` says whether what the store held was gone on from; `read` counts records.
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
            self.load_again(reason)
            return start
        return max(start, position - 1)

    def load_again(self, reason: str) -> None:
        """Forget what the store holds; everything is to be read."""
        self.rows.rebuild(reason)
        self.resumed = False

    def apply(self, records: Sequence[Record]) -> bool:
        """Apply a batch of the changelog; later records replace earlier ones.

        False when the changelog is another one than the store was made from: read it
        from its start. Raises ConsentryError for a row that cannot be read.
        """
        position = self.rows.position
        if self.resumed and not self.read and position is not None and records:
            first = records[0]
            if first.offset < position:
                if not self.rows.holds(first):
                    self.load_again("the changelog has another record at its place")
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
                next_deadline(record.value, record.key)
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
        "Run the release that wrote it. If somebody else wrote there: raise the setting "
        "`generation`, and `consentry facts import` a backup.",
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
    if isinstance(reader, Reader):
        lighten(reader._fetcher)
    collects = gc.isenabled()
    gc.disable()
    try:
        await _read_to_end(reader, changelog, restored)
    finally:
        if collects:
            # Nor does the first look afterwards come to all of them at once.
            gc.freeze()
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
