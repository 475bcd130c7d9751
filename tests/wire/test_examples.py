"""Every example is what its schema and its reader say it is."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
import msgspec
import pytest

from streams.core.findings import DeadLetter, Duty, Finding
from streams.core.identifiers import violation_id
from streams.core.instants import parse_instant
from streams.core.vocabulary import EventType
from streams.wire.dead_letters import Original, decode_dead_letter, encode_dead_letter
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_avro, event_to_json
from streams.wire.findings import (
    decode_duty,
    decode_finding,
    duty_to_json,
    encode_duty,
    encode_finding,
    finding_to_json,
)
from streams.wire.schemas import INPUTS, schema_folder, schemas


def example(name: str) -> dict[str, Any]:
    path = schema_folder() / "examples" / f"{name}.json"
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record


def with_instants(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """The record with instants as integers."""
    return record | {name: parse_instant(record[name]) for name in names if record[name]}


@pytest.mark.parametrize("kind", EventType)
def test_event_example_is_read_in_both_forms(kind: EventType) -> None:
    text = json.dumps(example(INPUTS[kind])).encode()
    decoded = decode(text, kind)
    assert isinstance(decoded, Decoded)
    assert decode(event_to_avro(decoded.event), kind) == decoded
    again = json.loads(event_to_json(decoded.event))
    assert again == {"recorded_at": again["occurred_at"]} | example(INPUTS[kind])


def read_with_logical_types(name: str, value: bytes) -> Any:
    """As a consumer reads it, with the schema as published."""
    return fastavro.schemaless_reader(
        io.BytesIO(value[10:]), fastavro.parse_schema(schemas().current[name].source), None
    )


def test_finding_example() -> None:
    record = with_instants(example("finding"), "occurred_at", "detected_at")
    finding = msgspec.convert(record, Finding)
    assert finding_to_json(finding) == example("finding")
    assert decode_finding(encode_finding(finding)) == finding
    assert finding.violation_id == violation_id(
        "OURCO", record["subject_id"], "data-share", finding.event_id, finding.family
    )
    seen = read_with_logical_types("finding", encode_finding(finding))
    assert seen["occurred_at"].isoformat() == "2026-09-02T03:00:00+00:00"


def test_duty_example() -> None:
    record = with_instants(example("duty"), "starts_at", "due_at", "notified_at", "detected_at")
    duty = msgspec.convert(record, Duty)
    assert duty_to_json(duty) == example("duty")
    assert decode_duty(encode_duty(duty)) == duty
    seen = read_with_logical_types("duty", encode_duty(duty))
    assert seen["due_at"].isoformat() == "2026-09-07T09:00:00+00:00"


def test_dead_letter_example() -> None:
    record = with_instants(example("dead_letter"), "timestamp", "detected_at")
    original = Original(
        topic=record["topic"],
        partition=record["partition"],
        offset=record["offset"],
        timestamp=record["timestamp"],
        key=record["key"].encode(),
        value=record["value"].encode(),
        headers=tuple((one["key"], one["value"].encode()) for one in record["headers"]),
    )
    letter = DeadLetter(code=record["code"], reason=record["reason"], field=record["field"])
    stored = decode_dead_letter(encode_dead_letter(original, letter, record["detected_at"]))
    assert stored.original == original
    assert stored.letter == letter
    assert stored.detected_at == record["detected_at"]
