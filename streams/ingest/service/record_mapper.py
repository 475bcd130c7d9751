"""A record of a source, mapped: what is to be written, and what is to be counted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.vocabulary import EventType
from streams.ingest.outcomes import IgnoredItem, MappedEvent, Outcome, RejectedItem
from streams.ingest.rejects import as_it_was, rejected_record
from streams.ingest.service.counts import RecordCounts
from streams.ingest.service.sources import REPLAY, IngestPlan, IngestSource, SourceFraming
from streams.registry import Registry
from streams.transport.commit.output_batch import Output
from streams.unpacking.cut import CutBytes, LeftOut
from streams.wire.arrival import partition_for
from streams.wire.encode import event_to_avro
from streams.wire.errors import WireError
from streams.wire.framing import with_schema_header
from streams.wire.record import Record
from streams.wire.traces import TRACEPARENT

INGESTED_FROM: Final = "consentry-ingested-from"
"""Header of an event: topic, partition and offset of the record that it was made of."""

_ROOM: Final = 512
"""Bytes that key, headers and Kafka's own form of a batch take beside an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Where to write: topics by type of event, the partitions of each topic, and sizes.

    `replay` is read: rejected records that are to be mapped again.
    """

    inputs: Mapping[EventType, str]
    rejects: str
    replay: str
    partitions: Mapping[str, int]
    input_max_bytes: int
    reject_max_bytes: int


@dataclass(slots=True)
class MappedBatch:
    """What a number of records became."""

    outputs: list[Output] = field(default_factory=list)
    bytes: int = 0
    """About how many the outputs take."""
    counts: dict[str, RecordCounts] = field(default_factory=dict)
    """By the name of the source."""
    timestamps: dict[str, list[int]] = field(default_factory=dict)
    """Of the records, in milliseconds, by the name of the source."""
    rejected: list[tuple[str, Record, RejectedItem]] = field(default_factory=list)
    """The first of each rejected record with its source, for the log."""


class RecordMapper:
    """Maps records of all sources. Never raises for any record."""

    def __init__(self, plan: IngestPlan, targets: Targets, registry: Registry | None) -> None:
        self._plan = plan
        self._targets = targets
        self._registry = registry
        self._kinds = {kind.value: topic for kind, topic in targets.inputs.items()}
        self._of_topic: dict[str, IngestSource | None] = {}

    def source(self, topic: str) -> IngestSource | None:
        """The source of a topic, looked up once; None for that of what is mapped again."""
        if topic not in self._of_topic:
            again = topic == self._targets.replay
            self._of_topic[topic] = None if again else self._plan.source_of(topic)
        return self._of_topic[topic]

    def source_name(self, topic: str) -> str:
        """The name by which a topic that is read is counted."""
        source = self.source(topic)
        return REPLAY if source is None else source.name

    def take(self, record: Record, batch: MappedBatch) -> None:
        """Map one record into a batch.

        The topic is one of a source's, or that of rejected records which are to be mapped again:
        such a one counts as the record that it was, where that stood.
        """
        was = as_it_was(record) if record.topic == self._targets.replay else record
        source = None if was is None else self.source(was.topic)
        name = REPLAY if source is None else source.name
        counts = batch.counts.setdefault(name, RecordCounts())
        batch.timestamps.setdefault(name, []).append(record.timestamp)
        counts.records += 1
        record = record if was is None else was
        if record.value is None:
            counts.tombstones += 1
            return
        outcomes = _sourceless(was) if source is None else self._outcomes(source, record)
        made = len(batch.outputs)
        rejected = self._put(record, outcomes, counts, batch)
        if rejected:
            counts.rejected += 1
            counts.rejected_items += len(rejected)
            counts.unmapped += sum(one.unmapped for one in rejected)
            batch.rejected.append((name, record, rejected[0]))
            map_name = REPLAY if source is None else source.mapping.name
            kept = self._reject(map_name, name, record, outcomes)
            batch.outputs.append(kept)
            batch.bytes += kept.size
        elif len(batch.outputs) > made:
            counts.mapped += 1
        else:
            counts.ignored += 1

    def _outcomes(self, source: IngestSource, record: Record) -> list[Outcome]:
        value = record.value
        assert value is not None
        if isinstance(value, CutBytes):
            limit = self._targets.reject_max_bytes
            return [RejectedItem(f"the record is larger than output_max_bytes allows ({limit})")]
        headers = dict(_headers(record.headers)) if record.headers else None
        if source.framing is SourceFraming.PLAIN:
            outcomes = source.mapping.apply(bytes(value), headers)
            if value[:1] == b"\0" and isinstance(outcomes[0], RejectedItem):
                return [RejectedItem("the record begins with a zero byte, as a registry's "
                                     "serializers write, and the framing of its source is plain")]  # fmt: skip
            return outcomes
        registry = self._registry
        assert registry is not None, "the plan asks for registry_url"
        framed = with_schema_header(value, record.headers)
        if framed is None or registry.schema_id(framed) is None:
            return [RejectedItem("the record has no registry framing: a zero byte and the id of "
                                 "its schema, or a header with its GUID")]  # fmt: skip
        try:
            decoded = registry.read(framed)
        except WireError as error:
            return [RejectedItem(error.reason, path=error.field)]
        return source.mapping.apply(decoded, headers)

    def _put(
        self,
        record: Record,
        outcomes: list[Outcome],
        counts: RecordCounts,
        batch: MappedBatch,
    ) -> list[RejectedItem]:
        """Write the events, count what is ignored, and return what is rejected.

        An event that no input topic takes becomes a rejected item, in its place.
        """
        rejected: list[RejectedItem] = []
        headers: Sequence[tuple[str, bytes | None]] | None = None
        for place, outcome in enumerate(outcomes):
            match outcome:
                case MappedEvent(event=event, rule=rule):
                    if headers is None:
                        headers = event_headers(record)
                    output = self._event(event, headers)
                    size = output.size
                    if size + _ROOM > self._targets.input_max_bytes:
                        large = RejectedItem("the event is larger than input_max_bytes", rule)
                        outcomes[place] = large
                        rejected.append(large)
                        continue
                    counts.events += 1
                    batch.outputs.append(output)
                    batch.bytes += size
                case IgnoredItem(reason=reason):
                    counts.ignored_items[reason] += 1
                case RejectedItem():
                    rejected.append(outcome)
        return rejected

    def _event(self, event: Event, headers: Sequence[tuple[str, bytes | None]]) -> Output:
        topic = self._kinds[str(event.__struct_config__.tag)]
        key = subject_key(event.controller_id, event.subject_id)
        partition = partition_for(key, self._targets.partitions[topic])
        return Output(topic, partition, key, event_to_avro(event), headers)

    def _reject(
        self, map_name: str, source: str, record: Record, outcomes: Sequence[Outcome]
    ) -> Output:
        kept = rejected_record(map_name, record.value, outcomes)
        assert kept is not None
        topic = self._targets.rejects
        key, value, headers = kept.stored(record, source, self._targets.reject_max_bytes)
        return Output(
            topic, record.partition % self._targets.partitions[topic], key, value, headers
        )


def _sourceless(was: Record | None) -> list[Outcome]:
    """What becomes of a record that is to be mapped again, where no source takes it."""
    if was is None:
        return [RejectedItem("the headers do not say where the record stood")]
    return [RejectedItem(f"no source of [ingest] reads {was.topic}, where the record stood")]


def event_headers(record: Record) -> list[tuple[str, bytes | None]]:
    """The headers of an event: where its record stands, and the trace that it belongs to."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    found: list[tuple[str, bytes | None]] = [(INGESTED_FROM, place.encode())]
    for name, value in record.headers:
        if name.lower() == TRACEPARENT and value is not None:
            found.append((TRACEPARENT, value))
            break
    return found


def _headers(headers: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if value is not None and not isinstance(value, LeftOut):
            yield name, value.decode("utf-8", "replace")
