"""Which of several processes judges a record: all of a subject go to the same."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final
from zlib import crc32

import msgspec
from fastavro import parse_schema, schemaless_reader

from streams.core.identifiers import ControllerId, SubjectId, subject_key
from streams.files.records import Found, Line
from streams.wire.decode import Rejected, decode
from streams.wire.framing import AVRO_HEADER, AVRO_MARKER
from streams.wire.schemas import schemas


class _Key(msgspec.Struct):
    """The subject of a record, whatever else it holds."""

    controller_id: str
    subject_id: str


def share_of(record: Found, of: int) -> int:
    """Which share a record belongs to. One that names no subject is refused by any."""
    key = subject_in(record.value) if isinstance(record, Line) else None
    return crc32(key) % of if key is not None else 0


def subject_in(value: bytes) -> bytes | None:
    """The subject's key in a record, as text or in Avro; None where it names none."""
    if value.startswith(AVRO_MARKER):
        return _subject_in_avro(value)
    try:
        key = _key(value)
        return subject_key(ControllerId(key.controller_id), SubjectId(key.subject_id))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


_key = msgspec.json.Decoder(_Key).decode


_LEADING: Final = ("event_id", "controller_id", "subject_id")


@cache
def _leads_with_ids(fingerprint: bytes) -> bool:
    """Whether the records of a schema begin with these three texts, as those of ours do."""
    schema = schemas().by_fingerprint.get(fingerprint)
    first = schema.parsed["fields"][: len(_LEADING)] if schema is not None else []
    return [(one["name"], one["type"]) for one in first] == [(name, "string") for name in _LEADING]


def _subject_in_avro(value: bytes) -> bytes | None:
    """Looks at the first bytes where it can: reading all of it is for those that judge."""
    if _leads_with_ids(value[len(AVRO_MARKER) : AVRO_HEADER]):
        body = BytesIO(value)
        body.seek(AVRO_HEADER)
        try:
            _, controller_id, subject_id = (schemaless_reader(body, _TEXT, None) for _ in _LEADING)
            return subject_key(str(controller_id), str(subject_id))
        except Exception:  # noqa: BLE001 - a reader of foreign bytes may raise anything
            return None
    decoded = decode(value, None)
    if isinstance(decoded, Rejected):
        return None if decoded.subject is None else subject_key(*decoded.subject)
    return subject_key(decoded.event.controller_id, decoded.event.subject_id)


_TEXT: Final = parse_schema("string")
