"""The Avro schemas that come with the package, current and released.

They lie in `schemas/` beside the package in a checkout and in `streams/_schemas` in an
installed one. A schema is addressed by its fingerprint: CRC-64-AVRO of its Parsing
Canonical Form, as the Avro specification has it, eight bytes little-endian. Released
versions stay readable: what was written with one is resolved to the current schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from streams.core.vocabulary import EventType
from streams.errors import ConsentryError

INPUTS: Mapping[EventType, str] = MappingProxyType(
    {kind: kind.value.replace("-", "_") for kind in EventType}
)
"""The schema of each input: its file name without the ending."""

FINDING = "finding"
DUTY = "duty"
DEAD_LETTER = "dead_letter"
NAMES = (*INPUTS.values(), FINDING, DUTY, DEAD_LETTER)


@dataclass(frozen=True)
class Schema:
    """One version of one schema.

    `source` is the schema as written, with docs and logical types; `parsed` is what
    fastavro reads and writes with: instants there are plain milliseconds, since
    datetimes cost more than the rest of the record.
    """

    name: str
    version: int
    fingerprint: bytes
    source: dict[str, Any]
    parsed: Any


@dataclass(frozen=True)
class Schemas:
    """All schemas: the current one of each name, and every known one by fingerprint."""

    current: Mapping[str, Schema]
    by_fingerprint: Mapping[bytes, Schema]


def schema_folder() -> Path:
    """Where the schemas lie. Raises ConsentryError where they are missing."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_schemas", package.parent / "schemas"):
        if folder.is_dir():
            return folder
    raise ConsentryError(
        "the Avro schemas of Consentry are missing from this installation",
        "install the package again: pip install --force-reinstall consentry",
    )


@cache
def schemas() -> Schemas:
    """All schemas, read once."""
    return load(schema_folder())


def load(folder: Path) -> Schemas:
    """Read the schemas of a folder: `<name>.avsc` and `history/<name>/<version>.avsc`."""
    released = [_read(path, path.parent.name) for path in sorted(folder.glob("history/*/*.avsc"))]
    current = {name: _read(folder / f"{name}.avsc", name) for name in NAMES}
    # A current schema wins over a released one with the same canonical form.
    known = {schema.fingerprint: schema for schema in (*released, *current.values())}
    return Schemas(MappingProxyType(current), MappingProxyType(known))


def _read(path: Path, name: str) -> Schema:
    source = json.loads(path.read_text("utf-8"))
    return Schema(
        name=name,
        version=source["version"],
        fingerprint=fingerprint_of(source),
        source=source,
        parsed=fastavro.parse_schema(without_logical_types(source)),
    )


def fingerprint_of(source: Any) -> bytes:
    """CRC-64-AVRO of the Parsing Canonical Form, eight bytes little-endian."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(source), "CRC-64-AVRO"))


def adds_nothing(writer: Schema, reader: Schema) -> bool:
    """Whether what the reader has and the writer has not is absent by default."""
    written = {one["name"] for one in writer.parsed["fields"]}
    missing = [one for one in reader.parsed["fields"] if one["name"] not in written]
    return all("default" in one and one["default"] in (None, []) for one in missing)


def without_logical_types(source: Any) -> Any:
    """The schema with plain primitives where it has logical types."""
    if isinstance(source, list):
        return [without_logical_types(part) for part in source]
    if not isinstance(source, dict):
        return source
    if "logicalType" in source:
        return source["type"]
    return {
        # A default is data, not schema: only these members hold schemas.
        key: without_logical_types(part) if key in ("type", "items", "fields") else part
        for key, part in source.items()
    }
