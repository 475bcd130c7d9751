"""Events to bytes: canonical JSON and Avro in the single-object encoding."""

from __future__ import annotations

from streams.core.event_hash import event_record
from streams.core.events import Event
from streams.wire.avro import write_avro
from streams.wire.canonical import canonical_bytes

__all__ = ["event_record", "event_to_avro", "event_to_json"]


def event_to_json(event: Event) -> bytes:
    """The canonical JSON form, as the conformance files and JSON producers write it."""
    return canonical_bytes(event_record(event), plain=True)


def event_to_avro(event: Event) -> bytes:
    """The single-object encoding with the current schema of the event's type."""
    return write_avro(event)
