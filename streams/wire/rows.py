"""The rows of a subject in the changelog: a stored format (architecture 4).

A value is one version byte and msgpack. Version 1 is an event as this program writes it,
version 2 what the producer sent, with where it stood. Golden files hold the bytes fast. Keys
are in `streams.wire.row_keys`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.event_kinds import key_of
from streams.core.events import EVENT_CLASSES, Envelope
from streams.core.identifiers import EventId, SubjectKey
from streams.core.nothing_published import NO_DUTIES, NOTHING_PUBLISHED
from streams.core.state import EventRow, Fact, FactSource, RefusalRow
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.native.fields import read_by_place
from streams.native.library import LIBRARY
from streams.native.writers import row_writer
from streams.wire.produced_events import event_again
from streams.wire.row_glances import (
    PRODUCED,
    VERSION,
    ages,
    decode_produced,
    decode_refusal,
    next_deadline,
    read,
    restriction_in_produced,
)
from streams.wire.row_keys import (
    CorruptRow,
    event_of,
    fact_key,
    first_key,
    hashed_key,
    is_refusal,
    refusal_key,
    row_key,
    subject_of,
    subject_prefix,
)
from streams.wire.row_parts import ProducedRow

__all__ = [
    "CorruptRow",
    "ages",
    "decode_any",
    "decode_refusal",
    "decode_row",
    "encode_row",
    "event_of",
    "fact_key",
    "first_key",
    "hashed_key",
    "is_refusal",
    "next_deadline",
    "refusal_key",
    "restriction_in_produced",
    "row_key",
    "rows_by_key",
    "stored_as_sent",
    "stored_form",
    "stored_refusal",
    "subject_of",
    "subject_prefix",
]

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder(EventRow).decode

read_by_place(LIBRARY, (*EVENT_CLASSES.values(), Fact, FactSource, EventRow))
_letters = {one: key_of(kind, EventId("")).encode() for kind, one in EVENT_CLASSES.items()}
_native: Any = row_writer(LIBRARY, EventRow, Fact, FactSource, Envelope, _letters)


def encode_row(row: EventRow | RefusalRow) -> bytes:
    """The row as stored: the same value always gives the same bytes."""
    if isinstance(row, EventRow) and row.fact.payload_hash is None:
        return _encode_produced(row)
    return VERSION + _encode(row)


def _encode_produced(row: EventRow) -> bytes:
    fact = row.fact
    source, value = fact.source, fact.value
    assert value is not None  # or its hash would be known
    return PRODUCED + _encode(
        ProducedRow(
            source.topic,
            source.partition,
            source.offset,
            fact.ingested_at,
            fact.event.occurred_at,
            value,
            row.policy_digest,
            row.taken_at,
            row.published,
            row.duties,
            row.erases,
            row.restricted_since,
        )
    )


def stored_form(subject_key: SubjectKey, row: EventRow) -> tuple[bytes, bytes]:
    """Key and value of a row in the changelog."""
    if _native is not None:
        found: tuple[bytes, bytes] | None = _native.stored_form(subject_key, row)
        if found is not None:
            return found
    return fact_key(subject_key, row.fact), encode_row(row)


def stored_as_sent(
    subject_key: SubjectKey, fact: Fact, record: SubjectRecord
) -> tuple[bytes, bytes]:
    """The same of a record that says nothing beside its `fact`, without its row as an object."""
    if _native is not None:
        found: tuple[bytes, bytes] | None = _native.stored_fact(
            subject_key, fact, record.policy_digest, record.taken_at
        )
        if found is not None:
            return found
    return stored_form(subject_key, record.row)


def stored_refusal(subject_key: SubjectKey, row: RefusalRow) -> tuple[bytes, bytes]:
    """Key and value of a row of refused records in the changelog."""
    return refusal_key(subject_key, key_of(row.event_type, row.event_id)), encode_row(row)


def rows_by_key(subject_key: SubjectKey, subject: Subject) -> dict[bytes, EventRow | RefusalRow]:
    """All rows of a subject: of every payload, and of refused records."""
    found: dict[bytes, EventRow | RefusalRow] = {}
    for record in subject.records.values():
        for row in (record.row, *record.others):
            found[fact_key(subject_key, row.fact)] = row
    for refused_key, refused in subject.refusals.items():
        found[refusal_key(subject_key, refused_key)] = refused
    return found


def decode_row(value: bytes, key: bytes | None = None) -> EventRow:
    """The row of an event as read back; `key` only names it in the error. Raises CorruptRow."""
    if value[:1] == PRODUCED:
        return _produced(value, key)
    row = read(_decode, value, key)
    if row.fact.payload_hash is None:
        raise CorruptRow("has a fact without its hash", key)
    return row


def _produced(value: bytes, key: bytes | None) -> EventRow:
    one = read(decode_produced, value, key, PRODUCED)
    event = event_again(one.value)
    if event is None:
        raise CorruptRow("holds an event that cannot be read", key)
    fact = Fact(
        event=event,
        ingested_at=one.ingested_at,
        source=FactSource(one.topic, one.partition, one.offset),
        value=one.value,
    )
    return EventRow(
        fact=fact,
        policy_digest=one.policy_digest,
        published=one.published or NOTHING_PUBLISHED,
        duties=one.duties or NO_DUTIES,
        taken_at=one.taken_at,
        erases=one.erases,
        restricted_since=one.restricted_since,
    )


def decode_any(value: bytes, key: bytes) -> EventRow | RefusalRow:
    """A row of either kind, which its key states. Raises CorruptRow."""
    return decode_refusal(value, key) if is_refusal(key) else decode_row(value, key)
