"""What becomes of the bytes of a record, which must be read or must be rejected."""

from __future__ import annotations

from streams.core.vocabulary import EventType
from streams.wire.decode import Decoded, Rejected, decode

SHARE = EventType.DATA_SHARE


def good(value: bytes, expected: EventType | None = None) -> Decoded:
    decoded = decode(value, expected)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def bad(value: bytes | None, expected: EventType | None = None) -> Rejected:
    rejected = decode(value, expected)
    assert isinstance(rejected, Rejected), rejected
    assert rejected.dead_letter.code == "UNPROCESSABLE_EVENT"
    return rejected
