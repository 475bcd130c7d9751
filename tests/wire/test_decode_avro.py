"""Avro events: the framing, old writers, hostile bytes."""

from __future__ import annotations

import copy
import io
import json
import random
from pathlib import Path
from typing import Any

import fastavro
import pytest

from streams.core.events import DataShare, Event
from streams.core.vocabulary import EventType
from streams.wire import avro
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.errors import WireError
from streams.wire.schemas import NAMES, Schemas, fingerprint_of, load, schema_folder, schemas
from tests.wire.builders import share

SHARE = EventType.DATA_SHARE


def event() -> Event:
    decoded = decode(share(recipient_country="NL"), SHARE)
    assert isinstance(decoded, Decoded)
    return decoded.event


def reason(value: bytes, expected: EventType | None = SHARE) -> str:
    rejected = decode(value, expected)
    assert isinstance(rejected, Rejected), rejected
    assert rejected.dead_letter.code == "UNPROCESSABLE_EVENT"
    return rejected.dead_letter.reason


def test_framing_is_that_of_the_specification() -> None:
    value = event_to_avro(event())
    assert value[:2] == bytes([0xC3, 0x01])
    assert value[2:10] == schemas().current["data_share"].fingerprint


def test_a_producer_with_any_avro_library_is_read() -> None:
    """Written with the published schema and real datetimes, as a producer would."""
    source = schemas().current["data_share"].source
    record = fastavro.schemaless_reader(
        io.BytesIO(event_to_avro(event())[10:]), fastavro.parse_schema(source), None
    )
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(source), record)
    value = b"\xc3\x01" + fingerprint_of(source) + body.getvalue()
    assert value == event_to_avro(event())


def test_absent_recorded_at_is_occurred_at() -> None:
    source = schemas().current["data_share"]
    record: dict[str, Any] = {
        "event_id": "sh-1",
        "controller_id": "OURCO",
        "subject_id": "s-1",
        "occurred_at": 1_788_260_400_000,
        "recipient_id": "ACME",
        "purpose": "THIRD_PARTY_DIRECT_MARKETING",
        "data_categories": ["EMAIL"],
    }
    assert decode(avro.write_record(source.name, record), SHARE) == decode(share(), SHARE)


def test_unknown_fingerprint_is_named_in_hexadecimal() -> None:
    value = b"\xc3\x01" + bytes.fromhex("0123456789abcdef") + event_to_avro(event())[10:]
    assert "0123456789abcdef" in reason(value)


def test_another_type_is_refused_on_the_topic_and_read_without_one() -> None:
    assert "must be purchase" in reason(event_to_avro(event()), EventType.PURCHASE)
    assert isinstance(decode(event_to_avro(event()), None), Decoded)


def test_an_output_is_no_event() -> None:
    assert "output" in reason(b"\xc3\x01" + schemas().current["finding"].fingerprint)


def test_every_cut_is_refused() -> None:
    value = event_to_avro(event())
    for end in range(len(value)):
        reason(value[:end])


def test_trailing_bytes_are_refused() -> None:
    assert "follow" in reason(event_to_avro(event()) + b"\x00")


def test_the_symbol_for_unknown_symbols_is_never_judged() -> None:
    source = schemas().current["data_share"]
    record = {
        "event_id": "e",
        "controller_id": "c",
        "subject_id": "s",
        "occurred_at": 10**12,
        "recipient_id": "r",
        "purpose": "UNRECOGNISED",
    }
    assert "purpose must be one of" in reason(avro.write_record(source.name, record))


@pytest.mark.parametrize("millis", [-(2**62), 2**62])
def test_instants_beyond_the_calendar_are_refused(millis: int) -> None:
    record = {
        "event_id": "e",
        "controller_id": "c",
        "subject_id": "s",
        "occurred_at": millis,
        "recipient_id": "r",
        "purpose": "OTHER",
    }
    assert "occurred_at" in reason(avro.write_record("data_share", record))


def test_random_bodies_never_raise() -> None:
    """With the right fingerprint, so that the reader gets to see every kind of bytes."""
    source = random.Random(7)
    good = bytearray(event_to_avro(event()))
    for _ in range(3000):
        value = bytearray(good)
        for _ in range(source.randrange(1, 6)):
            value[source.randrange(10, len(value))] = source.randrange(256)
        decode(bytes(value), SHARE)
        decode(bytes(good[:10]) + source.randbytes(source.randrange(80)), SHARE)


