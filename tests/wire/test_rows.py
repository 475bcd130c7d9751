"""Rows are a stored format: their bytes may never change under the same version byte."""

from __future__ import annotations

import msgspec
import pytest

from streams.core import due
from streams.core.event_kinds import key_of
from streams.core.identifiers import EventId, PayloadHash, subject_key
from streams.core.instants import LATEST, Instant
from streams.core.publications import History, Publication
from streams.core.state import EventRow, RefusalRow
from streams.core.vocabulary import Code, EventType, Status
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import (
    CorruptRow,
    ages,
    decode_any,
    decode_refusal,
    decode_row,
    encode_row,
    event_of,
    is_refusal,
    next_deadline,
    refusal_key,
    row_key,
    stored_refusal,
    subject_of,
    subject_prefix,
)
from tests.wire.event_values import FIRST_RELEASE
from tests.wire.golden import golden
from tests.wire.values import row, row_with_history, row_with_retracted_duty

KEY = subject_key("OURCO", "s-1")
HASH = PayloadHash("ab" * 32)


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_bytes_of_a_row_are_golden(name: str) -> None:
    assert encode_row(row(FIRST_RELEASE[name])) == golden(f"row_v1_{name}")


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_a_stored_row_is_read(name: str) -> None:
    assert decode_row(golden(f"row_v1_{name}")) == row(FIRST_RELEASE[name])


@pytest.mark.parametrize("name", [*(f"history_{name}" for name in FIRST_RELEASE), "retracted_duty"])
def test_a_row_that_knows_when_and_why_it_was_published_is_golden(name: str) -> None:
    event = FIRST_RELEASE.get(name.removeprefix("history_"))
    stored, one = golden(f"row_{name}"), row_with_retracted_duty()
    one = one if event is None else row_with_history(event)
    assert (encode_row(one), decode_row(stored)) == (stored, one)
    assert next_deadline(stored) == due.next_deadline(one.published, one.duties)


def test_what_is_kept_of_publications_costs_little() -> None:
    """Nothing in a row of which nothing was published; one revision less than forty bytes."""
    one = row(FIRST_RELEASE["data_share"])
    assert b"history" not in encode_row(msgspec.structs.replace(one, published={}, duties={}))
    dated = row_with_history(FIRST_RELEASE["data_share"])
    for slot, said in dated.published.items():
        if said.revision == 1:
            more = msgspec.structs.replace(one, published={**one.published, slot: said})
            assert 0 < len(encode_row(more)) - len(encode_row(one)) < 40


REFUSED = RefusalRow(
    event_type=EventType.DATA_SHARE,
    event_id=EventId("e-1"),
    occurred_at=Instant(1_790_000_000_123),
    arrived_at=Instant(1_790_000_001_000),
    revision=2,
    status=Status.REMEDIATED,
)
REFUSED_KEY = refusal_key(KEY, key_of(REFUSED.event_type, REFUSED.event_id))


def test_bytes_of_a_row_of_refused_records_are_golden() -> None:
    assert stored_refusal(KEY, REFUSED) == (REFUSED_KEY, golden("refusal_v1"))
    assert decode_refusal(golden("refusal_v1"), REFUSED_KEY) == REFUSED
    assert decode_any(golden("refusal_v1"), REFUSED_KEY) == REFUSED
    assert REFUSED_KEY == KEY + b"\0Rse-1"


def test_a_row_of_refused_records_keeps_when_it_was_published() -> None:
    first = Publication(1, REFUSED.arrived_at, "OPEN", Code.UNPROCESSABLE_EVENT, None, "d" * 16)
    history = History(Instant(REFUSED.arrived_at + 7), "e" * 16, (first,))
    dated = msgspec.structs.replace(REFUSED, history=history)
    assert encode_row(dated) == golden("refusal_history")
    assert decode_refusal(golden("refusal_history"), REFUSED_KEY) == dated


def test_what_is_asked_of_any_row_is_answered_of_refused_records_too() -> None:
    assert (subject_of(REFUSED_KEY), is_refusal(REFUSED_KEY)) == (KEY, True)
    assert REFUSED_KEY.startswith(subject_prefix(KEY))
    assert not is_refusal(row_key(KEY, EventId("R"), HASH))
    assert not is_refusal(row_key(subject_key("R", "R"), EventId("\0R"), HASH))
    value = golden("refusal_v1")
    assert next_deadline(value, REFUSED_KEY) is None
    assert ages(value, REFUSED_KEY) == (REFUSED.occurred_at, REFUSED.arrived_at)
    undated = msgspec.structs.replace(REFUSED, occurred_at=None)
    arrived = REFUSED.arrived_at
    ahead = msgspec.structs.replace(REFUSED, occurred_at=LATEST)
    for one in (undated, ahead):
        assert ages(encode_row(one), REFUSED_KEY) == (arrived, arrived)
    assert decode_refusal(encode_row(undated)) == undated


@pytest.mark.parametrize("value", [b"", b"\x02\x80", b"\x01\x80", golden("refusal_v1")[:-1]])
def test_a_row_of_refused_records_that_cannot_be_read_stops(value: bytes) -> None:
    for read in (next_deadline, ages, decode_refusal):
        with pytest.raises(CorruptRow):
            read(value, REFUSED_KEY)
    with pytest.raises(CorruptRow):
        decode_row(golden("refusal_v1"), REFUSED_KEY)


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_a_row_of_before_there_were_labels_is_read(name: str) -> None:
    now = row(FIRST_RELEASE[name])
    said = {
        slot: msgspec.structs.replace(said, final_at=LATEST, final=False)
        for slot, said in now.published.items()
    }
    assert decode_row(golden(f"row_before_labels_{name}")) == msgspec.structs.replace(
        now, published=said
    )


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_the_age_of_a_row_is_read_alone(name: str) -> None:
    for kind in ("v1", "before_labels"):
        stored = golden(f"row_{kind}_{name}")
        assert ages(stored) == (
            FIRST_RELEASE[name].occurred_at,
            decode_row(stored).fact.ingested_at,
        )


