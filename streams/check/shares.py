"""Which of several processes judges a record: all of a subject go to the same."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import msgspec

from streams.check.undecoded import checksum, leading_key
from streams.core.identifiers import ControllerId, SubjectId, subject_key
from streams.files.records import Found, Line
from streams.wire.decode import Rejected, decode
from streams.wire.framing import AVRO_HEADER, AVRO_MARKER
from streams.wire.schemas import schemas


class Share(NamedTuple):
    """One of so many processes that judge together, by its number from 0 on."""

    number: int
    of: int

    def has(self, record: Found) -> bool:
        """Whether it judges a record. What belongs to nobody is the first one's."""
        return self.of == 1 or share_of(record, self.of) == self.number


ALL: Final = Share(0, 1)


class _Key(msgspec.Struct):
    """The subject of a record, whatever else it holds."""

    controller_id: str
    subject_id: str


def share_of(record: Found, of: int) -> int:
    """Which share a record belongs to. One that names no subject is refused by any."""
    key = subject_in(record.value) if isinstance(record, Line) else None
    return checksum(key) % of if key is not None else 0


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
def leads_with_ids(header: bytes) -> bool:
    """Whether the records of a schema begin with these three texts, as those of ours do.

    `header` is what stands before each: the marker and the fingerprint.
    """
    schema = schemas().by_fingerprint.get(header[len(AVRO_MARKER) :])
    first = schema.parsed["fields"][: len(_LEADING)] if schema is not None else []
    return [(one["name"], one["type"]) for one in first] == [(name, "string") for name in _LEADING]


def _subject_in_avro(value: bytes) -> bytes | None:
    """Looks at the first bytes where it can: reading all of it is for those that judge."""
    if leads_with_ids(value[:AVRO_HEADER]):
        key = leading_key(value, AVRO_HEADER)
        if key is not None:
            return key
    decoded = decode(value, None)
    if isinstance(decoded, Rejected):
        return None if decoded.subject is None else subject_key(*decoded.subject)
    return subject_key(decoded.event.controller_id, decoded.event.subject_id)