def test_a_promised_length_beyond_the_bytes_costs_nothing() -> None:
    header = event_to_avro(event())[:10]
    for promise in (b"\xfe\xff\xff\xff\x0f", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x01"):
        reason(header + promise)


@pytest.fixture
def with_older_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A checkout whose first release lacked a field and had a symbol that is gone now."""
    for name in NAMES:
        source = (schema_folder() / f"{name}.avsc").read_text("utf-8")
        (tmp_path / f"{name}.avsc").write_text(source, "utf-8")
    older: dict[str, Any] = copy.deepcopy(schemas().current["data_share"].source)
    older["fields"] = [field for field in older["fields"] if field["name"] != "mechanism"]
    purpose = next(field for field in older["fields"] if field["name"] == "purpose")
    purpose["type"]["symbols"].insert(0, "TELEPATHY")
    (tmp_path / "history" / "data_share").mkdir(parents=True)
    (tmp_path / "history" / "data_share" / "1.avsc").write_text(json.dumps(older), "utf-8")
    loaded: Schemas = load(tmp_path)
    monkeypatch.setattr(avro, "schemas", lambda: loaded)
    return older


def written_with(schema: dict[str, Any], purpose: str) -> bytes:
    body = io.BytesIO()
    record = {
        "event_id": "sh-1",
        "controller_id": "OURCO",
        "subject_id": "s-1",
        "occurred_at": 1_788_260_400_000,
        "recipient_id": "ACME",
        "purpose": purpose,
        "data_categories": ["EMAIL"],
    }
    fastavro.schemaless_writer(body, fastavro.parse_schema(schema), record)
    return b"\xc3\x01" + fingerprint_of(schema) + body.getvalue()


def test_an_older_writer_is_resolved(with_older_release: dict[str, Any]) -> None:
    decoded = decode(written_with(with_older_release, "OTHER"), SHARE)
    assert isinstance(decoded, Decoded)
    assert isinstance(decoded.event, DataShare)
    assert decoded.event.mechanism is None
    assert decoded == decode(share(purpose="OTHER"), SHARE)


def test_a_symbol_that_is_gone_is_refused(with_older_release: dict[str, Any]) -> None:
    value = written_with(with_older_release, "TELEPATHY")
    assert "purpose must be one of" in reason(value)


def test_an_older_writer_s_trailing_bytes_are_refused(with_older_release: dict[str, Any]) -> None:
    assert "follow" in reason(written_with(with_older_release, "OTHER") + b"\x00")


CONFLUENT = b"\x00" + (4711).to_bytes(4, "big")


class OneSchemaRegistry:
    """A registry that knows two schemas: 4711, the current data share, and 12, somebody's own."""

    def schema_id(self, value: bytes) -> int | None:
        return int.from_bytes(value[1:5], "big") if value[:1] == b"\0" and len(value) > 4 else None

    def single_object(self, value: bytes) -> bytes | None:
        return event_to_avro(event())[:10] + value[5:] if self.schema_id(value) == 4711 else None

    def read(self, value: bytes) -> dict[str, object]:
        if self.schema_id(value) != 12:
            raise WireError(f"the registry has no schema {self.schema_id(value)}")
        return dict(json.loads(value[5:]))


def test_confluent_framing_is_named_with_what_to_do() -> None:
    said = reason(CONFLUENT + event_to_avro(event())[10:])
    assert "Confluent" in said
    assert "4711" in said
    assert "single-object" in said
    assert "set registry_url" in said


def test_a_registry_fits_behind_the_seam() -> None:
    body = event_to_avro(event())[10:]
    assert decode(CONFLUENT + body, SHARE, OneSchemaRegistry()) == decode(
        event_to_avro(event()), SHARE
    )
    unknown = b"\x00" + (9).to_bytes(4, "big") + body
    rejected = decode(unknown, SHARE, OneSchemaRegistry())
    assert isinstance(rejected, Rejected)
    assert "no schema 9" in rejected.dead_letter.reason


def test_a_record_of_another_schema_has_the_type_of_its_topic() -> None:
    record = json.loads(event_to_json(event()))
    del record["event_type"]
    value = b"\0\0\0\0\x0c" + json.dumps(record).encode()
    assert decode(value, SHARE, OneSchemaRegistry()) == decode(event_to_avro(event()), SHARE)
    del record["subject_id"]
    rejected = decode(value[:5] + json.dumps(record).encode(), SHARE, OneSchemaRegistry())
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.field == "subject_id"


@pytest.mark.parametrize("value", [b"\x00", b"\x00" * 5, b"\x00" * 1_000_000, b"\x01", b"\xc3"])
def test_zeros_and_other_bytes_are_no_framing(value: bytes) -> None:
    assert "the value is " in reason(value)
