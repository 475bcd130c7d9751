"""The lighter records say what aiokafka's own say."""

from __future__ import annotations

from typing import Any

from aiokafka.consumer.fetcher import (
    READ_COMMITTED,
    FetchError,
    FetchResult,
    PartitionRecords,
)
from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from streams.topics.reader import Fetched
from streams.transport.fetch.unpacked_records import Received, Unpacked, lighten

FIELDS = ("topic", "partition", "offset", "timestamp", "key", "value", "headers")
"""The fields of `streams.wire.record.Record`."""

PLACE = TopicPartition("t", 3)
SENT: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]] = [
    (b"k", b"v", []),
    (None, b"v", [("name", b"x"), ("name", None)]),
    (b"k", None, []),
    (b"", b"", [("empty", b"")]),
]


def batch() -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=10_000,
    )  # fmt: skip
    for offset, (key, value, headers) in enumerate(SENT):
        builder.append(offset, timestamp=1_000 + offset, key=key, value=value, headers=headers)
    return bytes(builder.build())


def result() -> FetchResult:
    unpacking = PartitionRecords(
        PLACE,
        MemoryRecords(batch()),
        [],
        0,
        None,
        None,
        check_crcs=True,
        isolation_level=READ_COMMITTED,
    )
    return FetchResult(PLACE, assignment=None, partition_records=unpacking, backoff=0)


def unpacked(held: Any) -> list[Any]:
    return list(held._partition_records)


def test_each_says_what_aiokafkas_own_says() -> None:
    held = Fetched({}, Unpacked)
    held[PLACE] = result()
    lighter, own = unpacked(held[PLACE]), unpacked(result())
    assert len(lighter) == len(own) == len(SENT)
    for ours, theirs in zip(lighter, own, strict=True):
        assert type(ours) is Received
        for name in FIELDS:
            assert getattr(ours, name) == getattr(theirs, name), name


def test_where_reading_has_come_to_is_followed_alike() -> None:
    held = Fetched({}, Unpacked)
    held[PLACE] = result()
    unpacked(held[PLACE])
    assert held[PLACE]._partition_records.next_fetch_offset == len(SENT)


def test_errors_are_held_as_they_are() -> None:
    held = Fetched({}, Unpacked)
    error = FetchError(error=KafkaError(), backoff=0)
    held[PLACE] = error
    assert held[PLACE] is error


def test_a_fetcher_keeps_what_it_holds() -> None:
    class Fetcher:
        _records = {PLACE: result()}  # noqa: RUF012 - as aiokafka has it

    fetcher = Fetcher()
    before = fetcher._records[PLACE]
    lighten(fetcher)
    assert fetcher._records == {PLACE: before}
    fetcher._records[PLACE] = result()
    assert type(unpacked(fetcher._records[PLACE])[0]) is Received
