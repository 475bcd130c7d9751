"""JSON that is none, or damaged: it is refused, and its envelope is kept where it can be read."""

from __future__ import annotations

import pytest

from streams.core.instants import (
    parse_instant,
)
from streams.wire.decode import MAX_BYTES
from streams.wire.jsonl import MAX_DEPTH
from tests.wire.builders import share
from tests.wire.decoded import SHARE, bad, good


@pytest.mark.parametrize(
    "value",
    [
        share().replace(b'"event_id"', b'"event_id":"sh-1","event_id"'),
        share().replace(b'"event_id"', b'"event_id" :"sh-1","event_id"'),
        share().replace(b'"event_id"', b'"event_id"\n\t:"sh-1","event_id"'),
        share(note={"a": 1}).replace(b'{"a": 1}', b'{"a":1,"a":1}'),
        share().replace(b'"event_id"', rb'"event_\u0069d":"sh-1","event_id"'),
        share(event_id='":').replace(b'"purpose"', b'"purpose":"OTHER","purpose"'),
    ],
)
def test_double_keys_are_refused(value: bytes) -> None:
    assert "twice" in bad(value).dead_letter.reason


@pytest.mark.parametrize("text", ['":', '":":":', 'a" : b', "\\", '\\":'])
def test_quotes_and_colons_in_values_are_no_double_keys(text: str) -> None:
    assert good(share(event_id=text)).event.event_id == text


def test_nesting_is_bounded() -> None:
    def nested(levels: int) -> bytes:
        return share(note=0).replace(b'"note": 0', b'"note": ' + b"[" * levels + b"]" * levels)

    good(nested(MAX_DEPTH - 1))
    for levels in (MAX_DEPTH, 900, 100_000):
        assert "nested" in bad(nested(levels)).dead_letter.reason


def test_length_is_bounded() -> None:
    room = MAX_BYTES - len(share(note=""))
    good(share(note="x" * room))
    assert "longer" in bad(share(note="x" * (room + 1))).dead_letter.reason


@pytest.mark.parametrize(
    "value",
    [
        b"{",
        b"{}",
        b"{]",
        b"[]",
        b"null",
        b'"text"',
        b"17",
        b"   ",
        b"{'event_type': 'data-share'}",
        b"\xef\xbb\xbf" + share(),
        share().replace(b'"ACME"', b"NaN"),
        share().replace(b'"ACME"', b"-Infinity"),
        share().replace(b'"ACME"', b"1e999"),
        share().replace(b'"ACME"', b"9" * 5000),
        share().replace(b'"ACME"', b'"AC\nME"'),
        share().replace(b"ACME", b"\xff"),
        share().replace(b"ACME", b"\xed\xa0\x80"),
        share().replace(b"ACME", rb"\ud800"),
        share() + share(),
        share()[:-1],
    ],
)
def test_what_is_no_json_object_is_refused(value: bytes) -> None:
    bad(value, SHARE)


def test_every_cut_of_an_event_is_refused() -> None:
    for end in range(len(share())):
        bad(share()[:end], SHARE)


def test_tombstones_and_empty_records_are_refused() -> None:
    assert "tombstone" in bad(None, SHARE).dead_letter.reason
    assert "empty" in bad(b"", SHARE).dead_letter.reason


def test_a_rejected_record_keeps_its_envelope() -> None:
    rejected = bad(share(purpose="X"), None)
    assert rejected.controller_id == "OURCO"
    assert rejected.subject_id == "s-1"
    assert rejected.event_id == "sh-1"
    assert rejected.event_type is SHARE
    assert rejected.occurred_at == parse_instant("2026-09-01T11:00:00Z")


def test_a_broken_envelope_is_left_out() -> None:
    rejected = bad(
        share(controller_id=5, subject_id="a\x1fb", event_id="", occurred_at="x", event_type="y")
    )
    assert (rejected.controller_id, rejected.subject_id, rejected.event_id) == (None,) * 3
    assert rejected.occurred_at is None
    assert rejected.event_type is None


def test_unreadable_bytes_keep_the_type_of_their_topic() -> None:
    assert bad(b"{", SHARE).event_type is SHARE
