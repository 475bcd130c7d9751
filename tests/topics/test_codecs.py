"""Every codec of Kafka is read, and what cannot be read is named with its place."""

from __future__ import annotations

import gzip
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.consumer.fetcher import READ_COMMITTED, FetchResult, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

import streams
from streams.errors import ConsentryError
from streams.topics import codecs
from streams.topics.codecs import CODECS, unreadable_codecs
from streams.topics.reader import Fetched
from streams.unpacking.fetched import Batches
from streams.unpacking.inflate import LIBRARIES

PLACE = TopicPartition("consentry.data-share", 3)
VALUES = [b"one" * 100, b"two" * 100, b"three" * 100]
ATTRIBUTES = struct.calcsize(">qiibI")
HEADER = 61


def batch(number: int, base: int = 0) -> bytearray:
    """Three records, packed with the codec of that number."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=number, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=10_000,
    )  # fmt: skip
    for offset, value in enumerate(VALUES):
        builder.append(offset, timestamp=1_000, key=b"k", value=value, headers=[])
    built = bytearray(builder.build())
    built[:8] = struct.pack(">q", base)
    return built


def unpacking(*batches: bytearray) -> Iterator[Any]:
    """What a consumer of ours makes of these batches, read from offset 0 on."""
    held = Fetched({})
    records = PartitionRecords(
        PLACE,
        Batches(b"".join(batches)),
        [],
        0,
        None,
        None,
        check_crcs=False,
        isolation_level=READ_COMMITTED,
    )
    held[PLACE] = FetchResult(PLACE, assignment=None, partition_records=records, backoff=0)
    return iter(held[PLACE]._partition_records)


@pytest.fixture
def without_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that lacks the packages behind snappy, LZ4 and Zstandard."""
    for name in list(LIBRARIES.values())[1:]:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("number", CODECS)
def test_a_batch_of_each_codec_is_read(number: int) -> None:
    assert [record.value for record in unpacking(batch(number))] == VALUES


def test_this_installation_reads_all() -> None:
    assert unreadable_codecs() == frozenset()


@pytest.mark.usefixtures("without_libraries")
def test_without_the_libraries_only_gzip_is_left() -> None:
    assert unreadable_codecs() == {"snappy", "lz4", "zstd"}


def test_a_library_that_reads_nonsense_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "inflated", lambda _, __: [b"nonsense"])
    assert unreadable_codecs() == {"gzip", "snappy", "lz4", "zstd"}


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_batch_without_its_library_is_named(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = batch(number, base=3)
    monkeypatch.setitem(sys.modules, LIBRARIES[number], None)
    found = unpacking(batch(1), packed)
    assert [next(found).value for _ in VALUES] == VALUES
    with pytest.raises(ConsentryError) as raised:
        next(found)
    assert raised.value.problem == (
        "consentry.data-share, partition 3, offset 3: the batch is compressed with "
        f"{CODECS[number]}, which this installation cannot read"
    )
    assert LIBRARIES[number].partition(".")[0] in raised.value.remedy


@pytest.mark.parametrize("number", [5, 6, 7])
def test_a_codec_of_the_future_is_named_by_its_number(number: int) -> None:
    packed = batch(0)
    packed[ATTRIBUTES + 1] |= number
    with pytest.raises(ConsentryError, match=f"partition 3, offset 0: .* codec {number}, which"):
        next(unpacking(packed))


def test_gzip_of_several_members_is_read() -> None:
    packed = batch(1)
    body = gzip.decompress(packed[HEADER:])
    packed[HEADER:] = gzip.compress(body[:50]) + gzip.compress(body[50:])
    packed[8:12] = struct.pack(">i", len(packed) - 12)
    assert [record.value for record in unpacking(packed)] == VALUES


def test_no_reader_goes_past_what_names_the_place() -> None:
    """kafka-python unpacks Zstandard up to 1 MiB only; aiokafka's own errors name no place."""
    folder = Path(streams.__file__).parent
    made = {
        str(path.relative_to(folder)): name
        for path in folder.rglob("*.py")
        for name in re.findall(r"\b(AIOKafkaConsumer|KafkaConsumer)\(", path.read_text("utf-8"))
    }
    # It asks for the ends of topics only.
    assert made == {"conformance/bus.py": "KafkaConsumer"}
