"""The hash of an event whose payload held nothing that its type does not know (legal model 4.5).

What a record holds is hashed where it is read (`streams.wire.canonical`). The same hash comes from
the event alone, when its id comes again, as long as there were no other fields.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from streams.core.events import INSTANT_FIELDS, Event
from streams.core.identifiers import PayloadHash
from streams.core.instants import format_instant

NOT_HASHED: Final = ("trace_id", "schema_version")
"""The fields that name no fact."""

_encode = msgspec.json.Encoder(order="sorted").encode


def without_blanks(record: dict[str, Any]) -> dict[str, Any]:
    """The record without members that are null or an empty array."""
    # Most members are texts: the first look lets them pass without two comparisons.
    return {key: one for key, one in record.items() if one or (one is not None and one != [])}


def event_record(event: Event) -> dict[str, Any]:
    """The event as a plain record: instants as canonical texts, nothing empty."""
    record: dict[str, Any] = msgspec.to_builtins(event)
    for name in INSTANT_FIELDS:
        if record.get(name) is not None:
            record[name] = format_instant(record[name])
    return without_blanks(
        {key: list(one) if type(one) is tuple else one for key, one in record.items()}
    )


def hash_of(event: Event) -> PayloadHash:
    """SHA-256 of the canonical form of an event."""
    record = event_record(event)
    for name in NOT_HASHED:
        record.pop(name, None)
    return PayloadHash(hashlib.sha256(_encode(record)).hexdigest())
