"""What travels with a record that is sent again, and what is believed of it."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.instants import LATEST, Instant
from streams.core.state import FactSource
from streams.unpacking.cut import HEADERS_AT_MOST, LEFT_OUT, Headers, left_out
from streams.wire.origin import (
    KEY,
    ODD_NAMES,
    OFFSET,
    PARTITION,
    RESERVED,
    TIMESTAMP,
    TOPIC,
    UNTIMED,
    Origin,
    as_written,
    direct,
    headers_before,
    headers_of,
    key_before,
    rekeyed,
)
from tests.transport.records import One

Header = tuple[str, bytes | None]
ROOM = 1_000_000
AT = Instant(1_790_000_000_123)
ORIGIN = Origin(FactSource("shares", 3, 42), AT, AT)
STOOD: list[Header] = [
    (TOPIC, b"shares"),
    (PARTITION, b"3"),
    (OFFSET, b"42"),
    (TIMESTAMP, b"1790000000123"),
]


def record(headers: Headers = (), **fields: Any) -> One:
    return One("t", 2, 5, AT, headers=tuple(headers))._replace(**fields)


def test_a_record_keeps_its_own_headers_and_says_where_it_stood() -> None:
    own: list[Header] = [
        ("traceparent", b"00-1"),
        ("source", None),
        ("source", b"twice"),
        ("consentry", b""),
    ]
    assert headers_of(ORIGIN, record(headers=own), ROOM) == [*own, *STOOD]


@pytest.mark.parametrize("name", [TOPIC, PARTITION, OFFSET, TIMESTAMP, f"{RESERVED}else"])
def test_headers_under_our_names_are_not_the_producers_to_write(name: str) -> None:
    own: list[Header] = [("before", b"1"), (name, b"forged"), ("after", b"2")]
    kept = [("before", b"1"), ("after", b"2")]
    assert headers_of(ORIGIN, record(headers=own), ROOM) == [*kept, *STOOD]


def test_the_mark_of_a_replay_travels_on() -> None:
    mark: Header = ("consentry-replayed", b"consentry.dead-letters/0/7")
    assert headers_of(ORIGIN, record(headers=[mark]), ROOM) == [mark, *STOOD]


def test_what_a_refused_record_had_travels_with_it_alone() -> None:
    untimed = ORIGIN._replace(ingested_at=Instant(0), timestamp=Instant(-1))
    for with_key in (True, False):
        sent = headers_of(untimed, record(key=b"k"), ROOM, with_key=with_key)
        again = record(headers=sent, key=b"home", topic="consentry.rekeyed")
        assert rekeyed(again, {"shares"}) == untimed
        assert not untimed.timed
        assert key_before(again, untimed) == (b"k" if with_key else b"home")
    forged: Header = ("consentry-key", b"forged")
    one = record(headers=[forged], key=b"k", topic="shares")
    assert key_before(one, ORIGIN) == b"k"
    assert rekeyed(record(headers=[*STOOD, ("consentry-untimed", b"x")]), {"shares"}) == ORIGIN


def test_what_was_left_out_already_is_still_said() -> None:
    left = left_out(7, 9_000, "ab")
    sent = headers_of(ORIGIN, record(headers=[("a", b"1"), (LEFT_OUT, left)]), ROOM)
    assert sent == [("a", b"1"), (LEFT_OUT, b"headers=7 bytes=9000 sha256=ab"), *STOOD]


@pytest.mark.parametrize("room", [0, 10, ROOM])
def test_headers_that_take_more_than_their_room_are_left_out(room: int) -> None:
    own: list[Header] = [("a", b"1" * 20), ("b", b"2" * 20)]
    sent = headers_of(ORIGIN, record(headers=own), room)
    assert sent[-4:] == STOOD
    kept = [pair for pair in sent[:-4] if pair[0] != LEFT_OUT]
    assert kept == own[: len(kept)]
    assert (len(kept) == 2) == (room == ROOM)
    assert (LEFT_OUT in dict(sent)) == (room != ROOM)


@pytest.mark.parametrize("name", ["h", "\udcff"])
def test_with_ours_it_has_no_more_headers_than_a_record_may_have(name: str) -> None:
    own: list[Header] = [(name, b"1"), *[("h", b"2")] * HEADERS_AT_MOST]
    sent = headers_of(ORIGIN, record(headers=own), ROOM)
    assert sent[-4:] == STOOD
    assert HEADERS_AT_MOST - 1 <= len(sent) <= HEADERS_AT_MOST
    assert [one for one, _ in sent].count("h") >= HEADERS_AT_MOST - 7
    assert LEFT_OUT in dict(sent)


def test_sent_and_read_again_it_stands_where_it_stood() -> None:
    again = record(headers=headers_of(ORIGIN, record(), ROOM))
    assert rekeyed(again, {"shares"}) == ORIGIN
    assert rekeyed(again, {"messages"}) is None


@pytest.mark.parametrize(
    ("name", "largest"), [(PARTITION, (1 << 31) - 1), (OFFSET, (1 << 63) - 1), (TIMESTAMP, LATEST)]
)
def test_numbers_are_such_as_kafka_has(name: str, largest: int) -> None:
    def said(number: int) -> Origin | None:
        return rekeyed(record(headers=list((dict(STOOD) | {name: b"%d" % number}).items())),
                       {"shares"})  # fmt: skip

    for number in (0, largest):
        found = said(number)
        assert found is not None
        source = found.source
        read = {PARTITION: source.partition, OFFSET: source.offset, TIMESTAMP: found.timestamp}
        assert read[name] == number
        assert found.ingested_at == found.timestamp
    assert said(largest + 1) is None


@pytest.mark.parametrize("name", [TOPIC, PARTITION, OFFSET, TIMESTAMP])
@pytest.mark.parametrize("value", [None, b"", b"x"])
def test_each_part_of_an_origin_is_needed(name: str, value: bytes | None) -> None:
    headers = [pair for pair in STOOD if pair[0] != name]
    assert rekeyed(record(headers=headers), {"shares"}) is None
    assert rekeyed(record(headers=[*headers, (name, value)]), {"shares"}) is None


class Whatever:
    """Topics of any name, but for one that is empty."""

    def __contains__(self, name: object) -> bool:
        return bool(name)


def test_no_topic_is_none_of_any_name() -> None:
    assert rekeyed(record(headers=STOOD), Whatever()) == ORIGIN
    assert rekeyed(record(headers=STOOD[1:]), Whatever()) is None


def test_a_topic_that_is_no_utf_8_is_another_one() -> None:
    headers: list[Header] = [(TOPIC, b"shares\xff"), *STOOD[1:]]
    assert rekeyed(record(headers=headers), {"shares"}) is None
    found = rekeyed(record(headers=headers), {"shares\N{REPLACEMENT CHARACTER}"})
    assert found is not None


@pytest.mark.parametrize(
    ("at", "ingested", "timed"),
    [
        (-2, 0, False),
        (-1, 0, False),
        (0, 0, True),
        (AT, AT, True),
        (LATEST, LATEST, True),
        (LATEST + 1, LATEST, False),
    ],
)
def test_a_record_timestamp_is_read_as_the_nearest_instant(
    at: int, ingested: int, *, timed: bool
) -> None:
    origin = direct(record(timestamp=at))
    assert origin == Origin(FactSource("t", 2, 5), Instant(ingested), Instant(at))
    assert origin.timed is timed
    assert origin.reference == "t/2/5"


ODD: list[Header] = [
    ("plain", b"1"),
    ("x-caf\udce9", b"2"),
    ("x-café", b"3"),
    ("\udcff", None),
    ("z", b""),
]


def test_names_that_are_no_utf_8_come_back_where_they_stood() -> None:
    written = as_written(ODD)
    assert [pair for pair in written if pair[0] != ODD_NAMES] == [ODD[0], ODD[2], ODD[4]]
    assert list(headers_before(record(headers=written))) == ODD


def test_headers_with_ordinary_names_are_written_as_they_are() -> None:
    plain: list[Header] = [
        ("a", b"1"),
        ("a", None),
        ("é", b"2"),
        ("\N{REPLACEMENT CHARACTER}", b""),
    ]
    assert as_written(plain) == plain
    assert list(headers_before(record(headers=plain))) == plain


@pytest.mark.parametrize("packed", [b"", b"\xff", b"\x91\x93\xa1a\xc4\x01a\xc0"])
def test_odd_names_that_cannot_be_read_stay_a_header(packed: bytes) -> None:
    headers: list[Header] = [("a", b"1"), (ODD_NAMES, packed)]
    assert list(headers_before(record(headers=headers))) == headers


@pytest.mark.parametrize(
    ("key", "travels"), [(None, True), (b"k", True), (b"k" * 1_000, True), (b"k" * 1_001, False)]
)
def test_a_key_travels_where_it_is_short(key: bytes | None, *, travels: bool) -> None:
    sent = headers_of(ORIGIN, record(key=key), ROOM, with_key=True)
    assert [value for name, value in sent if name == KEY] == ([key] if travels else [])


@pytest.mark.parametrize(("key", "all_kept"), [(b"", True), (b"k", False)])
def test_a_key_takes_of_the_room_of_the_headers(key: bytes, *, all_kept: bool) -> None:
    own: Headers = [("name", b"x" * 20)]
    room = next(n for n in range(200) if headers_of(ORIGIN, record(headers=own), n)[0] == own[0])
    sent = headers_of(ORIGIN, record(headers=own, key=key), room, with_key=True)
    assert (sent[0] == own[0]) is all_kept


def test_with_all_of_ours_it_has_no_more_headers_than_a_record_may_have() -> None:
    untimed = Origin(ORIGIN.source, ORIGIN.ingested_at, Instant(-1))
    own: Headers = [("h", b"2")] * (HEADERS_AT_MOST + 1)
    sent = headers_of(untimed, record(headers=own, key=b"k"), ROOM, with_key=True)
    assert {KEY, UNTIMED} <= dict(sent).keys()
    assert len(sent) <= HEADERS_AT_MOST