def test_a_row_arrived_when_it_was_taken_in_if_that_is_later() -> None:
    one = row(FIRST_RELEASE["data_share"])
    came = one.fact.ingested_at
    for taken, arrived in ((came - 1, came), (came + 1, came + 1)):
        stored = encode_row(msgspec.structs.replace(one, taken_at=Instant(taken)))
        assert ages(stored) == (FIRST_RELEASE["data_share"].occurred_at, arrived)
        assert decode_row(stored).taken_at == taken


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_the_deadline_of_a_row_is_read_alone(name: str) -> None:
    for kind in ("v1", "before_labels"):
        one = decode_row(stored := golden(f"row_{kind}_{name}"))
        assert next_deadline(stored) == due.next_deadline(one.published, one.duties)
    whole = row(FIRST_RELEASE[name])
    bare = encode_row(msgspec.structs.replace(whole, published={}, duties={}))
    assert next_deadline(bare) is None
    final = {slot: msgspec.structs.replace(s, final=True) for slot, s in whole.published.items()}
    published = encode_row(msgspec.structs.replace(whole, published=final))
    assert next_deadline(published) == due.next_deadline(final, whole.duties)
    with pytest.raises(CorruptRow):
        next_deadline(b"\x02" + encode_row(whole)[1:])


def test_equal_rows_give_equal_bytes() -> None:
    one = row(FIRST_RELEASE["data_share"])
    turned = msgspec.structs.replace(one, published=dict(reversed(one.published.items())))
    assert list(turned.published) != list(one.published)
    assert encode_row(turned) == encode_row(one)


def test_fields_that_a_later_release_adds_are_passed_over() -> None:
    record = msgspec.msgpack.decode(encode_row(row(FIRST_RELEASE["purchase"]))[1:])
    record["of_a_later_release"] = 1
    assert decode_row(b"\x01" + msgspec.msgpack.encode(record)) == row(FIRST_RELEASE["purchase"])


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x02" + encode_row(row(FIRST_RELEASE["purchase"]))[1:],
        encode_row(row(FIRST_RELEASE["purchase"]))[:-1],
        encode_row(row(FIRST_RELEASE["purchase"])) + b"\x00",
        encode_row(row(FIRST_RELEASE["purchase"])).replace(b"PURCHASED", b"STOLEN_AA"),
        b"\x01" + b"\x91" * 5000,
        b"\x01\xff",
    ],
)
def test_a_row_that_cannot_be_read_stops_with_the_hash_of_its_key(value: bytes) -> None:
    key = row_key(KEY, EventId("e-1"), HASH)
    with pytest.raises(CorruptRow) as caught:
        decode_row(value, key)
    if b"STOLEN" not in value:
        with pytest.raises(CorruptRow):
            ages(value, key)
    assert caught.value.key_hash is not None
    assert caught.value.key_hash in str(caught.value)
    for published in ("OURCO", "s-1", "STOLEN"):
        assert published not in str(caught.value)


def test_the_key_of_a_row_is_golden() -> None:
    assert row_key(KEY, EventId("e-1"), HASH) == (
        b"OURCO\x1fs-1" + b"\x00E" + b"e-1" + bytes.fromhex("ab" * 32)
    )


@pytest.mark.parametrize("event_id", ["e-1", "é\x00E\x1f", "\x00"])
def test_the_subject_is_found_in_the_key(event_id: str) -> None:
    key = row_key(KEY, EventId(event_id), HASH)
    assert (subject_of(key), event_of(key)) == (KEY, event_id)
    refused = refusal_key(KEY, key_of(EventType.PURCHASE, EventId(event_id)))
    assert (subject_of(refused), event_of(refused)) == (KEY, event_id)
    assert key.startswith(subject_prefix(KEY))


def test_keys_of_distinct_payloads_differ() -> None:
    ids = ["a", "ab", "b", "a\x00", "a\xab"]
    hashes = ["ab" * 32, "62" + "ab" * 31]
    keys = {row_key(KEY, EventId(one), PayloadHash(two)) for one in ids for two in hashes}
    assert len(keys) == len(ids) * len(hashes)


def test_no_subject_is_the_prefix_of_another() -> None:
    longer = row_key(subject_key("OURCO", "s-10"), EventId("e"), HASH)
    assert not longer.startswith(subject_prefix(KEY))


@pytest.mark.parametrize("key", [b"", PROGRESS_KEY, KEY, KEY + b"\x00", KEY + b"\x00X1"])
def test_other_keys_are_no_rows(key: bytes) -> None:
    with pytest.raises(CorruptRow):
        subject_of(key)
    with pytest.raises(CorruptRow):
        event_of(key)


def test_a_key_whose_event_is_no_text_is_corrupt() -> None:
    with pytest.raises(CorruptRow, match="key hash"):
        event_of(KEY + b"\x00E\xff" + bytes(32))


def test_values_are_frozen_types() -> None:
    """A row is shared between the table and the judge: nobody may change it in place."""
    stored = decode_row(golden("row_v1_data_share"))
    assert isinstance(stored, EventRow)
    with pytest.raises(AttributeError):
        stored.policy_digest = "other"  # type: ignore[misc]
