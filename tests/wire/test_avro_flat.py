"""Findings that are written without fastavro have the bytes that it would write."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.findings import Finding
from streams.wire.avro_flat import KEPT, FlatRecord
from streams.wire.findings import decode_finding, encode_finding
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import FINDING, schemas
from tests.wire.values import FINDING as A_FINDING

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80)
SCHEMA = schemas().current[FINDING]


def _values(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of a type may hold."""
    if isinstance(kind, list):
        return st.none() | _values(kind[1])
    if isinstance(kind, dict) and kind["type"] == "enum":
        return st.sampled_from(kind["symbols"])
    if isinstance(kind, dict) and kind["type"] == "array":
        return st.lists(_values(kind["items"]), max_size=3).map(tuple)
    name = kind["type"] if isinstance(kind, dict) else kind
    bits = 31 if name == "int" else 63
    numbers = st.integers(-(1 << bits), (1 << bits) - 1)
    return {"string": TEXT, "boolean": st.booleans(), "int": numbers, "long": numbers}[name]


RECORDS = st.fixed_dictionaries(
    {one["name"]: _values(one["type"]) for one in SCHEMA.parsed["fields"]}
)


def by_fastavro(record: dict[str, Any]) -> bytes:
    body = BytesIO()
    fastavro.schemaless_writer(body, SCHEMA.parsed, record)
    return body.getvalue()


@given(RECORDS, TEXT)
def test_any_record(record: dict[str, Any], subject_id: str) -> None:
    writer = FlatRecord(SCHEMA, "law_version")
    assert writer.body(record) == by_fastavro(record)
    other = record | {"subject_id": subject_id}
    assert writer.body(other) == by_fastavro(other)  # its end is written already


@pytest.mark.parametrize("size", [0, 63, 64, 8191, 8192])
@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_finding_with_a_text_of_any_length(size: int, letter: str) -> None:
    finding: Finding = msgspec.structs.replace(A_FINDING, event_id=letter * size)
    written = encode_finding(finding)
    assert written[AVRO_HEADER:] == by_fastavro(msgspec.to_builtins(finding))
    assert decode_finding(written) == finding


def test_only_so_many_ends_are_kept() -> None:
    writer = FlatRecord(SCHEMA, "law_version")
    record = msgspec.to_builtins(A_FINDING)
    for number in range(KEPT + 10):
        writer.body(record | {"policy_version": f"p-{number}"})
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
        FlatRecord(SCHEMA, "law_version").body(record)
