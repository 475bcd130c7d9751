"""Record batches are unpacked within bounds, whatever is in them."""

from __future__ import annotations

import hashlib
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.util import calc_crc32c

from streams.unpacking import batch as batches
from streams.unpacking.batch import HEADER
from streams.unpacking.cut import HEADERS_AT_MOST, CutBytes, LeftOut, name_bytes
from streams.unpacking.fetched import Batches, Pieces, install
from tests.topics.packed_batches import (
    CODECS,
    GOOD,
    MAX_BYTES,
    Sent,
    expected,
    fetched,
    in_pieces,
    packed,
    plain,
    read,
    shown,
)


@pytest.mark.parametrize("codec", [None, *CODECS])
def test_ordinary_batches_are_read_as_they_are(codec: str | None) -> None:
    assert shown(read(packed(plain(GOOD), codec))) == expected(GOOD)


@pytest.mark.parametrize("codec", [None, *CODECS])
def test_records_of_a_batch_that_takes_several_pieces(codec: str | None) -> None:
    sent: list[Sent] = [(b"k", bytes([n % 251]) * 700, []) for n in range(5_000)]
    assert shown(read(packed(plain(sent), codec))) == expected(sent)


@pytest.mark.parametrize("codec", [None, *CODECS])
def test_a_header_whose_name_is_not_utf_8_is_read(codec: str | None) -> None:
    raw = plain([*GOOD, (b"k", b"v", [("x-cafe", b"1"), ("x-cafe", None)]), *GOOD])
    records = read(packed(raw.replace(b"x-cafe", b"x-caf\xe9"), codec))
    assert len(records) == 11
    headers = [(name_bytes(name), value) for name, value in records[5].headers]
    assert headers == [(b"x-caf\xe9", b"1"), (b"x-caf\xe9", None)]
    assert shown(records)[:5] == expected(GOOD)


@pytest.mark.parametrize("codec", CODECS)
def test_a_record_too_large_to_keep_is_cut_between_good_ones(codec: str) -> None:
    value = b'{"a": "' + b"x" * 9_000_000 + b'"}'
    sent: list[Sent] = [*GOOD, (b"k", value, [("h", b"1")]), *GOOD]
    records = read(packed(plain(sent), codec))
    assert [one.offset for one in records] == list(range(11))
    found = records[5].value
    assert isinstance(found, CutBytes)
    assert found.length == len(value)
    assert found.sha256 == hashlib.sha256(value).hexdigest()
    assert bytes(found) == value[: len(found)]
    assert 0 < len(found) <= 65_536
    assert list(records[5].headers) == [("h", b"1")]
    assert shown(records[:5] + records[6:]) == [one for one in expected(sent) if one[0] != 5]


def test_a_value_that_can_be_kept_stays_whole() -> None:
    value = b"x" * 4_100_000
    (record,) = read(packed(plain([(b"k", value, [])]), "gzip"))
    assert record.value == value
    assert type(record.value) is bytes


def test_long_headers_are_cut_and_the_value_stays() -> None:
    headers: list[tuple[str, bytes | None]] = [("first", b"1"), ("long", b"y" * 5_000_000)]
    (record,) = read(packed(plain([(b"k", b"v", headers)]), "gzip"))
    assert (record.key, record.value) == (b"k", b"v")
    (first, (_, rest)) = record.headers
    assert first == ("first", b"1")
    assert isinstance(rest, LeftOut)
    assert (rest.headers, rest.length) == (2, 5_000_000 + len("firstlong1"))
    whole = b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"first", b"1", b"long", b"y" * 5_000_000)
    )
    assert rest.sha256 == hashlib.sha256(whole).hexdigest()


def test_very_many_headers_are_cut() -> None:
    (record,) = read(packed(plain([(b"k", b"v", [("h", b"")] * 50_000)]), None))
    assert len(record.headers) == HEADERS_AT_MOST + 1
    assert record.headers[-1][1].headers == 50_000


def test_a_long_key_is_cut() -> None:
    key = b"k" * 6_000_000
    (record,) = read(packed(plain([(key, b"v", [])]), "gzip"))
    assert isinstance(record.key, CutBytes)
    assert record.key.length == len(key)
    assert record.value == b"v"


