"""The rows of a subject in the changelog: a stored format (architecture 4).

A key is `controller 0x1F subject 0x00 E event-id hash`, the hash 32 bytes, so that the
rows of a subject stand together, and the payloads of one event id beside each other. No
controller or subject id holds a control character, hence the first 0x00 ends the subject.
A value is one version byte and msgpack. Golden files hold the bytes fast.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from streams.core.identifiers import EventId, PayloadHash, SubjectKey
from streams.core.instants import Instant
from streams.core.state import EventRow
from streams.wire.row_parts import Dated, Owing

_Read = TypeVar("_Read")

_VERSION: Final = b"\x01"
_END: Final = b"\x00"
_EVENT: Final = b"E"

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder(EventRow).decode


class CorruptRow(Exception):
    """A stored row that cannot be read: the worker must stop, never judge on less.

    `key_hash` names the row without its subject: SHA-256 of its key, 16 hexadecimal
    digits, or None where the key was not given.
    """

    def __init__(self, problem: str, key: bytes | None = None) -> None:
        self.problem = problem
        self.key_hash = None if key is None else hashlib.sha256(key).hexdigest()[:16]
        named = "" if self.key_hash is None else f" (key hash {self.key_hash})"
        super().__init__(f"a stored row {problem}{named}")


def row_key(subject_key: SubjectKey, event_id: EventId, payload_hash: PayloadHash) -> bytes:
    """The key of the row of one payload of one event."""
    return b"".join((subject_key, _END, _EVENT, event_id.encode(), bytes.fromhex(payload_hash)))


def subject_of(key: bytes) -> SubjectKey:
    """The subject that a row belongs to. Raises CorruptRow for a key that is no row's."""
    subject, end, rest = key.partition(_END)
    if not subject or not end or not rest.startswith(_EVENT):
        raise CorruptRow("has a key of an unknown kind", key)
    return SubjectKey(subject)


def subject_prefix(subject_key: SubjectKey) -> bytes:
    """What the keys of all rows of a subject begin with, and no others."""
    return subject_key + _END


_decode_dated = msgspec.msgpack.Decoder(Dated).decode
_decode_owing = msgspec.msgpack.Decoder(Owing).decode


def encode_row(row: EventRow) -> bytes:
    """The row as stored: the same value always gives the same bytes."""
    return _VERSION + _encode(row)


def stored_form(subject_key: SubjectKey, row: EventRow) -> tuple[bytes, bytes]:
    """Key and value of a row in the changelog."""
    fact = row.fact
    return row_key(subject_key, fact.event.event_id, fact.payload_hash), encode_row(row)


def decode_row(value: bytes, key: bytes | None = None) -> EventRow:
    """The row as read back; `key` only names it in the error. Raises CorruptRow."""
    return _read(_decode, value, key)


def ages(value: bytes, key: bytes | None = None) -> tuple[Instant, Instant]:
    """When the event of a row occurred, and when it arrived, for a fifth of the cost.

    It arrived at its ingestion time, or at the partition time when it was taken in if that
    is later. Raises CorruptRow.
    """
    dated = _read(_decode_dated, value, key)
    fact, taken_at = dated.fact, dated.taken_at
    arrived_at = fact.ingested_at
    if taken_at is not None and taken_at > arrived_at:
        arrived_at = taken_at
    return fact.event.occurred_at, arrived_at


def next_deadline(value: bytes, key: bytes | None = None) -> Instant | None:
    """`EventRow.next_deadline` of a row as stored, without its fact. Raises CorruptRow."""
    owing = _read(_decode_owing, value, key)
    if not owing.published and not owing.duties:
        return None
    ends = [one.label_due for one in owing.published.values()]
    ends += [owed.overdue_after for owed in owing.duties.values()]
    return min((end for end in ends if end is not None), default=None)


def _read(decode: Callable[[memoryview], _Read], value: bytes, key: bytes | None) -> _Read:
    if value[:1] != _VERSION:
        raise CorruptRow("has a version that this release cannot read", key)
    try:
        return decode(memoryview(value)[1:])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # The original error may quote a value.
        raise CorruptRow("cannot be read", key) from None
