"""A record that was set aside, as an operator sees it, whichever of the topics keeps it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from streams.agents.rekeyed import UNKNOWN, producer_named
from streams.core.identifiers import id_fault
from streams.core.instants import Instant
from streams.operate.record_place import RecordPlace
from streams.wire import origin
from streams.wire.avro import read_avro
from streams.wire.dead_letters import Original, decode_dead_letter
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_MARKER
from streams.wire.jsonl import read_json
from streams.wire.looks import EVERYTHING, IDENTIFIER
from streams.wire.pii import raw_kind
from streams.wire.record import Record

REPLAYED: Final = origin.REPLAYED
"""Header of a record that was sent again: topic/partition/offset of its dead letter."""

INGEST_REJECT: Final = "INGEST_REJECT"
"""What stands for a code with a record that no map could turn into an event."""

UNREADABLE: Final = "UNREADABLE_DEAD_LETTER"

_LONGEST: Final = 200


class KeptIn(StrEnum):
    """Which topic keeps it."""

    DEAD_LETTERS = "dead-letters"
    QUARANTINE = "quarantine"
    INGEST_REJECTS = "ingest-rejects"
    DELIVERY = "delivery-dead-letters"


OF_INPUTS: Final = frozenset({KeptIn.DEAD_LETTERS, KeptIn.QUARANTINE, KeptIn.INGEST_REJECTS})
"""What keeps records of inputs; the other keeps findings and duties that a receiver refused."""


class KeptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was set aside, with the reason.

    `place` is where it is kept, `kept_at` since when (milliseconds since the epoch). `code` is
    the name of the sink for what a receiver refused.
    `original` is the record itself; its topic is empty where nobody knows where it stood.
    `event_id`, `event_type` and `producer` are None where they could not be read, or must
    not be shown. `replay_of` names the dead letter that it was sent again from, if it was.
    """

    kept_in: KeptIn
    place: RecordPlace
    kept_at: Instant
    code: str
    reason: str
    original: Original
    field: str | None = None
    producer: str | None = None
    event_id: str | None = None
    event_type: str | None = None
    replay_of: str | None = None

    @property
    def origin(self) -> RecordPlace | None:
        """Where the record stood, None where that is unknown."""
        one = self.original
        return RecordPlace(one.topic, one.partition, one.offset) if one.topic else None

    @property
    def cut(self) -> bool:
        """Whether bytes of it are missing."""
        return bool(self.original.cuts)

    def without_bytes(self) -> KeptRecord:
        """The same without key, value and headers: for lists, which may be long."""
        bare = msgspec.structs.replace(self.original, key=None, value=None, headers=())
        return msgspec.structs.replace(self, original=bare)


def read_dead_letter(record: Record, kept_in: KeptIn) -> KeptRecord:
    """A record of the dead-letter topic or of the quarantine topic; of any bytes."""
    place = RecordPlace(record.topic, record.partition, record.offset)
    try:
        stored = decode_dead_letter(record.value or b"")
    except WireError as error:
        return KeptRecord(
            kept_in=kept_in,
            place=place,
            kept_at=Instant(record.timestamp),
            code=UNREADABLE,
            reason=f"the dead letter itself cannot be read: {error.reason}",
            original=nowhere(),
        )
    original, letter = stored.original, stored.letter
    quarantined = kept_in is KeptIn.QUARANTINE
    stated = {} if quarantined else envelope(original.value)
    return KeptRecord(
        kept_in=kept_in,
        place=place,
        kept_at=Instant(record.timestamp),
        code=letter.code,
        reason=letter.reason,
        field=letter.field,
        original=original,
        producer=producer_of(original, stated),
        event_id=stated.get("event_id"),
        event_type=stated.get("event_type"),
        replay_of=header_text(original.headers, REPLAYED),
    )


def nowhere() -> Original:
    """In the place of a record of which nothing is known."""
    return Original(topic="", partition=-1, offset=-1, timestamp=None, key=None, value=None)


def envelope(value: bytes | None) -> dict[str, str]:
    """The texts `event_id`, `event_type` and `source_system` of a value, as far as they are plain.

    What cannot be read, is not written as ids are, or looks like personal data is left out.
    """
    if not value:
        return {}
    try:
        record = read_avro(value) if value.startswith(AVRO_MARKER) else read_json(value)
    except WireError:
        return {}
    found = {}
    for name, look in (
        ("event_id", IDENTIFIER), ("event_type", EVERYTHING), ("source_system", EVERYTHING),
    ):  # fmt: skip
        text = record.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= _LONGEST:
            continue
        if id_fault(text) is None and raw_kind(text, look) is None:
            found[name] = text
    return found


def producer_of(original: Original, stated: dict[str, str]) -> str | None:
    """Which producer sent a record, by its headers or its `source_system`; None: unknown."""
    named = producer_named(original.headers)
    return stated.get("source_system") if named == UNKNOWN else named


def header_text(headers: tuple[tuple[str, bytes | None], ...], name: str) -> str | None:
    """The last header of a name as text, None where there is none or it is no UTF-8."""
    for key, value in reversed(headers):
        if key.lower() == name and value is not None:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None
