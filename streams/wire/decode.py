"""A record's value to an event, or to the reason why it is none.

Bad input is a value here, never an exception: whatever the bytes, `decode` returns.
What a record holds is looked at for raw personal data before its form is judged, so
that a malformed event with an address in it goes to quarantine, not to the ordinary
dead letters.
"""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.event_hash import without_blanks
from streams.core.events import Event
from streams.core.identifiers import PayloadHash
from streams.core.vocabulary import EventType
from streams.unpacking.cut import CutBytes
from streams.wire.avro import read_avro
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.canonical import payload_hash
from streams.wire.cloud_events import Headers, opened
from streams.wire.envelopes import envelope_fault
from streams.wire.errors import WireError
from streams.wire.foreign_bytes import framing_words, words_for
from streams.wire.framing import (
    AVRO_HEADER,
    Framing,
    HeaderFramed,
    RegistryDecoder,
    confluent_schema_id,
    framing_of,
)
from streams.wire.guard import RAW, check_and_guard, guard_bytes, guard_record
from streams.wire.jsonl import read_json
from streams.wire.names import unknown_names
from streams.wire.rejected import Rejected, reject_bytes, reject_raw, reject_record
from streams.wire.validate import (
    integers_to_instants,
    texts_to_instants,
    to_event,
    type_of,
)

__all__ = ["RAW", "Decoded", "Rejected", "decode"]

MAX_BYTES = 1_048_576
"""The longest value that is read; an event has some five hundred bytes."""


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """An event and the hash of its canonical form.

    `unknown_fields` counts the fields that its type does not know, which nothing reads.
    """

    event: Event
    payload_hash: PayloadHash
    unknown_fields: int = 0


def decode(
    value: bytes | None,
    expected: EventType | None,
    registry: RegistryDecoder | None = None,
    max_bytes: int = MAX_BYTES,
) -> Decoded | Rejected:
    """Read the value of a record.

    A value of more than `max_bytes` is none; one of a few kilobytes is read all the same.
    `expected` is the event type of its topic (None: any). `registry` reads the framing of a
    schema registry; without one such records are rejected, with the reason and what to do.
    """
    if value is not None and type(value) is not CutBytes:
        if registry is not None and (value[:1] == b"\0" or type(value) is HeaderFramed):
            single = registry.single_object(value)
            if single is not None:
                value = single
        one_pass = avro_fast_paths().get(value[:AVRO_HEADER])
        if one_pass is not None and (expected is None or one_pass.kind is expected):
            read = one_pass.read(value)
            if read is not None:
                return Decoded(*read)
    return decode_at_length(value, expected, registry, max_bytes)


def decode_cloud_event(
    value: bytes | None,
    headers: Headers,
    expected: EventType | None,
    registry: RegistryDecoder | None = None,
    max_bytes: int = MAX_BYTES,
) -> Decoded | Rejected:
    """As `decode`, for a record that may be a CloudEvent, structured or binary.

    What the event does not state is taken from the attributes (`wire.cloud_events`).
    """
    if value is None or type(value) is CutBytes or len(value) > max_bytes:
        return decode(value, expected, registry, max_bytes)
    try:
        found = opened(value, headers)
    except WireError as error:
        return _rejected(error, value, None, expected)
    if found is None:
        return decode(value, expected, registry, max_bytes)
    inner, stated = found
    # Binary: structured data has no framing.
    if registry is not None and (inner[:1] == b"\0" or type(inner) is HeaderFramed):
        single = registry.single_object(inner)
        if single is not None:
            inner = single
    return decode_at_length(inner, expected, registry, max_bytes, stated)


def decode_at_length(
    value: bytes | None,
    expected: EventType | None,
    registry: RegistryDecoder | None = None,
    max_bytes: int = MAX_BYTES,
    stated: dict[str, str] | None = None,
) -> Decoded | Rejected:
    """As `decode`, by the way that takes any bytes: what the short way gives must equal it.

    `stated` are fields that stand beside the value, for those that it does not have itself.
    """
    record: dict[str, Any] | None = None
    try:
        if value is None:
            raise WireError("the record is a tombstone; input topics hold events only")
        record, from_json = _read(value, expected, registry, max_bytes)
        if stated is not None and from_json:
            record |= {name: one for name, one in stated.items() if record.get(name) is None}
        record = without_blanks(record)
        kind = type_of(record, expected)
        unknown = unknown_names(kind, record)
        instants = texts_to_instants(record) if from_json else integers_to_instants(record)
        event = to_event(kind, record, instants)
        found = check_and_guard(kind, record)
    except WireError as error:
        if registry is not None and value is not None and record is not None:
            schema_id = registry.schema_id(value)
            if schema_id is not None:
                said = f"{error.reason} (schema id {schema_id} of the registry)"
                return _rejected(WireError(said, error.field), value, record, expected)
        return _rejected(error, value, record, expected)
    if found is not None:
        return reject_raw(found, record, kind)
    return Decoded(event, payload_hash(record, plain=unknown == 0), unknown)


def _read(
    value: bytes, expected: EventType | None, registry: RegistryDecoder | None, max_bytes: int
) -> tuple[dict[str, Any], bool]:
    """The plain record, and whether it is as JSON gives it (instants are texts there)."""
    if isinstance(value, CutBytes):
        if value.length is None:
            raise WireError(
                "the record could not be unpacked: its batch is damaged, or becomes larger than "
                "a gibibyte; send smaller batches"
            )
        raise WireError(f"the record is longer than {max_bytes} bytes")
    if not value:
        raise WireError("the record is empty; send an event as a JSON object or in Avro")
    if len(value) > max_bytes:
        raise WireError(f"the record is longer than {max_bytes} bytes")
    if registry is not None and registry.schema_id(value) is not None:
        found: dict[str, Any] = registry.read(value)
        if expected is not None and "event_type" not in found:
            # Its schema is the topic's; what is of another type lacks what this one needs.
            found["event_type"] = expected.value
        return found, True
    framing = framing_of(value)
    if framing is Framing.JSON:
        return read_json(value), True
    if framing is Framing.AVRO:
        return read_avro(value), False
    if framing is Framing.CONFLUENT:
        raise WireError(framing_words(confluent_schema_id(value), value))
    raise WireError(words_for(value))


def _rejected(
    error: WireError,
    value: bytes | None,
    record: dict[str, Any] | None,
    expected: EventType | None,
) -> Rejected:
    """Personal data outweigh a fault of form: the record is then quarantined."""
    if record is None:
        found = None if value is None else guard_bytes(value)
        return reject_bytes(error, expected) if found is None else reject_raw(found, {}, expected)
    found = guard_record(record)
    if found is not None:
        return reject_raw(found, record, expected)
    return reject_record(envelope_fault(record) or error, record, expected)
