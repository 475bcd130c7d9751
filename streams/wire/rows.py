"""The rows of a subject in the changelog: a stored format (architecture 4).

A key is `controller 0x1F subject 0x00 E event-id hash`, the hash 32 bytes, so that the
rows of a subject stand together, and the payloads of one event id beside each other. Of
records that were refused under an event's type and id (Q01) it is `controller 0x1F subject
0x00 R event-key`, the key of `streams.core.events.key_of`. No controller or subject id holds a
control character, hence the first 0x00 ends the subject. A value is one version byte and
msgpack. Golden files hold the bytes fast.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from streams.core.events import key_of
from streams.core.identifiers import EventId, EventKey, PayloadHash, SubjectKey
from streams.core.instants import Instant
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject
from streams.wire.row_parts import Dated, Owing

_Read = TypeVar("_Read")

_VERSION: Final = b"\x01"
_END: Final = b"\x00"
_EVENT: Final = b"E"
_REFUSAL: Final = b"R"
_KINDS: Final = (_EVENT, _REFUSAL)
_REFUSED: Final = _END + _REFUSAL
_HASH_BYTES: Final = 32

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder(EventRow).decode
_decode_refusal = msgspec.msgpack.Decoder(RefusalRow).decode


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


def refusal_key(subject_key: SubjectKey, event_key: EventKey) -> bytes:
    """The key of the row of the records that were refused under an event's type and id."""
    return b"".join((subject_key, _REFUSED, event_key.encode()))


def is_refusal(key: bytes) -> bool:
    """Whether a row's key is that of refused records."""
    return key.startswith(_REFUSED, key.find(_END))


def subject_of(key: bytes) -> SubjectKey:
    """The subject that a row belongs to. Raises CorruptRow for a key that is no row's."""
    subject, end, rest = key.partition(_END)
    if not subject or not end or not rest.startswith(_KINDS):
        raise CorruptRow("has a key of an unknown kind", key)
    return SubjectKey(subject)


def event_of(key: bytes) -> EventId:
    """The event id that a row's key names. Raises CorruptRow for a key that is no row's."""
    subject = subject_of(key)
    rest = key[len(subject) + len(_REFUSED) :]
    try:
        # A refused id stands behind the letter of its type, an event's before the hash.
        return EventId(rest.decode()[1:] if is_refusal(key) else rest[:-_HASH_BYTES].decode())
    except UnicodeDecodeError:
        raise CorruptRow("has a key that cannot be read", key) from None


def subject_prefix(subject_key: SubjectKey) -> bytes:
    """What the keys of all rows of a subject begin with, and no others."""
    return subject_key + _END


_decode_dated = msgspec.msgpack.Decoder(Dated).decode
_decode_owing = msgspec.msgpack.Decoder(Owing).decode


def encode_row(row: EventRow | RefusalRow) -> bytes:
    """The row as stored: the same value always gives the same bytes."""
    return _VERSION + _encode(row)


def stored_form(subject_key: SubjectKey, row: EventRow) -> tuple[bytes, bytes]:
    """Key and value of a row in the changelog."""
    fact = row.fact
    return row_key(subject_key, fact.event.event_id, fact.payload_hash), encode_row(row)


def stored_refusal(subject_key: SubjectKey, row: RefusalRow) -> tuple[bytes, bytes]:
    """Key and value of a row of refused records in the changelog."""
    return refusal_key(subject_key, key_of(row.event_type, row.event_id)), encode_row(row)


def rows_by_key(subject_key: SubjectKey, subject: Subject) -> dict[bytes, EventRow | RefusalRow]:
    """All rows of a subject: of every payload, and of refused records."""
    found: dict[bytes, EventRow | RefusalRow] = {}
    for record in subject.records.values():
        for row in (record.row, *record.others):
            fact = row.fact
            found[row_key(subject_key, fact.event.event_id, fact.payload_hash)] = row
    for event_key, refused in subject.refusals.items():
        found[refusal_key(subject_key, event_key)] = refused
    return found


def decode_row(value: bytes, key: bytes | None = None) -> EventRow:
    """The row of an event as read back; `key` only names it in the error. Raises CorruptRow."""
    return _read(_decode, value, key)


def decode_refusal(value: bytes, key: bytes | None = None) -> RefusalRow:
    """The row of refused records as read back, in the same way. Raises CorruptRow."""
    return _read(_decode_refusal, value, key)


def decode_any(value: bytes, key: bytes) -> EventRow | RefusalRow:
    """A row of either kind, which its key states. Raises CorruptRow."""
    return decode_refusal(value, key) if is_refusal(key) else decode_row(value, key)


def ages(value: bytes, key: bytes | None = None) -> tuple[Instant, Instant]:
    """When the event of a row occurred, and when it arrived, for a fifth of the cost.

    It arrived at its ingestion time, or at the partition time when it was taken in if that
    is later. The event of refused records occurred when they arrived at the latest. Raises
    CorruptRow.
    """
    if key is not None and is_refusal(key):
        row = decode_refusal(value, key)
        occurred_at = row.arrived_at if row.occurred_at is None else row.occurred_at
        return min(occurred_at, row.arrived_at), row.arrived_at
    dated = _read(_decode_dated, value, key)
    fact, taken_at = dated.fact, dated.taken_at
    arrived_at = fact.ingested_at
    if taken_at is not None and taken_at > arrived_at:
        arrived_at = taken_at
    return fact.event.occurred_at, arrived_at


def next_deadline(value: bytes, key: bytes | None = None) -> Instant | None:
    """`EventRow.next_deadline` of a row as stored, without its fact. Raises CorruptRow.

    None for refused records, of which no tick brings anything.
    """
    if key is not None and is_refusal(key):
        decode_refusal(value, key)
        return None
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
