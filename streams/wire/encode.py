"""Events to bytes: canonical JSON and Avro in the single-object encoding."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.events import INSTANT_FIELDS, Event
from streams.core.instants import format_instant
from streams.wire.avro import write_avro
from streams.wire.canonical import canonical_bytes, without_blanks


def event_record(event: Event) -> dict[str, Any]:
    """The event as a plain record: instants as canonical texts, nothing empty."""
    record: dict[str, Any] = msgspec.to_builtins(event)
    for name in INSTANT_FIELDS:
        if record.get(name) is not None:
            record[name] = format_instant(record[name])
    return without_blanks(
        {key: list(one) if type(one) is tuple else one for key, one in record.items()}
    )


def event_to_json(event: Event) -> bytes:
    """The canonical JSON form, as the conformance files and JSON producers write it."""
    return canonical_bytes(event_record(event), plain=True)


def event_to_avro(event: Event) -> bytes:
    """The single-object encoding with the current schema of the event's type."""
    return write_avro(event)
