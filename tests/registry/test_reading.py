"""Records that a registry's serializers wrote become the same events as any others."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime
from typing import Any

import fastavro
import pytest

from streams.core.vocabulary import EventType
from streams.registry import Access, Registry
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.encode import event_to_avro
from streams.wire.schemas import schemas
from tests.registry.fake import FakeRegistry, framed
from tests.wire.builders import share

SHARE = EventType.DATA_SHARE


def plain() -> Decoded:
    decoded = decode(share(recipient_country="NL"), SHARE)
    assert isinstance(decoded, Decoded)
    return decoded


def fields() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(share(recipient_country="NL"))
    del found["event_type"]
    return found


def registry_of(fake: FakeRegistry, **access: Any) -> Registry:
    return Registry(Access(url=fake.url, timeout_s=5, **access), tries=1)


def read(fake: FakeRegistry, value: bytes, **access: Any) -> Decoded | Rejected:
    registry = registry_of(fake, **access)
    asyncio.run(registry.ensure([value]))
    return decode(value, SHARE, registry)


def refused(fake: FakeRegistry, value: bytes) -> tuple[str, str | None]:
    found = read(fake, value)
    assert isinstance(found, Rejected)
    assert found.dead_letter.code == "UNPROCESSABLE_EVENT"
    return found.dead_letter.reason, found.dead_letter.field


def own_schema(name: str) -> str:
    return json.dumps(schemas().current[name].source)


def avro_body(schema: dict[str, Any], record: dict[str, Any]) -> bytes:
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(schema), record)
    return body.getvalue()


def foreign(**types: Any) -> dict[str, Any]:
    """A schema of somebody's own with the fields of a share, all texts but those named."""
    names = [
        {"name": name, "type": types.get(name, _type(member))} for name, member in fields().items()
    ]
    return {"type": "record", "name": "Shared", "namespace": "com.example", "fields": names}


def _type(member: Any) -> Any:
    return {"type": "array", "items": "string"} if isinstance(member, list) else "string"


def test_our_own_schema_is_read_as_in_the_single_object_encoding(fake: FakeRegistry) -> None:
    number = fake.add(own_schema("data_share"))
    value = framed(number, event_to_avro(plain().event)[10:])
    assert read(fake, value) == plain()


def test_eight_bytes_of_id(fake: FakeRegistry) -> None:
    number = fake.add(own_schema("data_share"), schema_id=77)
    value = framed(number, event_to_avro(plain().event)[10:], 8)
    assert read(fake, value, id_bytes=8) == plain()
    assert isinstance(read(fake, value), Rejected)


def test_somebody_s_own_avro_schema_with_logical_types(fake: FakeRegistry) -> None:
    at = {"type": "long", "logicalType": "timestamp-millis"}
    micros = {"type": "long", "logicalType": "timestamp-micros"}
    schema = foreign(occurred_at=at, recorded_at=["null", micros])
    record = fields()
    for name in ("occurred_at", "recorded_at"):
        if name in record:
            record[name] = datetime.fromisoformat(record[name]).astimezone(UTC)
    number = fake.add(json.dumps(schema))
    assert read(fake, framed(number, avro_body(schema, record))) == plain()


def test_a_long_without_a_logical_type_is_milliseconds_and_nothing_else(
    fake: FakeRegistry,
) -> None:
    schema = foreign(occurred_at="long")
    record = fields()
    millis = int(datetime.fromisoformat(record["occurred_at"]).timestamp() * 1000)
    number = fake.add(json.dumps(schema))
    good = framed(number, avro_body(schema, record | {"occurred_at": millis}))
    assert read(fake, good) == plain()
    for other in (millis // 1000, millis * 1000):
        bad = framed(number, avro_body(schema, record | {"occurred_at": other}))
        assert refused(fake, bad)[1] == "occurred_at"


def test_types_of_other_schemas_are_found(fake: FakeRegistry) -> None:
    part = {"type": "enum", "name": "Purpose", "namespace": "com.example", "symbols": ["A", "B"]}
    part["symbols"] = [fields()["purpose"]]
    fake.add(json.dumps(part), subject="purpose")
    schema = foreign(purpose="com.example.Purpose")
    references = [{"name": "com.example.Purpose", "subject": "purpose", "version": 1}]
    number = fake.add(json.dumps(schema), references=references)
    whole = foreign(purpose=part)
    fake.late[1] = 2  # its replicas may lag
    assert read(fake, framed(number, avro_body(whole, fields()))) == plain()
    lost = fake.add(json.dumps(schema), references=[references[0] | {"version": 9}])
    assert "refers to" in refused(fake, framed(lost, avro_body(whole, fields())))[0]


def test_json_schema(fake: FakeRegistry) -> None:
    number = fake.add('{"type": "object"}', "JSON")
    assert read(fake, framed(number, json.dumps(fields()).encode())) == plain()
    assert read(fake, framed(number, share(recipient_country="NL"))) == plain()
    twice = json.dumps(fields()).encode().replace(b"{", b'{"subject_id": "other", ', 1)
    assert "twice" in refused(fake, framed(number, twice))[0]


def test_a_field_that_does_not_fit_is_named_with_the_id(fake: FakeRegistry) -> None:
    schema = foreign(recipient_country="bytes")
    number = fake.add(json.dumps(schema), schema_id=31)
    body = avro_body(schema, fields() | {"recipient_country": b"NL"})
    reason, field = refused(fake, framed(number, body))
    assert field == "recipient_country"
    assert reason.startswith("recipient_country must be")
    assert "schema id 31" in reason


def test_a_body_that_does_not_fit_names_the_id(fake: FakeRegistry) -> None:
    schema = foreign()
    number = fake.add(json.dumps(schema), schema_id=32)
    body = avro_body(schema, fields())
    for bad in (body[:-3], body + b"\0", b""):
        assert "schema id 32" in refused(fake, framed(number, bad))[0]


def test_personal_data_in_bytes_are_seen(fake: FakeRegistry) -> None:
    schema = foreign()
    schema["fields"].append({"name": "note", "type": "bytes"})
    number = fake.add(json.dumps(schema))
    body = avro_body(schema, fields() | {"note": b"jan.jansen@example.org"})
    found = read(fake, framed(number, body))
    assert isinstance(found, Rejected)
    assert found.dead_letter.code == "RAW_PERSONAL_DATA_IN_EVENT"


@pytest.mark.parametrize("text", ["{", '"string"', '{"type": "record"}', "[]"])
def test_a_schema_that_is_none_is_said(fake: FakeRegistry, text: str) -> None:
    number = fake.add(text)
    assert "its schema cannot be read" in refused(fake, framed(number, b"abc"))[0]


def test_a_schema_of_another_kind_is_said(fake: FakeRegistry) -> None:
    number = fake.add("<x/>", "XSD")
    assert "only AVRO, JSON, PROTOBUF are read" in refused(fake, framed(number, b"abc"))[0]


def test_an_output_on_an_input_topic_is_refused(fake: FakeRegistry) -> None:
    number = fake.add(own_schema("finding"))
    assert "no event but an output" in refused(fake, framed(number, b"abc"))[0]
