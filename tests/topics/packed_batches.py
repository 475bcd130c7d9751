"""Record batches as a broker gives them, in every codec."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import cramjam
import lz4.frame
import zstandard
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition

from streams.transport.fetch.unpacked_records import Unpacked
from streams.unpacking.batch import HEADER
from streams.unpacking.fetched import Batches, Pieces, install

Sent = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]

MAX_BYTES = 4_259_840
PLACE = TopicPartition("t", 0)
GOOD: list[Sent] = [(b"k%d" % n, b"v%d" % n, [("h", b"x")]) for n in range(5)]


def xerial(body: bytes) -> bytes:
    head = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
    blocks = (bytes(cramjam.snappy.compress_raw(body[at : at + 32768]))
              for at in range(0, len(body), 32768))  # fmt: skip
    return head + b"".join(struct.pack(">i", len(one)) + one for one in blocks)


CODECS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "gzip": (1, gzip.compress),
    "snappy": (2, lambda body: bytes(cramjam.snappy.compress_raw(body))),
    "snappy in blocks": (2, xerial),
    "lz4": (3, lambda body: lz4.frame.compress(body, block_linked=False)),
    "zstd": (4, zstandard.compress),
}


def plain(sent: Sequence[Sent], base: int = 0) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 31,
    )  # fmt: skip
    for offset, (key, value, headers) in enumerate(sent):
        builder.append(offset, timestamp=1_000 + offset, key=key, value=value, headers=headers)
    built = bytearray(builder.build())
    struct.pack_into(">q", built, 0, base)
    return bytes(built)


def packed(raw: bytes, codec: str | None) -> bytes:
    """A batch as a producer with this codec would send it."""
    head, body = bytearray(raw[: HEADER.size]), raw[HEADER.size :]
    if codec is not None:
        number, compress = CODECS[codec]
        struct.pack_into(">h", head, 21, number)
        body = compress(body)
    struct.pack_into(">i", head, 8, HEADER.size + len(body) - 12)
    struct.pack_into(">I", head, 17, calc_crc32c(bytes(head[21:]) + body))
    return bytes(head) + body


class Assignment:
    active = True

    def __init__(self) -> None:
        self.position = 0
        self.paused = False

    def state_value(self, _place: Any) -> Assignment:
        return self

    def consumed_to(self, position: int) -> None:
        self.position = position


def fetched(data: bytes) -> Pieces:
    install(MAX_BYTES)
    records = PartitionRecords(
        PLACE, Batches(data), [], 0, None, None, check_crcs=True, isolation_level=READ_COMMITTED
    )
    records.__class__ = Unpacked
    return Pieces(PLACE, assignment=Assignment(), partition_records=records, backoff=0)


def in_pieces(data: bytes) -> Iterator[list[Any]]:
    result = fetched(data)
    while result.has_more():
        yield list(result.getall())


def read(data: bytes) -> list[Any]:
    return [record for piece in in_pieces(data) for record in piece]


def shown(records: Sequence[Any]) -> list[Any]:
    return [(one.offset, one.timestamp, one.key, one.value, list(one.headers)) for one in records]


def expected(sent: Sequence[Sent]) -> list[Any]:
    return [(at, 1_000 + at, *one) for at, one in enumerate(sent)]
