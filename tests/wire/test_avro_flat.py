"""Findings and duties that are written without fastavro have the bytes that it would write."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any, TypeVar

import fastavro
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.findings import Duty, Finding
from streams.core.instants import Instant
from streams.core.vocabulary import DataCategory, EventType
from streams.wire.avro_flat import KEPT, FlatRecord
from streams.wire.findings import decode_duty, decode_finding, encode_duty, encode_finding
from streams.wire.framing import AVRO_MARKER
from streams.wire.schemas import DUTY, FINDING, Schema, schemas
from tests.wire.values import DUTY as A_DUTY
from tests.wire.values import FINDING as A_FINDING

_Output = TypeVar("_Output", Finding, Duty)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80)
SCHEMA = schemas().current[FINDING]
SCHEMAS = [SCHEMA, schemas().current[DUTY]]


def _values(kind: Any, *, written: bool) -> st.SearchStrategy[Any]:
    """Whatever a field of a type may hold; where asked, symbols that are `written`."""
    if isinstance(kind, list):
        return st.none() | _values(kind[1], written=written)
    if isinstance(kind, dict) and kind["type"] == "enum":
        symbols = kind["symbols"]
        return st.sampled_from([one for one in symbols if not written or one != kind["default"]])
    if isinstance(kind, dict) and kind["type"] == "array":
        return st.lists(_values(kind["items"], written=written), max_size=3).map(tuple)
    name = kind["type"] if isinstance(kind, dict) else kind
    bits = 31 if name == "int" else 63
    numbers = st.integers(-(1 << bits), (1 << bits) - 1)
    return {"string": TEXT, "boolean": st.booleans(), "int": numbers, "long": numbers}[name]


def records(schema: Schema, *, written: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Records with every field, of whatever its type allows."""
    fields = schema.parsed["fields"]
    return st.fixed_dictionaries(
        {one["name"]: _values(one["type"], written=written) for one in fields}
    )


def by_fastavro(schema: Schema, record: dict[str, Any]) -> bytes:
    body = BytesIO()
    body.write(AVRO_MARKER + schema.fingerprint)
    fastavro.schemaless_writer(body, schema.parsed, record)
    return body.getvalue()


def by_us(writer: FlatRecord, record: dict[str, Any]) -> bytes:
    return writer.single_object(SimpleNamespace(**record))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
@given(data=st.data())
def test_any_record(schema: Schema, data: st.DataObject) -> None:
    record = data.draw(records(schema))
    writer = FlatRecord(schema, "law_version")
    assert by_us(writer, record) == by_fastavro(schema, record)
    other = record | {"subject_id": data.draw(TEXT)}
    assert by_us(writer, other) == by_fastavro(schema, other)  # its end is written already


def members(schema: Schema, kind: type[_Output]) -> st.SearchStrategy[_Output]:
    """Findings or duties with members of the vocabularies, as they are made."""
    event_type = st.none() | st.sampled_from(EventType)
    closed = st.fixed_dictionaries(
        {
            "event_type": event_type,
            "trigger_event_type": event_type,
            "uncovered_data_categories": st.lists(st.sampled_from(DataCategory), max_size=3),
        }
    )
    both = st.tuples(records(schema, written=True), closed)
    return both.map(lambda two: msgspec.convert(two[0] | two[1], kind))


@given(members(SCHEMA, Finding))
def test_any_finding(finding: Finding) -> None:
    assert encode_finding(finding) == by_fastavro(SCHEMA, msgspec.to_builtins(finding))


@given(members(schemas().current[DUTY], Duty))
def test_any_duty(duty: Duty) -> None:
    assert encode_duty(duty) == by_fastavro(schemas().current[DUTY], msgspec.to_builtins(duty))


@pytest.mark.parametrize("size", [0, 63, 64, 8191, 8192])
@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_finding_with_a_text_of_any_length(size: int, letter: str) -> None:
    finding: Finding = msgspec.structs.replace(A_FINDING, event_id=letter * size)
    written = encode_finding(finding)
    assert written == by_fastavro(SCHEMA, msgspec.to_builtins(finding))
    assert decode_finding(written) == finding


@pytest.mark.parametrize("notified_at", [None, 0, 1 << 41])
def test_a_duty(notified_at: Instant | None) -> None:
    duty: Duty = msgspec.structs.replace(A_DUTY, notified_at=notified_at)
    written = encode_duty(duty)
    assert written == by_fastavro(schemas().current[DUTY], msgspec.to_builtins(duty))
    assert decode_duty(written) == duty


def test_only_so_many_ends_are_kept() -> None:
    writer = FlatRecord(SCHEMA, "law_version")
    record = msgspec.to_builtins(A_FINDING)
    for number in range(KEPT + 10):
        by_us(writer, record | {"policy_version": f"p-{number}"})
    assert writer._end.cache_info().currsize == KEPT


def test_what_it_cannot_write_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="not in list"):
        FlatRecord(SCHEMA, "no_such_field")
    strange: Any = {"fields": [{"name": "one", "type": {"type": "map", "values": "string"}}]}
    with pytest.raises(ValueError, match="no function writes the type"):
        FlatRecord(replace(SCHEMA, parsed=strange), "one")


def test_a_symbol_that_the_schema_does_not_have_is_not_written() -> None:
    record = msgspec.to_builtins(A_FINDING) | {"status": "GUESSED"}
    with pytest.raises(KeyError):
        by_us(FlatRecord(SCHEMA, "law_version"), record)