def test_a_bomb_takes_little_memory() -> None:
    data = packed(plain([*GOOD, (b"k", b"x" * 300_000_000, []), *GOOD]), "gzip")
    tracemalloc.start()
    try:
        records = read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(records) == 11
    assert records[5].value.length == 300_000_000
    assert peak < 32_000_000


@pytest.mark.parametrize("codec", [one for one in CODECS if one != "snappy"])
def test_other_work_gets_its_turn_while_a_bomb_is_unpacked(codec: str) -> None:
    sent: list[Sent] = [*GOOD, (b"k", b"x" * 70_000_000, [("h", b"y" * 40_000_000)]), *GOOD]
    result = fetched(packed(plain(sent), codec))
    pieces, turns = [], 0
    while result.has_more():
        before = result._assignment.position
        piece = list(result.getall())
        pieces += piece
        turns += result.busy
        assert result._assignment.position - before == len(piece)
    assert [one.offset for one in pieces] == list(range(11))
    assert turns >= 6


def test_a_block_of_snappy_that_is_too_large_is_named_and_not_read() -> None:
    records = read(packed(plain([*GOOD, (b"k", b"x" * 70_000_000, [])]), "snappy"))
    assert [(one.offset, one.value.length) for one in records] == [(at, None) for at in range(6)]


def test_records_that_are_passed_over_take_turns_too() -> None:
    """A place is fetched again from the middle of a batch."""
    sent: list[Sent] = [(b"k", b"x" * 1_000, [])] * 60_000
    result = fetched(packed(plain(sent), "gzip"))
    unpacking: Any = result._partition_records
    unpacking.next_fetch_offset = result._assignment.position = 59_990
    turns, found = 0, []
    while result.has_more():
        found += [one.offset for one in result.getall()]
        turns += result.busy
    assert found == list(range(59_990, 60_000))
    assert turns >= 2


def test_a_bomb_of_many_records_comes_in_pieces() -> None:
    sent: list[Sent] = [(b"k", b"x" * 1_000, [])] * 40_000
    data = packed(plain(sent), "gzip")
    sizes = [len(piece) for piece in in_pieces(data)]
    assert sum(sizes) == 40_000
    assert max(sizes) < 6_000


def test_what_lies_behind_the_budget_is_named_and_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "BUDGET", 8 << 20)
    data = packed(plain([*GOOD, (b"k", b"x" * 30_000_000, []), *GOOD], base=70), "zstd")
    records = read(data)
    assert [one.offset for one in records] == list(range(70, 81))
    assert (records[5].value.length, records[5].value.sha256) == (30_000_000, None)
    for one in records[6:]:
        assert isinstance(one.value, CutBytes)
        assert (one.value.length, one.key) == (None, None)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("spoil", [lambda body: body[:-9], lambda body: b"\x00" * len(body)])
def test_damage_names_every_record(codec: str, spoil: Callable[[bytes], bytes]) -> None:
    raw = packed(plain(GOOD), codec)
    head, body = bytearray(raw[: HEADER.size]), spoil(raw[HEADER.size :])
    struct.pack_into(">i", head, 8, HEADER.size + len(body) - 12)
    struct.pack_into(">I", head, 17, calc_crc32c(bytes(head[21:]) + body))
    records = read(bytes(head) + body)
    assert [one.offset for one in records] == list(range(5))
    assert isinstance(records[-1].value, CutBytes)


def test_an_answer_may_end_within_a_batch() -> None:
    first, second = packed(plain(GOOD), "lz4"), packed(plain(GOOD, base=5), "gzip")
    assert len(read(first + second)) == 10
    assert len(read(first + second[:-1])) == 5


def test_batches_are_read_from_the_middle() -> None:
    result = fetched(packed(plain(GOOD), "gzip"))
    unpacking: Any = result._partition_records
    unpacking.next_fetch_offset = 3
    result._assignment.position = 3
    assert [one.offset for one in result.getall()] == [3, 4]


def test_records_come_up_to_a_number() -> None:
    result = fetched(packed(plain(GOOD), "gzip"))
    assert [one.offset for one in result.getall(2)] == [0, 1]
    assert result._assignment.position == 2
    assert [one.offset for one in result.getall(9)] == [2, 3, 4]


def test_aiokafka_makes_its_results_of_ours() -> None:
    install(MAX_BYTES)
    assert fetcher.MemoryRecords is Batches
    assert fetcher.FetchResult is Pieces
