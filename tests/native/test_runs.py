"""Records come from whole answers of a broker as aiokafka gives them, in runs or one by one."""

from __future__ import annotations

import struct
from itertools import islice
from typing import Any

import pytest
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition

from streams.native.runs import RUN_BYTES, Run, RunMaker, Times, unpacker_of
from streams.transport.fetch.unpacked_records import Received, Unpacked
from streams.unpacking.batch import HEADER
from streams.unpacking.cut import HEADERS_AT_MOST
from streams.unpacking.fetched import Batches, Pieces, install
from tests.native.compiled_here import is_built, native
from tests.topics.packed_batches import GOOD, MAX_BYTES, Assignment, Sent, packed, plain

pytestmark = is_built

PLACE = TopicPartition("t", 3)
APPEND_TIME, TRANSACTIONAL, CONTROL = 0x08, 0x10, 0x20


def altered(data: bytes, *, base: int = 0, attributes: int = 0, producer: int = -1) -> bytes:
    """A batch with another beginning, and the checksum of that."""
    batch = bytearray(data)
    struct.pack_into(">q", batch, 0, base)
    struct.pack_into(">h", batch, 21, struct.unpack_from(">h", data, 21)[0] | attributes)
    struct.pack_into(">q", batch, 43, producer)
    struct.pack_into(">I", batch, 17, calc_crc32c(bytes(batch[21:])))
    return bytes(batch)


def marker(base: int, producer: int, kind: int) -> bytes:
    """The control batch that ends a transaction: 0 aborts it, 1 commits."""
    one = plain([(struct.pack(">hh", 0, kind), b"\0" * 6, [])])
    return altered(one, base=base, attributes=TRANSACTIONAL | CONTROL, producer=producer)


def of_transaction(base: int, producer: int) -> bytes:
    return altered(plain(GOOD), base=base, attributes=TRANSACTIONAL, producer=producer)


def strange_name(data: bytes) -> bytes:
    return altered(data.replace(b"\x02h\x02x", b"\x02\xff\x02x"))


MANY: Sent = (b"k", b"v", [("h", b"")] * (HEADERS_AT_MOST + 1))
ANSWERS: dict[str, bytes] = {
    "one batch": plain(GOOD),
    "several": b"".join(altered(plain(GOOD), base=base) for base in (0, 5, 20)),
    "time of the broker": altered(plain(GOOD), attributes=APPEND_TIME),
    "compressed": packed(plain(GOOD), "zstd"),
    "transactions": b"".join(
        (
            of_transaction(0, 7), marker(5, 7, 0), of_transaction(6, 7), marker(11, 7, 1),
            of_transaction(12, 8), marker(17, 8, 1),
        )
    ),
    "cut short": plain(GOOD) + altered(plain(GOOD), base=5)[:-3],
    "a name of a header that is no text": strange_name(plain(GOOD)),
    "more headers than are kept": plain([*GOOD, MANY, *GOOD]),
    "keys and values that are none": plain([(None, None, []), (b"", b"", [("", None)])]),
    "more than a run": plain([(b"k", b"v" * 900, [])] * 1_500),
    "nothing": b"",
}  # fmt: skip


def fetched(data: bytes, *, runs: bool, start: int = 0) -> tuple[list[Any], int, set[type]]:
    """The records of an answer, the position behind them, and what iterating brought."""
    install(MAX_BYTES)
    aborted = [(7, 0)]
    records = PartitionRecords(
        PLACE, Batches(data), aborted, start, None, None,
        check_crcs=True, isolation_level=READ_COMMITTED,
    )  # fmt: skip
    records.__class__ = Unpacked
    if runs:
        unpacker = unpacker_of(native(), Received)
        maker = RunMaker(unpacker, PLACE.topic, PLACE.partition, start, HEADERS_AT_MOST)
        records._records.run_maker = maker
    assignment = Assignment()
    assignment.position = start
    pieces = Pieces(PLACE, assignment=assignment, partition_records=records, backoff=0)
    found: list[Any] = []
    while pieces.has_more():
        found += pieces.getall()
    return found, assignment.position, {type(one) for one in found}


@pytest.mark.parametrize("what", ANSWERS)
@pytest.mark.parametrize("start", [0, 3])
def test_in_runs_and_one_by_one_are_the_same(what: str, start: int) -> None:
    ours, theirs = (fetched(ANSWERS[what], runs=runs, start=start) for runs in (True, False))
    assert ours == theirs
    assert ours[2] <= {Received}


def test_runs_are_made() -> None:
    batch = Batches(ANSWERS["more than a run"])
    batch.run_maker = RunMaker(
        unpacker_of(native(), Received), PLACE.topic, PLACE.partition, 0, HEADERS_AT_MOST
    )
    runs = list(batch.next_batch())
    assert {type(one) for one in runs} == {Run}
    assert len(runs) > 1
    assert all(one.bytes < RUN_BYTES + 10_000 for one in runs)
    assert [one.offset for one in runs] == [one[-1].offset for one in runs]


@pytest.mark.parametrize("runs", [True, False])
def test_a_batch_that_is_not_as_it_was_sent_is_refused(runs: bool) -> None:  # noqa: FBT001
    spoilt = bytearray(plain(GOOD))
    spoilt[-1] ^= 1
    with pytest.raises(CorruptRecordException):
        fetched(bytes(spoilt), runs=runs)


def test_offsets_that_do_not_rise_are_left_to_aiokafka() -> None:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1_000,
    )  # fmt: skip
    for offset in (4, 2, 6):
        builder.append(offset, timestamp=1, key=b"k", value=b"%d" % offset, headers=[])
    data = bytes(builder.build())
    assert len(data) > HEADER.size
    assert fetched(data, runs=True) == fetched(data, runs=False)


def test_the_last_offset_that_there_is_is_left_to_aiokafka() -> None:
    """The offset behind it is no number of 64 bits."""
    body, last = plain(GOOD[:1])[HEADER.size :], (1 << 63) - 1
    unpacker = unpacker_of(native(), Received)
    for base, behind in ((last - 1, last), (last, None)):
        times = Times(base, 0, append_time=False)
        found = unpacker.records(body, 0, 1, "t", 3, *times, 0, HEADERS_AT_MOST, RUN_BYTES)
        assert (None if found is None else found[3]) == behind


@pytest.mark.parametrize("count", [0, -1])
def test_a_batch_that_says_it_has_less_than_a_record_has_none(count: int) -> None:
    maker = RunMaker(unpacker_of(native(), Received), "t", 3, 0, HEADERS_AT_MOST)
    assert list(islice(maker.runs(b"", 0, count, Times(0, 0, append_time=False)), 3)) == []
