"""Events in Avro container files, whatever the schema."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import fastavro

from streams.core.instants import parse_instant
from streams.files.read import Found, Line, read_events
from streams.wire.decode import Decoded, decode
from tests.check.events import AT, share

MILLIS = parse_instant(AT)
EVENT = {name: value for name, value in share("e").items() if name != "event_type"}


def schema_with(**types: Any) -> dict[str, Any]:
    """A schema with the fields of a share, some of them of another type."""
    listed: Any = {"type": "array", "items": "string"}
    own = dict.fromkeys(EVENT, "string") | {
        "data_categories": listed,
        "occurred_at": instant("timestamp-millis"),
    }
    return {
        "type": "record",
        "name": "com.example.DataShare",
        "fields": [{"name": name, "type": kind} for name, kind in (own | types).items()],
    }


def instant(logical: str | None, **more: Any) -> dict[str, Any]:
    return {"type": "long"} | ({"logicalType": logical} if logical else {}) | more


def read(tmp_path: Path, schema: Any, *records: dict[str, Any], codec: str = "null") -> list[Found]:
    """What is read of a container file; instants are given as the bare integers."""
    content = io.BytesIO()
    # Written without logical types: the library would turn the integers.
    fastavro.writer(content, fastavro.parse_schema(bare(schema)), records, codec=codec)
    file = tmp_path / "a.avro"
    file.write_bytes(replace_schema(content.getvalue(), json.dumps(schema).encode()))
    return list(read_events([str(file)]))


def bare(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: bare(one) for key, one in schema.items() if key != "logicalType"}
    return [bare(one) for one in schema] if isinstance(schema, list) else schema


def replace_schema(content: bytes, schema: bytes) -> bytes:
    """The same file with another schema in its header."""
    reader = fastavro.block_reader(io.BytesIO(content))
    metadata = reader.metadata | {"avro.schema": schema.decode()}
    out = io.BytesIO(b"")
    out.write(b"Obj\x01" + long(len(metadata)))
    for name, value in metadata.items():
        for text in (name.encode(), value.encode()):
            out.write(long(len(text)) + text)
    out.write(long(0))
    body = content.index(reader._header["sync"]) + 16
    sync: bytes = reader._header["sync"]
    return out.getvalue() + sync + content[body:]


def long(number: int) -> bytes:
    number = (number << 1) ^ (number >> 63)
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def event(found: Found) -> Any:
    assert isinstance(found, Line), found
    decoded = decode(found.value, None)
    assert isinstance(decoded, Decoded), decoded
    return decoded.event


def record(**fields: Any) -> dict[str, Any]:
    return EVENT | {"occurred_at": MILLIS} | fields
