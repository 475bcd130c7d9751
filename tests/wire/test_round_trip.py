"""JSON and Avro of one event say the same, down to the hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.events import Event
from streams.core.instants import Instant, format_instant
from streams.core.vocabulary import EventType
from streams.wire.canonical import canonical_bytes, deeply_without_blanks, payload_hash
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_record, event_to_avro, event_to_json
from tests.wire.builders import share
from tests.wire.strategies import events, instants


@given(events)
def test_json_and_avro_give_the_same_event_and_hash(event: Event) -> None:
    from_json = decode(event_to_json(event), None)
    from_avro = decode(event_to_avro(event), None)
    assert from_json == from_avro
    assert isinstance(from_json, Decoded)
    assert from_json.event == event


@given(events)
def test_hash_is_that_of_the_legal_model_by_the_json_module(event: Event) -> None:
    record = json.loads(event_to_json(event))
    record.pop("trace_id", None)
    record.pop("schema_version", None)
    kept = {key: member for key, member in record.items() if member not in (None, [])}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    decoded = decode(event_to_json(event), None)
    assert isinstance(decoded, Decoded)
    assert decoded.payload_hash == hashlib.sha256(text.encode()).hexdigest()


_plain = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.booleans()
    | st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1),
)


@given(_plain)
def test_fast_canonical_bytes_equal_the_slow_ones(record: dict[str, Any]) -> None:
    assert canonical_bytes(record, plain=True) == canonical_bytes(record, plain=False)


@given(instants)
def test_instants_survive_both_forms(instant: int) -> None:
    text = format_instant(Instant(instant))
    decoded = decode(share(occurred_at=text, recorded_at=None), EventType.DATA_SHARE)
    assert isinstance(decoded, Decoded)
    assert decoded.event.occurred_at == decoded.event.recorded_at == instant
    assert decode(event_to_avro(decoded.event), None) == decoded


def hash_of(value: bytes) -> str:
    decoded = decode(value, None)
    assert isinstance(decoded, Decoded)
    return decoded.payload_hash


@pytest.mark.parametrize(
    "changed",
    [
        {"trace_id": "another"},
        {"schema_version": "7"},
        {"lia_ref": None},
        {"note": None},
        {"notes": []},
        {"occurred_at": "2026-09-01T13:00:00.000+02:00"},
        {"occurred_at": "2026-09-01t11:00:00z"},
        {"occurred_at": "2026-09-01 11:00:00.0009Z"},
        {"recorded_at": None},
    ],
)
def test_what_names_no_fact_does_not_change_the_hash(changed: dict[str, Any]) -> None:
    assert hash_of(share(**changed)) == hash_of(share())


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "OTHER"},
        {"recorded_at": "2026-09-01T11:00:00.001Z"},
        {"note": "an unknown field counts"},
        {"note": {"score": 1.5}},
        {"data_categories": ["EMAIL", "EMAIL"]},
    ],
)
def test_every_fact_changes_the_hash(changed: dict[str, Any]) -> None:
    assert hash_of(share(**changed)) != hash_of(share())


def test_order_of_keys_and_blanks_do_not_change_the_hash() -> None:
    record = json.loads(share())
    turned = json.dumps(dict(reversed(record.items())), indent=3).encode()
    assert hash_of(b" \n" + turned) == hash_of(share())


def test_unknown_numbers_are_hashed_as_the_json_module_writes_them() -> None:
    record = json.loads(share(note={"b": 1e16, "a": [10**30, None, []], "c": None}))
    cleaned = deeply_without_blanks(record)
    assert cleaned["note"] == {"b": 1e16, "a": [10**30, None, []]}
    text = json.dumps(cleaned, sort_keys=True, separators=(",", ":"))
    assert '"note":{"a":[1000000000000000000000000000000,null,[]],"b":1e+16}' in text
    assert hash_of(json.dumps(record).encode()) == hashlib.sha256(text.encode()).hexdigest()


def test_payload_hash_is_fixed() -> None:
    """A stored hash must never change: it decides what counts as a duplicate."""
    assert payload_hash(json.loads(share()), plain=True) == (
        "4ab47ff027b1ccdb892f9f92ec8baa2c21f34465b394947fe72587d251b8f15f"
    )


def test_an_encoded_event_holds_nothing_empty() -> None:
    decoded = decode(share(lia_ref=None, data_categories=[]), None)
    assert isinstance(decoded, Decoded)
    assert set(event_record(decoded.event)) == set(json.loads(share())) - {"data_categories"}
