"""Container files of other producers: what would be misread is refused, with field and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from streams.files.read import Damaged, Line, Unread, read_events
from streams.wire.decode import Decoded, Rejected, decode
from streams.wire.schemas import schemas
from tests.check.events import AT
from tests.files.avro_events import (
    MILLIS,
    event,
    instant,
    read,
    record,
    replace_schema,
    schema_with,
)


@pytest.mark.parametrize(
    ("logical", "per_milli"),
    [("timestamp-millis", 1), ("timestamp-micros", 1_000), ("timestamp-nanos", 1_000_000)],
)
def test_units_are_converted_whatever_the_schema_is_called(
    logical: str, per_milli: int, tmp_path: Path
) -> None:
    sent = record(occurred_at=MILLIS * per_milli + per_milli - 1)
    (found,) = read(tmp_path, schema_with(occurred_at=instant(logical)), sent)
    assert event(found).occurred_at == MILLIS


@pytest.mark.parametrize("logical", ["timestamp-micros", "timestamp-nanos", "timestamp-millis"])
def test_our_own_schema_with_another_unit_is_not_read_as_it_stands(
    logical: str, tmp_path: Path
) -> None:
    ours = json.loads(json.dumps(schemas().current["data_share"].source))
    per_milli = {"timestamp-micros": 1_000, "timestamp-nanos": 1_000_000}.get(logical, 1)
    for one in ours["fields"]:
        if one["name"] == "occurred_at":
            one["type"]["logicalType"] = logical
    (found,) = read(tmp_path, ours, record(occurred_at=MILLIS * per_milli))
    assert event(found).occurred_at == MILLIS
    for one in ours["fields"]:
        if one["name"] == "occurred_at":
            del one["type"]["logicalType"]
    (refused,) = read(tmp_path, ours, record())
    assert isinstance(refused, Unread)
    assert "occurred_at" in refused.reason


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("occurred_at", instant(None), "a plain long has no unit"),
        ("occurred_at", "long", "a plain long has no unit"),
        ("occurred_at", instant("timestamp-seconds"), "long (timestamp-seconds)"),
        ("occurred_at", instant("local-timestamp-millis"), "local time"),
        ("occurred_at", instant("local-timestamp-micros"), "local time"),
        ("occurred_at", instant("local-timestamp-nanos"), "local time"),
        ("occurred_at", instant("timestamp-micros", **{"adjust-to-utc": False}), "local time"),
        ("occurred_at", instant("time-micros"), "long (time-micros)"),
        ("occurred_at", {"type": "int", "logicalType": "date"}, "int (date)"),
        ("occurred_at", "double", "its type is double"),
        ("occurred_at", ["null", instant("local-timestamp-micros")], "local time"),
        ("recorded_at", ["null", instant("local-timestamp-millis")], "local time"),
        ("subject_id", "bytes", "its type is bytes"),
        ("subject_id", {"type": "fixed", "name": "Id", "size": 16}, "its type is fixed"),
        ("subject_id", {"type": "fixed", "name": "Id", "size": 16, "logicalType": "uuid"}, "fixed"),
        ("subject_id", "long", "its type is long"),
        ("recipient_id", {"type": "array", "items": "string"}, "its type is array"),
        ("recipient_id", {"type": "record", "name": "R", "fields": [
            {"name": "x", "type": "string"}]}, "its type is record"),
        ("purpose", "int", "must hold a text"),
        ("data_categories", "string", "must hold a list of texts"),
        ("data_categories", {"type": "map", "values": "string"}, "its type is map"),
        ("data_categories", {"type": "array", "items": "bytes"}, "its type is bytes"),
        ("recipient_own_use", "string", "must hold true or false"),
        ("recipient_own_use", ["null", "int"], "its type is int"),
    ],
)  # fmt: skip
def test_a_type_that_would_be_misread_refuses_the_file(
    name: str, kind: Any, why: str, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, schema_with(**{name: kind}))
    assert isinstance(found, Unread)
    assert found.number == 0
    assert f"field {name} " in found.reason
    assert why in found.reason


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("subject_id", {"type": "string", "logicalType": "uuid"}, "s1"),
        ("subject_id", ["null", "string"], "s1"),
        ("subject_id", ["string", "bytes"], "s1"),
        ("purpose", {"type": "enum", "name": "P", "symbols": ["ANALYTICS", "OTHER"]}, "OTHER"),
        ("purpose", ["null", {"type": "enum", "name": "P", "symbols": ["OTHER"]}], "OTHER"),
        ("data_categories", {"type": "array", "items": ["null", "string"]}, ["EMAIL"]),
        ("data_categories", ["null", {"type": "array", "items": {
            "type": "enum", "name": "C", "symbols": ["EMAIL"]}}], ["EMAIL"]),
        ("recipient_own_use", ["boolean", "null"], True),
        ("recipient_country", "null", None),
    ],
)  # fmt: skip
def test_unions_and_enums_are_read_as_what_they_hold(
    name: str, kind: Any, value: Any, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, schema_with(**{name: kind}), record(**{name: value}))
    read_value = getattr(event(found), name)
    assert (list(read_value) if isinstance(value, list) else read_value) == value


def test_an_instant_may_be_text_or_in_a_union_with_text(tmp_path: Path) -> None:
    for kind in ("string", ["null", "string", instant("timestamp-micros")]):
        (found,) = read(tmp_path, schema_with(occurred_at=kind), record(occurred_at=AT))
        assert event(found).occurred_at == MILLIS
    (late,) = read(tmp_path, schema_with(occurred_at=kind), record(occurred_at=MILLIS * 1000))
    assert event(late).occurred_at == MILLIS


@pytest.mark.parametrize("logical", ["timestamp-millis", "timestamp-micros"])
@pytest.mark.parametrize("ours", [True, False])
def test_a_value_out_of_range_refuses_its_record_and_not_the_others(
    logical: str, tmp_path: Path, *, ours: bool
) -> None:
    schema = schema_with(occurred_at=instant(logical))
    if ours:
        schema = json.loads(json.dumps(schemas().current["data_share"].source))
        for one in schema["fields"]:
            if one["name"] == "occurred_at":
                one["type"]["logicalType"] = logical
    unit = 1 if logical == "timestamp-millis" else 1_000
    sent = [record(event_id=f"e{n}", occurred_at=MILLIS * unit) for n in range(4)]
    sent[1]["occurred_at"] = 2**62
    sent[2]["occurred_at"] = -(2**62)
    found = read(tmp_path, schema, *sent)
    judged = [one for one in found if isinstance(one, Line)]
    good = [one.number for one in judged if isinstance(decode(one.value, None), Decoded)]
    assert good == [1, 4]
    reasons = [one.reason for one in found if isinstance(one, Damaged)]
    for one in judged:
        result = decode(one.value, None)
        if isinstance(result, Rejected):
            reasons.append(result.dead_letter.reason)
    assert len(reasons) == 2
    assert all("occurred_at" in reason for reason in reasons)


def test_one_record_that_holds_bytes_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    schema = schema_with(subject_id=["string", "bytes"])
    first, second = read(tmp_path, schema, record(subject_id=b"s1"), record())
    assert first == Damaged(first.file, 1, "subject_id holds bytes, and they are no text")
    assert event(second).subject_id == "s1"


def test_a_string_that_is_not_utf8_refuses_its_record_only(tmp_path: Path) -> None:
    schema = schema_with(team="bytes")
    read(tmp_path, schema, record(team=b"\xff\xfe"), record(team=b"ok"))
    content = (tmp_path / "a.avro").read_bytes()
    schema["fields"][-1]["type"] = "string"
    (tmp_path / "a.avro").write_bytes(replace_schema(content, json.dumps(schema).encode()))
    first, second = read_events([str(tmp_path / "a.avro")])
    assert isinstance(first, Damaged)
    assert event(second).event_id == "e"


def test_other_fields_of_any_type_go_along_and_are_looked_through(tmp_path: Path) -> None:
    nested = {"type": "record", "name": "N", "fields": [{"name": "at", "type": "bytes"}]}
    schema = schema_with(
        amount={"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
        local=instant("local-timestamp-micros"),
        nested=["null", nested],
        tags={"type": "map", "values": {"type": "array", "items": ["null", "N"]}},
    )
    more = {"amount": b"\x01\xff", "local": 5, "nested": {"at": b"x"}, "tags": {"k": [None]}}
    clean, raw = read(
        tmp_path, schema, record(**more), record(**more | {"nested": {"at": b"jan@example.nl"}})
    )
    assert event(clean).event_id == "e"
    assert isinstance(raw, Line)
    rejected = decode(raw.value, None)
    assert isinstance(rejected, Rejected)
    assert rejected.dead_letter.code == "RAW_PERSONAL_DATA_IN_EVENT"


def test_the_zone_of_an_instant_is_utc(tmp_path: Path) -> None:
    (found,) = read(tmp_path, schema_with(), record())
    at = datetime.fromtimestamp(event(found).occurred_at / 1000, UTC)
    assert at.isoformat() == "2026-09-01T10:00:00+00:00"


def test_a_number_that_json_has_not_is_no_field_that_is_absent(tmp_path: Path) -> None:
    schema = schema_with(recipient_role=["string", "double"])
    first, second = read(
        tmp_path, schema, record(recipient_role=float("nan")), record(recipient_role="THIRD_PARTY")
    )
    assert first == Damaged(first.file, 1, "recipient_role holds a number, and it is none")
    assert event(second).event_id == "e"
