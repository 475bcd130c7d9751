"""Avro object container files, record by record, as bytes that the wire reads.

The file carries its own schema, so any producer's will do whose fields have the names of
ours: its records become JSON. Where the schema is one of ours, a record only gets the marker
and the fingerprint before its bytes. Either goes through the same decoder as everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Any, Final

import fastavro
import msgspec

from streams.core.events import INSTANT_FIELDS
from streams.core.instants import EARLIEST, LATEST, Instant, format_instant
from streams.core.vocabulary import EventType
from streams.offline.container_codecs import unreadable
from streams.wire.framing import AVRO_MARKER
from streams.wire.onepass import one_passes
from streams.wire.schemas import fingerprint_of

CONTAINER_MAGIC: Final = b"Obj\x01"

_TYPES: Final = {kind.value.replace("-", ""): kind.value for kind in EventType}


def container_records(stream: IO[bytes]) -> Iterator[tuple[int, bytes | str]]:
    """The number of each record, from 1, and its bytes; or a text that says what is wrong.

    After a damaged block nothing more can be read of the file.
    """
    number = 0
    codec = "null"
    try:
        blocks = fastavro.block_reader(stream, return_record_name=True)
        codec = blocks.metadata.get("avro.codec", codec)
        schema_name = _name(blocks.writer_schema)
        header = _header(blocks.writer_schema)
        for block in blocks:
            for value in _framed(block, header) or _general(block, schema_name):
                number += 1
                yield number, value
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - a reader of foreign bytes: it may raise anything, and says nothing of use
        yield (
            number + 1,
            unreadable(codec) or "the Avro file is cut short or damaged from here on",
        )


def _header(schema: Any) -> bytes | None:
    """The marker and fingerprint of a schema of ours whose records are read in one pass."""
    header = AVRO_MARKER + fingerprint_of(schema)
    return header if header in one_passes() else None


def _framed(block: Any, header: bytes | None) -> list[bytes] | None:
    """The records of a block as single objects; None: read it the general way."""
    if header is None:
        return None
    reader = one_passes()[header]
    value: bytes = block.bytes_.getvalue()
    found, at = [], 0
    for _ in range(block.num_records):
        end = reader.end_of(value, at)
        if end is None:
            return None
        found.append(header + value[at:end])
        at = end
    # Otherwise it is damaged, and the general reader says so.
    return found if at == len(value) else None


def _general(block: Any, schema_name: str) -> Iterator[bytes | str]:
    for record in block:
        yield _as_json(record, schema_name)


def _name(schema: Any) -> str:
    return str(schema.get("name", "")) if isinstance(schema, dict) else ""


def _as_json(record: Any, schema_name: str) -> bytes | str:
    if isinstance(record, tuple):
        # A file of several event types: a union, whose branch fastavro names.
        schema_name, record = str(record[0]), record[1]
    if not isinstance(record, dict):
        return "the Avro record has no fields"
    plain = {name: _plain(name, value) for name, value in record.items()}
    kind = _TYPES.get(schema_name.rpartition(".")[2].replace("_", "").lower())
    if kind is not None:
        plain.setdefault("event_type", kind)
    try:
        return msgspec.json.encode(plain)
    except (TypeError, ValueError, OverflowError):
        return "the Avro record holds a value that no event has"


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    if name in INSTANT_FIELDS and type(value) is int and EARLIEST <= value <= LATEST:
        return format_instant(Instant(value))
    return value
