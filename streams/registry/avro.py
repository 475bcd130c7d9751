"""Avro of a registry: the writer's own schema, whatever it is called."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import fastavro
from fastavro import schemaless_reader

from streams.registry.faults import UnreadableSchema
from streams.registry.values import plain_record
from streams.wire.errors import WireError
from streams.wire.schemas import fingerprint_of, schemas

Read = Callable[[bytes], dict[str, Any]]


def avro_reader(text: str, parts: Sequence[str]) -> tuple[Read, bytes | None]:
    """What reads a schema's records, and its fingerprint where this package has the schema.

    `parts` are the schemas that it refers to, deepest first. Raises UnreadableSchema.
    """
    try:
        named: dict[str, Any] = {}
        for part in parts:
            fastavro.parse_schema(json.loads(part), named)
        source = json.loads(text)
        parsed = fastavro.parse_schema(source, named)
        is_record = isinstance(parsed, dict) and parsed.get("type") == "record"
    except Exception:  # noqa: BLE001 - a parser of anybody's text may raise anything
        raise UnreadableSchema("it is no Avro schema") from None
    if not is_record:
        raise UnreadableSchema("it is no record: an event is one")
    if not parts:
        known = schemas().by_fingerprint.get(fingerprint_of(source))
        if known is not None:
            return _reader(parsed), known.fingerprint
    return _reader(parsed), None


def _reader(parsed: Any) -> Read:
    def read(body: bytes) -> dict[str, Any]:
        stream = BytesIO(body)
        try:
            record = schemaless_reader(stream, parsed, None)
        except Exception:  # noqa: BLE001 - a reader of hostile bytes may raise anything
            raise WireError("the Avro body does not fit its schema: cut short or damaged") from None
        if stream.tell() != len(body):
            raise WireError("bytes follow the Avro body; write one event per record")
        return plain_record(record)  # type: ignore[arg-type]  # the schema is a record

    return read
