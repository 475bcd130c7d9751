"""A record that could not be judged, kept whole with the reason.

Its bytes may hold personal data: they go to topics with short retention and into no log.
"""

from __future__ import annotations

from typing import Any

import msgspec

from streams.core.findings import DeadLetter
from streams.core.instants import Instant
from streams.wire.avro import read_record, write_record
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_MARKER
from streams.wire.schemas import DEAD_LETTER


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """The record as it stood on its topic. `timestamp` is the record timestamp."""

    topic: str
    partition: int
    offset: int
    timestamp: Instant | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    def __repr__(self) -> str:
        """Names the record and leaves its contents out: a log may get to see this."""
        return f"Original({self.topic!r}, {self.partition}, {self.offset})"


class StoredDeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter as stored: the record, what is wrong with it, and when it was met."""

    original: Original
    letter: DeadLetter
    detected_at: Instant


def encode_dead_letter(original: Original, letter: DeadLetter, detected_at: Instant) -> bytes:
    """The value of a record on the dead-letter and quarantine topics."""
    record: dict[str, Any] = {
        "topic": original.topic,
        "partition": original.partition,
        "offset": original.offset,
        "timestamp": original.timestamp,
        "key": original.key,
        "value": original.value,
        "headers": [{"key": key, "value": value} for key, value in original.headers],
        "code": letter.code,
        "reason": letter.reason,
        "field": letter.field,
        "detected_at": detected_at,
    }
    return write_record(DEAD_LETTER, record)


def decode_dead_letter(value: bytes) -> StoredDeadLetter:
    """Read what `encode_dead_letter` wrote, now or in an earlier release. Raises WireError."""
    if not value.startswith(AVRO_MARKER):
        raise WireError("a dead letter begins with the Avro marker C3 01")
    name, record = read_record(value)
    if name != DEAD_LETTER:
        raise WireError(f"the record is a {name}, not a dead letter")
    return StoredDeadLetter(
        original=Original(
            topic=record["topic"],
            partition=record["partition"],
            offset=record["offset"],
            timestamp=record["timestamp"],
            key=record["key"],
            value=record["value"],
            headers=tuple((one["key"], one["value"]) for one in record["headers"]),
        ),
        letter=DeadLetter(code=record["code"], reason=record["reason"], field=record["field"]),
        detected_at=record["detected_at"],
    )
