"""Stored rows read back, whole or as far as somebody asks (their form: `streams.wire.rows`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from streams.core import due
from streams.core.instants import Instant
from streams.core.state import RefusalRow
from streams.wire.row_keys import CorruptRow, is_refusal
from streams.wire.row_parts import Dated, Owing, ProducedRow

_Read = TypeVar("_Read")

VERSION: Final = b"\x01"
PRODUCED: Final = b"\x02"
"""The version of a row that holds what the producer sent."""

_BEYOND: Final = 1 << 63
"""Instants are of 64 bits."""

decode_produced = msgspec.msgpack.Decoder(ProducedRow).decode
_decode_refusal = msgspec.msgpack.Decoder(RefusalRow).decode
_decode_dated = msgspec.msgpack.Decoder(Dated).decode
_decode_owing = msgspec.msgpack.Decoder(Owing).decode


def decode_refusal(value: bytes, key: bytes | None = None) -> RefusalRow:
    """The row of refused records as read back, in the same way. Raises CorruptRow."""
    return read(_decode_refusal, value, key)


def restriction_in_produced(value: bytes) -> Instant | None:
    """The mark of a restriction in a row of version 2; None in any other row. Raises CorruptRow."""
    if value[:1] != PRODUCED:
        return None
    return read(decode_produced, value, None, PRODUCED).restricted_since


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
    if value[:1] == PRODUCED:
        produced = read(decode_produced, value, key, PRODUCED)
        occurred_at, arrived_at = produced.occurred_at, produced.ingested_at
        taken_at = produced.taken_at
    else:
        dated = read(_decode_dated, value, key)
        occurred_at, arrived_at = dated.fact.event.occurred_at, dated.fact.ingested_at
        taken_at = dated.taken_at
    if taken_at is not None and taken_at > arrived_at:
        arrived_at = taken_at
    return occurred_at, arrived_at


def next_deadline(value: bytes, key: bytes | None = None) -> Instant | None:
    """`due.next_deadline` of a row as stored, without its fact. Raises CorruptRow.

    None for refused records, of which no tick brings anything.
    """
    if key is not None and is_refusal(key):
        decode_refusal(value, key)
        return None
    if value[:1] == PRODUCED:
        produced = read(decode_produced, value, key, PRODUCED)
        published, duties = produced.published, produced.duties
    else:
        owing = read(_decode_owing, value, key)
        published, duties = owing.published, owing.duties
    found = due.next_deadline(published, duties)
    if found is not None and not -_BEYOND <= found < _BEYOND:
        raise CorruptRow("has a deadline that is no instant", key)
    return found


def read(
    decode: Callable[[memoryview], _Read],
    value: bytes,
    key: bytes | None,
    version: bytes = VERSION,
) -> _Read:
    """What a decoder makes of a row of a version. Raises CorruptRow; `key` names it there."""
    if value[:1] != version:
        raise CorruptRow("has a version that this release cannot read", key)
    try:
        return decode(memoryview(value)[1:])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # The original error may quote a value.
        raise CorruptRow("cannot be read", key) from None
