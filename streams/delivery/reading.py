"""A record of the output topics as a letter, or why it is none."""

from __future__ import annotations

from typing import Final, NamedTuple

from streams.settings.names import TopicNames
from streams.sinks.letter import Letter
from streams.wire.errors import WireError
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.record import Record

UNREADABLE: Final = "the record is no finding or duty that this release can read"


class Unreadable(NamedTuple):
    """A record for the dead letters. `reason` quotes nothing of it."""

    reason: str


def read(record: Record, names: TopicNames) -> Letter | Unreadable | None:
    """What a record of the findings or duties topic tells; None for a tombstone."""
    if record.value is None:
        return None
    try:
        told = (
            decode_finding(record.value)
            if record.topic == names.violations
            else decode_duty(record.value)
        )
    except WireError:
        return Unreadable(UNREADABLE)
    return Letter(told=told, topic=record.topic, partition=record.partition, offset=record.offset)
