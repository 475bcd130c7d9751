"""Rows of version 2 hold what the producer sent; their bytes may never change either."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from streams.core import due
from streams.core.event_hash import hash_of
from streams.core.event_kinds import event_key
from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.instants import Instant
from streams.core.state import EventRow, Fact
from streams.wire.avro_fast_path import AvroFastPath, avro_fast_paths
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_avro
from streams.wire.framing import AVRO_HEADER
from streams.wire.restricted import may_be_marked, restriction_of
from streams.wire.rows import (
    CorruptRow,
    ages,
    decode_any,
    decode_row,
    encode_row,
    event_of,
    fact_key,
    is_refusal,
    next_deadline,
    stored_form,
    subject_of,
    subject_prefix,
)
from tests.wire.event_values import FIRST_RELEASE
from tests.wire.golden import golden
from tests.wire.strategies import events
from tests.wire.values import row, row_with_history

KEY = subject_key("OURCO", "s-1")


def produced(name: str) -> EventRow:
    """A row of an event as the first release's producers sent it, with all that it can hold."""
    value = golden(f"event_v1_{name}")
    decoded = decode(value, None)
    assert isinstance(decoded, Decoded)
    one = row_with_history(decoded.event)
    known = one.fact
    fact = Fact(event=known.event, ingested_at=known.ingested_at, source=known.source, value=value)
    return msgspec.structs.replace(
        one, fact=fact, taken_at=Instant(known.ingested_at + 7), restricted_since=Instant(5)
    )


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_bytes_of_a_row_are_golden(name: str) -> None:
    assert encode_row(produced(name)) == golden(f"row_v2_{name}")
    bare = msgspec.structs.replace(
        produced(name), published={}, duties={}, taken_at=None, restricted_since=None
    )
    assert len(encode_row(bare)) < len(golden(f"event_v1_{name}")) + 64


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_a_stored_row_is_read(name: str) -> None:
    stored, one = golden(f"row_v2_{name}"), produced(name)
    assert decode_row(stored) == one
    assert next_deadline(stored) == due.next_deadline(one.published, one.duties)
    assert ages(stored) == (one.fact.event.occurred_at, one.fact.ingested_at + 7)
    assert decode_row(stored).fact.hash == hash_of(one.fact.event)


@pytest.mark.parametrize("since", [None, Instant(0), Instant(0xC2C0), Instant(1_798_675_200_000)])
def test_the_mark_of_a_restriction_is_seen_without_field_names(since: Instant | None) -> None:
    one = msgspec.structs.replace(produced(next(iter(FIRST_RELEASE))), restricted_since=since)
    key, value = stored_form(KEY, one)
    assert may_be_marked(value) is (since is not None)
    assert restriction_of({key: value}) == since


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_its_key_is_of_type_and_id_and_that_of_a_hashed_fact_is_not(name: str) -> None:
    one = produced(name)
    key, value = stored_form(KEY, one)
    assert key == KEY + b"\0F" + event_key(one.fact.event).encode()
    assert (subject_of(key), event_of(key)) == (KEY, one.fact.event.event_id)
    assert key.startswith(subject_prefix(KEY))
    assert not is_refusal(key)
    assert decode_any(value, key) == one
    hashed = one.fact.hashed
    assert fact_key(KEY, hashed) != key
    assert (hashed.value, hashed.payload_hash) == (None, one.fact.hash)
    assert event_of(fact_key(KEY, hashed)) == one.fact.event.event_id


@given(events)
def test_what_is_read_in_one_pass_can_be_hashed_again_from_its_event(event: Event) -> None:
    value = event_to_avro(event)
    read = avro_fast_paths()[value[:AVRO_HEADER]].read(value)
    if read is not None:
        assert hash_of(read[0]) == read[1]
        assert avro_fast_paths()[value[:AVRO_HEADER]].event(value) == read[0]


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_a_stricter_guard_of_a_later_release_makes_no_row_unreadable(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = produced(name)
    monkeypatch.setattr("streams.wire.produced_events.avro_fast_paths", dict)
    assert decode_row(golden(f"row_v2_{name}")) == one


@pytest.mark.parametrize(
    "value", [b"\x02", b"\x02\x80", b"\x02\x90", golden("row_v2_purchase")[:-1], b"\x03\x90"]
)
def test_a_row_that_cannot_be_read_stops(value: bytes) -> None:
    for read in (next_deadline, ages, decode_row):
        with pytest.raises(CorruptRow):
            read(value)


def test_a_row_whose_event_cannot_be_read_stops() -> None:
    stored = golden("row_v2_purchase")
    sent = golden("event_v1_purchase")
    for spoilt in (sent[:2] + b"\0" * 8 + sent[10:], b"{" + sent[1:]):
        with pytest.raises(CorruptRow, match="an event that cannot be read"):
            decode_row(stored.replace(sent, spoilt))


def test_a_fact_with_neither_hash_nor_bytes_is_none() -> None:
    one = row(FIRST_RELEASE["purchase"])
    stored = encode_row(one)
    named = b"\xacpayload_hash" + b"\xd9\x40" + b"ab" * 32
    assert named in stored
    with pytest.raises(CorruptRow):
        decode_row(stored.replace(b"\x84\xa5event", b"\x83\xa5event").replace(named, b""))


def test_reading_again_looks_at_every_released_schema() -> None:
    assert all(isinstance(one, AvroFastPath) for one in avro_fast_paths().values())
    assert {golden(f"event_v1_{name}")[:AVRO_HEADER] for name in FIRST_RELEASE} <= set(
        avro_fast_paths()
    )
