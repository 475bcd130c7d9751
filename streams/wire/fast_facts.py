"""Records of the input topics that are as most are, read the short way."""

from __future__ import annotations

from collections.abc import Mapping

from streams.core.identifiers import subject_key
from streams.core.instants import LATEST, Instant
from streams.core.law import FUTURE_TOLERANCE
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import EventType
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.framing import AVRO_HEADER
from streams.wire.record import Record


class FastFacts:
    """Reads the records of the input topics that are as most are."""

    def __init__(self, kinds: Mapping[str, EventType]) -> None:
        """`kinds` are the types of events by topic."""
        self._kinds = dict(kinds)
        self._readers = dict(avro_fast_paths())
        self.latest: Instant = LATEST
        """The latest timestamp that is taken as it stands."""

    def fact(self, record: Record) -> Fact | None:
        """The fact of a record, or None: take the long way.

        Its event was read in one pass, its key is its subject's, and it does not lie in
        the future. Whether its partition is its key's, the caller finds out.
        """
        topic, value = record.topic, record.value
        kind = self._kinds.get(topic)
        if kind is None or value is None:
            return None
        reader = self._readers.get(value[:AVRO_HEADER])
        if reader is None or reader.kind is not kind or type(value) is not bytes:
            return None
        event = reader.event(value)
        if event is None:
            return None
        arrived_at = Instant(record.timestamp)
        if not 0 <= arrived_at <= self.latest:
            return None
        if event.occurred_at > arrived_at + FUTURE_TOLERANCE:
            return None
        if record.key != subject_key(event.controller_id, event.subject_id):
            return None
        return Fact(
            event=event,
            ingested_at=arrived_at,
            source=FactSource(topic, record.partition, record.offset),
            value=value,
        )
