"""The schemas as reviewed data: documented, compatible for ever, and true to the events."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import avro.schema
import msgspec
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from streams.core.events import EVENT_CLASSES, INSTANT_FIELDS
from streams.core.findings import Duty, Finding
from streams.core.vocabulary import EventType
from streams.errors import ConsentryError
from streams.wire.field_specs import FIELDS
from streams.wire.schemas import (
    INPUTS,
    NAMES,
    fingerprint_of,
    load,
    schema_folder,
    schemas,
    without_logical_types,
)
from tests.wire.schema_changes import (
    add_mandatory,
    change_type,
    drop_symbol_without_default,
    field_of,
    forbid_null,
    remove_default,
    rename_field,
    rename_record,
)

FOLDER = schema_folder()


def source(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((FOLDER / f"{name}.avsc").read_text("utf-8"))
    return record


def released(name: str) -> list[dict[str, Any]]:
    """Released versions, oldest first."""
    paths = sorted((FOLDER / "history" / name).glob("*.avsc"), key=lambda path: int(path.stem))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def reads(reader: dict[str, Any], writer: dict[str, Any]) -> bool:
    """Whether data of `writer` can be read with `reader`, as the avro package sees it."""
    check: Any = ReaderWriterCompatibilityChecker
    parsed = [avro.schema.parse(json.dumps(one)) for one in (reader, writer)]
    result = check().get_compatibility(*parsed)
    return bool(result.compatibility == SchemaCompatibilityType.compatible)


def named_types(part: Any) -> Iterator[dict[str, Any]]:
    """Every record and enum in a schema."""
    if isinstance(part, list):
        for one in part:
            yield from named_types(one)
    elif isinstance(part, dict):
        if part.get("type") in ("record", "enum"):
            yield part
        for key in ("type", "items", "fields"):
            yield from named_types(part.get(key))


def test_every_schema_file_is_known_and_has_history_and_example() -> None:
    assert {path.stem for path in FOLDER.glob("*.avsc")} == set(NAMES)
    assert {path.name for path in (FOLDER / "history").iterdir()} == set(NAMES)
    assert {path.stem for path in (FOLDER / "examples").iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_record_field_and_enum_is_documented(name: str) -> None:
    for part in named_types(source(name)):
        assert len(part["doc"]) > 10, part["name"]
        for field in part.get("fields", ()):
            assert len(field.get("doc", "")) > 5, field["name"]


@pytest.mark.parametrize("name", NAMES)
def test_readers_survive_new_symbols_and_absent_fields(name: str) -> None:
    for part in named_types(source(name)):
        if part["type"] == "enum":
            assert part["default"] == "UNRECOGNISED" == part["symbols"][-1]
        for field in part.get("fields", ()):
            if isinstance(field["type"], list):
                assert field["type"][0] == "null", field["name"]
                assert field["default"] is None
            elif isinstance(field["type"], dict) and field["type"]["type"] == "array":
                assert field["default"] == []


@pytest.mark.parametrize("name", NAMES)
def test_schema_reads_all_its_released_versions(name: str) -> None:
    """BACKWARD_TRANSITIVE: the current schema reads what any release wrote."""
    history = released(name)
    assert history
    assert [one["version"] for one in history] == list(range(1, len(history) + 1))
    for writer in history:
        assert reads(source(name), writer), f"version {writer['version']}"


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_the_latest_release_or_a_newer_version(name: str) -> None:
    latest = released(name)[-1]
    assert source(name) == latest or source(name)["version"] == latest["version"] + 1, (
        f"raise the version of schemas/{name}.avsc, or put its change back"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        add_mandatory,
        remove_default,
        change_type,
        forbid_null,
        rename_field,
        drop_symbol_without_default,
        rename_record,
    ],
)
def test_incompatible_changes_are_caught(spoil: Any) -> None:
    changed = copy.deepcopy(source("data_share"))
    spoil(changed)
    assert not reads(changed, released("data_share")[0])


def test_compatible_changes_pass() -> None:
    changed = copy.deepcopy(source("data_share"))
    changed["fields"].append({"name": "fresh", "type": ["null", "string"], "default": None})
    field_of(changed, "purpose")["type"]["symbols"].append("CURIOSITY")
    assert reads(changed, released("data_share")[0])
    # And an old reader reads the new symbol as the default.
    assert reads(released("data_share")[0], changed)


@pytest.mark.parametrize("kind", EventType)
def test_input_schema_has_the_fields_of_the_event(kind: EventType) -> None:
    fields = {field["name"]: field for field in source(INPUTS[kind])["fields"]}
    assert list(fields) == order_of_schema(kind)
    for shape in FIELDS[kind].all:
        field = fields[shape.name]
        nullable = isinstance(field["type"], list)
        assert nullable == (not shape.required and not shape.is_list), shape.name
        inner = field["type"][1] if nullable else field["type"]
        if shape.name in INSTANT_FIELDS:
            assert inner == {"type": "long", "logicalType": "timestamp-millis"}
        if shape.symbols:
            symbols = symbols_of(source(INPUTS[kind]), inner["items"] if shape.is_list else inner)
            assert tuple(symbols) == (*shape.symbols, "UNRECOGNISED"), shape.name


def order_of_schema(kind: EventType) -> list[str]:
    return [field.name for field in msgspec.structs.fields(EVENT_CLASSES[kind])]


def symbols_of(schema: dict[str, Any], enum: Any) -> list[str]:
    if isinstance(enum, str):
        enum = next(one for one in named_types(schema) if f"consentry.v1.{one['name']}" == enum)
    return list(enum["symbols"])


@pytest.mark.parametrize(("name", "kind"), [("finding", Finding), ("duty", Duty)])
def test_output_schema_has_the_fields_of_the_value(name: str, kind: Any) -> None:
    fields = [field["name"] for field in source(name)["fields"]]
    assert fields == [field.name for field in msgspec.structs.fields(kind)]


@pytest.mark.parametrize("name", NAMES)
def test_fingerprint_is_that_of_the_avro_package(name: str) -> None:
    # The avro package keeps {"type": "long"} of a logical type, against the rule [PRIMITIVES]
    # of the canonical form; without logical types both agree.
    parsed = avro.schema.parse(json.dumps(without_logical_types(source(name))))
    assert fingerprint_of(source(name)) == parsed.fingerprint("CRC-64-AVRO")
    assert schemas().current[name].fingerprint == fingerprint_of(source(name))


def test_fingerprint_is_that_of_the_specification() -> None:
    """The specification's own example values, as its reference implementation gives them."""
    assert fingerprint_of("null").hex() == "8a8f25cce724dd63"
    assert fingerprint_of("int")[::-1].hex() == "7275d51a3f395c8f"


