"""aiokafka's fetcher with batches of our own: for every consumer of this process."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from streams.native.runs import Run, RunMaker
from streams.unpacking.batch import CODEC_MASK, BoundedBatch
from streams.unpacking.careful import Pause

PIECE_BYTES: Final = 8 << 20
"""About how much memory is filled with unpacked records before they are handed on."""

_RECORD_BYTES: Final = 600
_HEADER_BYTES: Final = 150
_BEGINNING: Final = struct.Struct(">qiib")
"""Offset, length, leader epoch and version of the format, of any version."""
_BEFORE_LENGTH: Final = 12

_max_bytes = 1 << 22


def install(max_bytes: int) -> None:
    """Let the consumers that are made from now on unpack within bounds.

    `max_bytes` is the size of a record that can be kept: the setting `output_max_bytes`.
    aiokafka looks both names up in its module whenever it makes one.
    """
    global _max_bytes  # noqa: PLW0603 - as aiokafka's names are, it is of the process
    _max_bytes = max_bytes
    fetcher.MemoryRecords = Batches
    fetcher.FetchResult = Pieces


class Batches:
    """The batches of an answer to a fetch, in place of aiokafka's `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self.codec: int | None = None
        """The codec's number of the latest batch, None in formats before Kafka 0.11."""
        self.run_maker: RunMaker | None = None
        """What makes records in runs, where there is one."""

    def size_in_bytes(self) -> int:
        """Of all, whole or not."""
        return len(self._data)

    def has_next(self) -> bool:
        """Whether another batch lies there whole."""
        return self._end() is not None

    def next_batch(self) -> Any:
        """The next batch."""
        end = self._end()
        if end is None:
            return None
        data = bytes(self._data[self._at : end])
        self._at = end
        stock = MemoryRecords(data).next_batch()
        attributes = getattr(stock, "attributes", None)
        self.codec = None if attributes is None else attributes & CODEC_MASK
        if attributes is None or stock.is_control_batch:
            return stock
        return BoundedBatch(data, stock, _max_bytes, self.run_maker)

    def _end(self) -> int | None:
        if len(self._data) - self._at < _BEGINNING.size:
            return None
        length: int = _BEGINNING.unpack_from(self._data, self._at)[1]
        end = self._at + _BEFORE_LENGTH + length
        return end if self._at < end <= len(self._data) else None


class Pieces(fetcher.FetchResult):  # type: ignore[misc]  # aiokafka has no types
    """What was fetched of one place, handed on in pieces that memory can hold.

    `busy` says that the last piece ended for other work to get its turn, and that there is
    more to do.
    """

    busy = False

    def getall(self, max_records: int | None = None) -> Sequence[Any]:
        """The next records, at least one where there is one.

        Runs are taken whole: who lets them be made sets no `max_records`.
        """
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        taken: list[Any] = []
        room = PIECE_BYTES
        records: Any = self._partition_records  # type: ignore[has-type]  # aiokafka has no types
        self.busy = False
        for record in records:
            if type(record) is Pause:
                self.busy = True
                break
            if type(record) is Run:
                taken += record
                room -= record.bytes
                if room < 0:
                    break
                continue
            taken.append(record)
            room -= _RECORD_BYTES + len(record.value or b"") + len(record.key or b"")
            if record.headers:
                room -= _HEADER_BYTES * len(record.headers)
            if room < 0 or len(taken) == max_records:
                break
        else:
            self._update_position()
            self._partition_records = None
            return taken
        self._update_position()
        return taken
