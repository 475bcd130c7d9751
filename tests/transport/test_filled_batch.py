"""Batches that are made in C hold what aiokafka's own would, and go the same way."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder, MessageAccumulator
from aiokafka.record.default_records import DefaultRecordBatch
from hypothesis import given
from hypothesis import strategies as st

from streams.transport.commit import filled_batch
from streams.transport.commit.filled_batch import FilledBatch, batches
from streams.transport.commit.output_batch import Output
from tests.native.compiled_here import is_built

_FIELDS = st.none() | st.binary(max_size=300)
_HEADERS = st.lists(st.tuples(st.text("abcé", max_size=9), _FIELDS), max_size=3).map(tuple)
outputs = st.lists(
    st.builds(Output, st.just("t"), st.just(0), _FIELDS, _FIELDS, _HEADERS), max_size=40
)


class Producer:
    """What is asked of an aiokafka producer."""

    def __init__(self, size: int, name: str | None = "x", compression: int = 0) -> None:
        transactions: Any = SimpleNamespace(transactional_id=name)
        self._txn_manager = transactions
        self._message_accumulator: Any = MessageAccumulator.__new__(MessageAccumulator)
        self._message_accumulator._batch_size = size
        self._message_accumulator._compression_type = compression
        self._message_accumulator._txn_manager = transactions

    def create_batch(self) -> Any:
        return self._message_accumulator.create_builder()


def made(producer: Producer, records: Sequence[Output]) -> list[Any]:
    batch: Any = batches(producer, list(records))
    return list(batch)


def read(batch: Any) -> list[Any]:
    whole = DefaultRecordBatch(bytes(batch._build()))
    assert whole.validate_crc()
    return [(one.offset, one.key, one.value, one.headers) for one in whole]


@given(outputs, st.sampled_from([200, 1_000, 100_000]))
def test_each_holds_what_aiokafkas_own_holds(records: list[Output], size: int) -> None:
    ours = made(Producer(size), records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filled_batch, "_BUILDER", None)
        theirs = made(Producer(size), records)
    if not records:
        return
    assert [read(one) for one in ours] == [read(one) for one in theirs]
    assert [one.record_count() for one in ours] == [one.record_count() for one in theirs]
    assert [one.size() for one in ours] == [one.size() for one in theirs]


RECORDS = [Output("t", 0, b"k%d" % n, b"v" * n, (("h", None),) if n % 2 else ()) for n in range(9)]


@is_built
def test_ordinary_records_are_written_in_c() -> None:
    if filled_batch._BUILDER is None:
        pytest.skip("this process runs plain Python")
    assert [type(one) for one in made(Producer(10_000), RECORDS)] == [FilledBatch]
    # What is to be compressed, and headers of any script, are left to aiokafka.
    assert [type(one) for one in made(Producer(10_000, compression=1), RECORDS)] == [BatchBuilder]
    foreign = Output("t", 0, None, None, (("é", b"1"),))
    both = made(Producer(10_000), [foreign, *RECORDS])
    assert [type(one) for one in both] == [BatchBuilder]


@pytest.mark.parametrize(("name", "transactional"), [("x", True), (None, False)])
def test_the_header_names_producer_and_transaction(name: str | None, transactional: bool) -> None:  # noqa: FBT001
    (batch,) = made(Producer(10_000, name), RECORDS)
    batch._set_producer_state(7, 3, 11)
    whole = DefaultRecordBatch(bytes(batch._build()))
    assert whole.is_transactional is transactional
    assert (whole.producer_id, whole.producer_epoch, whole.base_sequence) == (7, 3, 11)
    assert whole.next_offset == len(RECORDS)
    assert whole.first_timestamp <= whole.max_timestamp
    assert batch._build() is batch._build()


def test_it_has_all_that_aiokafka_asks_a_batch_for() -> None:
    asked = {name for name in vars(BatchBuilder) if not name.startswith("__")} - {"_serialize"}
    assert asked <= set(vars(FilledBatch))
    batch = FilledBatch(b"", 0, transactional=True)
    batch.append(timestamp=None, key=None, value=None)
    assert batch.record_count() == 0
    batch.close()
    assert batch.closed()
