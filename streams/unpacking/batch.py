"""One record batch of a broker, unpacked piece by piece."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch

from streams.native.checksum import crc32c
from streams.native.runs import RunMaker, Times
from streams.unpacking.careful import PAUSE_BYTES, BatchRecord, Careful, Pause, all_of
from streams.unpacking.cut import CutBytes, keeping
from streams.unpacking.flow import Flow
from streams.unpacking.inflate import PIECE, NotUnpacked, inflated

BUDGET: Final = 1 << 30
"""Bytes that one batch may become; what lies behind them is not read."""

HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_ATTRIBUTES_AT: Final = 21
_COUNT_AT: Final = 57
CODEC_MASK: Final = 0x07
_APPEND_TIME: Final = 0x08


class BoundedBatch:
    """Stands in for aiokafka's `DefaultRecordBatch`, for batches that are not control batches."""

    def __init__(
        self, data: bytes, stock: Any, max_bytes: int, run_maker: RunMaker | None = None
    ) -> None:
        """`max_bytes` is the size of a record that can be kept (`unpacking.cut.keeping`).

        With a `run_maker` records come in runs of it.
        """
        self._data = data
        self._run_maker = run_maker
        self._stock = stock
        self._keep = keeping(max_bytes)
        self.base_offset: int = stock.base_offset
        self.next_offset: int = stock.next_offset
        self.producer_id: int = stock.producer_id
        self.is_transactional: bool = stock.is_transactional
        self.is_control_batch = False
        self._count: int = struct.unpack_from(">i", data, _COUNT_AT)[0]
        self._append_time = bool(stock.attributes & _APPEND_TIME)
        self._time: int = stock.max_timestamp if self._append_time else stock.first_timestamp

    def validate_crc(self) -> bool:
        """Whether it is as it was sent."""
        return bool(self._stock.crc == crc32c(self._data, _ATTRIBUTES_AT))

    def __iter__(self) -> Iterator[Any]:
        codec = self._stock.attributes & CODEC_MASK
        if not codec and len(self._data) <= PIECE:
            return self._records(self._data, HEADER.size, self._count, self._stock)
        return self._pieces(codec)

    def _pieces(self, codec: int) -> Iterator[Any]:
        body = self._data[HEADER.size :]
        flow = Flow(inflated(codec, body) if codec else iter((body,)), BUDGET)
        left, last = self._count, self.base_offset - 1
        try:
            flow.more()
            while left:
                if flow.unpacked >= PAUSE_BYTES:
                    flow.unpacked = 0
                    yield Pause()
                end, count, longer = complete(flow.buffer, flow.at, left)
                if count:
                    for record in self._records(flow.buffer[flow.at : end], 0, count):
                        last = record.offset
                        yield record
                    flow.at = end
                    left -= count
                elif longer:
                    record = yield from Careful(flow, self._place, self._keep).record()
                    last = record.offset
                    left -= 1
                    yield record
                elif not flow.more():
                    raise NotUnpacked("the batch is cut short")
        except NotUnpacked:
            yield from self._unread(left, last)

    def _records(
        self, data: bytes, at: int, count: int, stock: DefaultRecordBatch | None = None
    ) -> Iterator[Any]:
        """Records that stand in `data` whole, up to its end; `stock` is a batch of just these."""
        if self._run_maker is not None:
            times = Times(self.base_offset, self._time, self._append_time)
            if (yield from self._run_maker.runs(data, at, count, times)):
                return
        body = data[at:]
        yield from self._read(self._plain(body, count) if stock is None else stock, body, count)

    def _plain(self, body: bytes, count: int) -> DefaultRecordBatch:
        """A batch of these records, for aiokafka's parser."""
        header = bytearray(self._data[: HEADER.size])
        attributes = self._stock.attributes & ~CODEC_MASK
        struct.pack_into(">h", header, _ATTRIBUTES_AT, attributes)
        struct.pack_into(">i", header, _COUNT_AT, count)
        return DefaultRecordBatch(bytes(header) + body)

    def _read(self, stock: Any, body: bytes, count: int) -> list[Any]:
        try:
            return list(stock)
        except (UnicodeDecodeError, CorruptRecordException):
            flow = Flow(iter((body,)), BUDGET)
            flow.more()
            return [all_of(Careful(flow, self._place, self._keep).record()) for _ in range(count)]

    def _place(self, time_delta: int, offset_delta: int) -> tuple[int, int, int]:
        """Offset, timestamp and its type of a record, by what it says itself."""
        time = self._time if self._append_time else self._time + time_delta
        return self.base_offset + offset_delta, time, int(self._append_time)

    def _unread(self, left: int, last: int) -> Iterator[BatchRecord]:
        """What stands for records that could not be read.

        A topic that is not compacted has no holes in a batch; were there some, these are
        taken to be the last offsets, so that none is met twice.
        """
        first = max(last + 1, self.next_offset - left)
        for offset in range(first, min(first + left, self.next_offset)):
            time = self._stock.max_timestamp
            yield BatchRecord(
                offset, time, int(self._append_time), None, CutBytes(b"", None, None), ()
            )


def complete(buffer: bytes, at: int, left: int) -> tuple[int, int, bool]:
    """How far records lie in the buffer whole, how many, and whether a long one is next."""
    count, size = 0, len(buffer)
    while count < left:
        place, length, shift = at, 0, 0
        while True:
            if place >= size:
                return at, count, False
            byte = buffer[place]
            place += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 35:
                raise NotUnpacked("a number is too long")
        length = (length >> 1) ^ -(length & 1)
        if length < 0:
            raise NotUnpacked("a record has no length")
        if length > PIECE:
            return at, count, True
        if place + length > size:
            return at, count, False
        at = place + length
        count += 1
    return at, count, False
