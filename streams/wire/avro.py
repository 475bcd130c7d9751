"""Avro in the single-object encoding of the Avro specification.

The marker C3 01, the fingerprint of the writer's schema, and the body. Readers need no
registry: the fingerprint says which of the package's schemas wrote it.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import msgspec
from fastavro import schemaless_reader, schemaless_writer

from streams.core.events import Event
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_HEADER, AVRO_MARKER
from streams.wire.schemas import INPUTS, Schema, schemas

_INPUT_TYPES = {name: kind for kind, name in INPUTS.items()}
_BY_TAG = {kind.value: name for kind, name in INPUTS.items()}


def read_record(value: bytes) -> tuple[str, dict[str, Any]]:
    """The name of the schema and the plain record, instants as milliseconds.

    What an older release wrote is resolved to the current schema. Raises WireError for
    anything that is not exactly one record of a known schema.
    """
    return _read(value, _writer_of(value))


def _writer_of(value: bytes) -> Schema:
    writer = schemas().by_fingerprint.get(value[len(AVRO_MARKER) : AVRO_HEADER])
    if writer is None:
        raise _unknown(value)
    return writer


def _read(value: bytes, writer: Schema) -> tuple[str, dict[str, Any]]:
    reader = schemas().current[writer.name]
    body = BytesIO(value)
    body.seek(AVRO_HEADER)
    try:
        # Resolution costs time, so only what an older schema wrote is resolved.
        record = schemaless_reader(body, writer.parsed, None if reader is writer else reader.parsed)
    except Exception:  # noqa: BLE001 - a reader of hostile bytes may raise anything
        raise WireError(
            "the Avro body does not fit its schema "
            f"({writer.name}, version {writer.version}): cut short or damaged"
        ) from None
    if body.tell() != len(value):
        raise WireError(
            "bytes follow the Avro body "
            f"({writer.name}, version {writer.version}); write one event per record"
        )
    return writer.name, record  # type: ignore[return-value]  # each of our schemas is a record


def _unknown(value: bytes) -> WireError:
    fingerprint = value[len(AVRO_MARKER) : AVRO_HEADER]
    if len(fingerprint) < AVRO_HEADER - len(AVRO_MARKER):
        return WireError("the Avro header is cut short: the marker needs eight more bytes")
    return WireError(
        f"no schema has the fingerprint {fingerprint.hex()}; the producer writes with a "
        "schema that this release does not know: write with one of its schemas, or upgrade "
        "Consentry before the producer"
    )


def read_avro(value: bytes) -> dict[str, Any]:
    """Read an event: the plain record with its `event_type`. Raises WireError."""
    writer = _writer_of(value)
    kind = _INPUT_TYPES.get(writer.name)
    if kind is None:
        raise WireError(f"the record is a {writer.name}, which is no event but an output")
    _, record = _read(value, writer)
    record["event_type"] = kind.value
    return record


def write_record(name: str, record: dict[str, Any]) -> bytes:
    """Write a plain record with the current schema of that name."""
    schema = schemas().current[name]
    body = BytesIO()
    body.write(AVRO_MARKER + schema.fingerprint)
    schemaless_writer(body, schema.parsed, record)
    return body.getvalue()


def write_avro(event: Event) -> bytes:
    """Write an event with the current schema of its type."""
    record: dict[str, Any] = msgspec.to_builtins(event)
    return write_record(_BY_TAG[record.pop("event_type")], record)
