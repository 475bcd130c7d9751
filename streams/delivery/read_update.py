"""A record of the output topics as an update, or why it is none."""

from __future__ import annotations

from typing import Final, NamedTuple

from streams.settings.names import TopicNames
from streams.siem.lifecycle import duty_identity
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.wire.errors import WireError
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.framing import RegistryDecoder
from streams.wire.record import Record

UNREADABLE: Final = "the record is no finding or duty that this release can read"


class Unreadable(NamedTuple):
    """A record for the dead letters. `reason` quotes nothing of it."""

    reason: str


def read(
    record: Record, names: TopicNames, registry: RegistryDecoder | None = None
) -> FindingUpdate | Removal | Unreadable:
    """What a record of the findings or duties topic says. A tombstone is a removal.

    `registry` has the schemas of records with registry framing in memory.
    """
    if record.value is None:
        duty = record.topic == names.duties
        key = (record.key or b"").decode(errors="replace")
        return Removal(
            identity=duty_identity(key) if duty else key,
            duty=duty,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )
    try:
        output = (
            decode_finding(record.value, registry)
            if record.topic == names.violations
            else decode_duty(record.value, registry)
        )
    except WireError:
        return Unreadable(UNREADABLE)
    return FindingUpdate(
        record=output, topic=record.topic, partition=record.partition, offset=record.offset
    )
