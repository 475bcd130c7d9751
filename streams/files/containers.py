"""Avro object container files, record by record, as bytes that the wire reads.

The file carries its own schema, so any producer's will do whose fields have the names of
ours: its records become JSON. Where the schema is one of ours, a record only gets the marker
and the fingerprint before its bytes. Either goes through the same decoder as everything else.
A schema that could be misread is refused as a whole (streams.files.avro_fields).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO, Any, Final

import fastavro
import msgspec

from streams.files.avro_blocks import (
    CONTAINER_MAGIC,
    Block,
    BrokenContainerError,
    read_blocks,
    read_header,
)
from streams.files.avro_fields import Fields, UnreadableError
from streams.files.avro_guard import CutShortError, Measure, TooMuchError
from streams.files.records import Damaged, Line, Lines, Pieces, Unread
from streams.wire.avro_fast_path import AvroFastPath, avro_fast_paths
from streams.wire.framing import AVRO_MARKER
from streams.wire.schemas import fingerprint_of

__all__ = ["CONTAINER_MAGIC", "container_records"]

_RECORDS: Final = ("record", "error")


AT_ONCE: Final = 1_000
"""Records that come together at most."""


def container_records(file: str, stream: IO[bytes]) -> Iterator[Pieces]:
    """Every record of a container file, numbered from 1.

    Those of a schema of ours come together, block by block. After a damaged block nothing more can be read of the file.
    """
    number = 0
    try:
        header = read_header(stream)
        schema = _Schema(header.get("avro.schema", b""))
        for block in read_blocks(stream, header):
            ends = schema.ends(block)
            if ends:
                start = 0
                for first in range(0, len(ends), AT_ONCE):
                    some = ends[first : first + AT_ONCE]
                    yield Lines(file, number + 1, schema.header, block.data, start, some)
                    number += len(some)
                    start = some[-1]
                continue
            for value in schema.general(block):
                number += 1
                if isinstance(value, str):
                    yield Damaged(file, number, value)
                else:
                    yield Line(file, number, value)
    except UnreadableError as error:
        yield Unread(file, 0, str(error))
    except (BrokenContainerError, TooMuchError) as error:
        yield Unread(file, number and number + 1, str(error))
    except CutShortError:
        yield Unread(
            file, number and number + 1, "the Avro file is cut short or damaged from here on"
        )


class _Schema:
    """How the records of a file are read."""

    def __init__(self, source: bytes) -> None:
        """Raises UnreadableError for a schema that is none, or would be misread."""
        try:
            schema = json.loads(source)
            plain = _without_logical_types(schema)
            self._parsed = fastavro.parse_schema(plain)
            branches = [one for one in _branches(fastavro.parse_schema(schema)) if one != "null"]
            self._measure = Measure(self._parsed)
        except Exception:  # noqa: BLE001 - a reader of foreign text may raise anything
            raise UnreadableError("its Avro schema cannot be read") from None
        if not branches or not all(
            isinstance(one, dict) and one["type"] in _RECORDS and one["fields"] for one in branches
        ):
            raise UnreadableError("its Avro schema is not one of records with fields")
        try:
            self._fields = {str(one["name"]): Fields(one) for one in branches}
            self._only = next(iter(self._fields)) if not isinstance(schema, list) else None
            ours = self._ours(schema) if self._only else None
        except UnreadableError:
            raise
        except Exception:  # noqa: BLE001 - what the library lets pass may still be anything
            raise UnreadableError("its Avro schema cannot be read") from None
        self.header = ours or b""
        """What goes before a record that stands alone; empty for a schema that is not ours."""
        self._path = None if ours is None else avro_fast_paths()[ours]

    def _ours(self, schema: Any) -> bytes | None:
        """The marker and fingerprint of a schema of ours whose records are read in one pass.

        The fingerprint does not see units: a file in microseconds has the same.
        """
        header = AVRO_MARKER + fingerprint_of(schema)
        in_millis = all(fields.in_millis for fields in self._fields.values())
        return header if in_millis and header in avro_fast_paths() else None

    def ends(self, block: Block) -> list[int] | None:
        """Where the records of a block end; None: read it the general way."""
        path = self._path
        if path is None:
            return None
        if path.native is not None:
            found: list[int] | None = path.native.ends(block.data, block.records)
            return found
        return plain_ends(path, block)

    def general(self, block: Block) -> Iterator[bytes | str]:
        """Each record as JSON, or what is wrong with it.

        Raises TooMuchError and CutShortError where the next one is not to be found.
        """
        value, at = block.data, 0
        for _ in range(block.records):
            end = self._measure.end_of(value, at)
            if end == at:
                raise CutShortError  # a record of no bytes is no event, and there is no end to them
            yield self._as_json(value[at:end])
            at = end
        if at != len(value):
            raise CutShortError

    def _as_json(self, value: bytes) -> bytes | str:
        try:
            read: Any = fastavro.schemaless_reader(
                BytesIO(value), self._parsed, None, return_record_name=True
            )
        except Exception:  # noqa: BLE001 - a reader of foreign bytes: it may raise anything, and says nothing of use
            return "the Avro record does not fit the schema of its file"
        name, record = read if isinstance(read, tuple) else (self._only, read)
        if name is None or not isinstance(record, Mapping):
            return "the Avro record has no fields"
        try:
            return msgspec.json.encode(self._fields[name].plain(record))
        except UnreadableError as error:
            return str(error)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return "the Avro record holds a value that no event has"


def plain_ends(path: AvroFastPath, block: Block) -> list[int] | None:
    """Where the records of a block end, without C; None: it is not as most are."""
    value, ends, at = block.data, list[int](), 0
    for _ in range(block.records):
        end = path.end_of(value, at)
        if end is None or end == at:
            return None
        ends.append(end)
        at = end
    # Otherwise it is damaged, and the general way says where.
    return ends if at == len(value) else None


def _branches(schema: Any) -> list[Any]:
    return schema if isinstance(schema, list) else [schema]


def _without_logical_types(schema: Any) -> Any:
    """The schema with the plain types that are in the bytes; units are ours to heed."""
    if isinstance(schema, list):
        return [_without_logical_types(part) for part in schema]
    if isinstance(schema, dict):
        return {
            # A default is data, not schema.
            key: part if key == "default" else _without_logical_types(part)
            for key, part in schema.items()
            if key != "logicalType"
        }
    return schema