@pytest.mark.parametrize("name", NAMES)
def test_docs_and_defaults_do_not_change_a_fingerprint(name: str) -> None:
    changed = copy.deepcopy(source(name))
    changed["doc"] = "other words"
    changed["fields"][0]["doc"] = "other words"
    assert fingerprint_of(changed) == fingerprint_of(source(name))


def test_no_two_schemas_share_a_fingerprint() -> None:
    assert len({schemas().current[name].fingerprint for name in NAMES}) == len(NAMES)


def test_released_versions_are_known_by_their_fingerprint(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.avsc").write_text(json.dumps(source(name)))
    older = copy.deepcopy(source("purchase"))
    older["fields"] = older["fields"][:-1]
    (tmp_path / "history" / "purchase").mkdir(parents=True)
    (tmp_path / "history" / "purchase" / "1.avsc").write_text(json.dumps(older))
    known = load(tmp_path).by_fingerprint
    assert known[fingerprint_of(older)].name == "purchase"
    assert known[fingerprint_of(source("purchase"))].source == source("purchase")


def test_shipped_schemas_come_before_those_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "streams" / "wire" / "schemas.py"
    module.parent.mkdir(parents=True)
    monkeypatch.setattr("streams.wire.schemas.__file__", str(module))
    with pytest.raises(ConsentryError, match="missing"):
        schema_folder()
    (tmp_path / "schemas").mkdir()
    assert schema_folder() == tmp_path.resolve() / "schemas"
    (tmp_path / "streams" / "_schemas").mkdir()
    assert schema_folder() == tmp_path.resolve() / "streams" / "_schemas"
