"""Records of the input topics that are as most are, read the short way: in C, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streams.core.identifiers import subject_key
from streams.core.instants import LATEST, Instant
from streams.core.law import FUTURE_TOLERANCE
from streams.core.state import Fact, FactSource
from streams.core.value_writer import ValueWriter
from streams.core.vocabulary import EventType
from streams.native.library import LIBRARY
from streams.native.readers import fact_reader
from streams.wire.avro_fast_path import avro_fast_paths
from streams.wire.framing import AVRO_HEADER
from streams.wire.record import Record


class FastFacts:
    """Reads the records of the input topics that are as most are."""

    def __init__(self, kinds: Mapping[str, EventType]) -> None:
        """`kinds` are the types of events by topic."""
        self._kinds = dict(kinds)
        self._readers = dict(avro_fast_paths())
        self._latest: Instant = LATEST
        self.native: Any = fact_reader(
            LIBRARY,
            Fact,
            FactSource,
            {
                topic: tuple(one.native for one in self._readers.values() if one.kind is kind)
                for topic, kind in kinds.items()
            },
            FUTURE_TOLERANCE,
            LATEST,
        )
        """The same in C, where there is one."""
        self.fact: Callable[[Record], Fact | None] = (
            self.plain_fact if self.native is None else self.native.fact
        )
        """The fact of a record, or None: take the long way."""
        self.writer: Callable[[Fact], ValueWriter | None] = (
            _no_writer if self.native is None else self.native.writer
        )
        """Who writes the value of a fact again, byte for byte; None: it must be kept."""

    def take_until(self, latest: Instant) -> None:
        """Take timestamps until then as they stand."""
        self._latest = latest
        if self.native is not None:
            self.native.latest = latest

    def plain_fact(self, record: Record) -> Fact | None:
        """As `fact`, in Python.

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
        event = reader.plain_event(value)
        if event is None:
            return None
        arrived_at = Instant(record.timestamp)
        if not 0 <= arrived_at <= self._latest:
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


def _no_writer(fact: Fact) -> ValueWriter | None:
    """Without the C values are kept: Python would take longer over it than an event costs."""
    del fact
    return None
