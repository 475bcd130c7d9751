"""A map against the schema of its records: what is missing, and symbols without a word."""

from __future__ import annotations

from typing import Any

import pytest

from streams.ingest import load_map, map_from_text
from streams.ingest.connectors import find_map
from streams.ingest.schema_check import gaps
from streams.ingest.schema_nodes import schema_node
from tests.ingest.maps import HEAD, PLAIN

STATUS = ["CONFIRMED", "NOTGIVEN", "PENDING"]

AVRO = {
    "type": "record", "name": "Receipt", "namespace": "ot", "fields": [
        {"name": "identifier", "type": ["null", "string"]},
        {"name": "identifierType", "type": "string"},
        {"name": "test", "type": "boolean"},
        {"name": "interactionDate", "type": "string"},
        {"name": "receiptId", "type": "string"},
        {"name": "first", "type": ["null", {"type": "record", "name": "Purpose", "fields": [
            {"name": "Id", "type": "string"},
            {"name": "Version", "type": "int"},
            {"name": "TransactionType", "type": {"type": "enum", "name": "T", "symbols": STATUS}},
        ]}]},
        {"name": "purposes", "type": {"type": "array", "items": "Purpose"}},
    ],
}  # fmt: skip
JSON = {
    "$schema": "x", "type": "object",
    "definitions": {"P": {"properties": {
        "Id": {"type": "string"}, "Version": {}, "TransactionType": {"enum": STATUS},
    }}},
    "properties": {
        "identifier": {}, "identifierType": {}, "test": {}, "interactionDate": {}, "receiptId": {},
        "purposes": {"type": "array", "items": {"anyOf": [{"$ref": "#/definitions/P"}, {}]}},
    },
}  # fmt: skip


def found(document: Any, name: str = "onetrust") -> list[str]:
    node = schema_node(document)
    assert node is not None
    return list(map(str, gaps(load_map(find_map(name), controller_id="OURCO"), node)))


@pytest.mark.parametrize("document", [AVRO, JSON], ids=["avro", "json"])
def test_a_schema_that_has_it_all(document: Any) -> None:
    assert found(document) == []


def changed(document: Any, old: str, new: str) -> Any:
    import json

    return json.loads(json.dumps(document).replace(f'"{old}"', f'"{new}"'))


@pytest.mark.parametrize("document", [AVRO, JSON], ids=["avro", "json"])
def test_what_a_schema_lost(document: Any) -> None:
    assert found(changed(document, "receiptId", "receipt")) == [
        "event purpose reads top.receiptId, which the schema does not have"
    ]
    assert found(changed(document, "Version", "version")) == [
        "event purpose reads item.Version, which the schema does not have"
    ]
    assert found(changed(document, "purposes", "p")) == [
        "event purpose reads top.purposes, which the schema does not have"
    ]
    assert found(changed(document, "test", "demo")) == [
        "the map reads top.test, which the schema does not have"
    ]


@pytest.mark.parametrize("document", [AVRO, JSON], ids=["avro", "json"])
def test_a_symbol_without_a_word(document: Any) -> None:
    assert found(changed(document, "PENDING", "MAYBE")) == [
        "event purpose has no word for MAYBE, which the schema allows at item.TransactionType"
    ]


def test_roots_maps_and_texts_that_hold_json() -> None:
    text = (HEAD + PLAIN).replace(
        "version = 1", 'version = 1\nroot = "top.body"\nembedded_json = ["top.body.raw"]'
    )
    text = text.replace('"top.email"', '"root.people[0].email"').replace(
        '"top.answer"', '"top.body.raw.answer"'
    )
    fields = [
        {"name": "body", "type": {"type": "record", "name": "B", "fields": [
            {"name": "raw", "type": "string"},
            {"name": "people", "type": {"type": "array", "items": {"type": "map",
                                                                  "values": "string"}}},
        ]}},
        {"name": "id", "type": "string"}, {"name": "at", "type": "string"},
    ]  # fmt: skip
    node = schema_node({"type": "record", "name": "R", "fields": fields})
    assert node is not None
    assert gaps(map_from_text(text), node) == []
    node = schema_node({"type": "record", "name": "R", "fields": fields[1:]})
    assert node is not None
    assert [gap.path for gap in gaps(map_from_text(text), node)] == ["top.body"]


@pytest.mark.parametrize("document", [None, 1, "x", [], {}, {"a": 1}])
def test_what_is_no_schema(document: Any) -> None:
    assert schema_node(document) is None
