"""Sources and records for tests of mapping."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from streams.ingest import Identities
from streams.ingest.service.counts import RecordCounts
from streams.ingest.service.record_mapper import MappedBatch, RecordMapper, Targets
from streams.ingest.service.sources import IngestPlan, IngestSource, SourceFraming
from streams.registry import Registry
from streams.settings import Settings
from tests.ingest.maps import HEAD, PLAIN, RECORD, mapping

NAMES = Settings().topics
REJECTS = NAMES.ingest_rejects
REPLAY = NAMES.ingest_replay


@dataclass(frozen=True, kw_only=True)
class Row:
    """A record as a consumer hands it over."""

    topic: str = "crm"
    partition: int = 3
    offset: int = 42
    timestamp: int = 1_788_000_000_000
    key: bytes | None = b"c-17"
    value: bytes | None = json.dumps(RECORD).encode()
    headers: tuple[tuple[str, bytes | None], ...] = ()


def row(record: Any = RECORD, **more: Any) -> Row:
    return Row(**({"value": json.dumps(record).encode()} | more))


def mapper(
    text: str = HEAD + PLAIN,
    *,
    framing: SourceFraming = SourceFraming.PLAIN,
    registry: Registry | None = None,
    identities: Identities | None = None,
    **limits: int,
) -> RecordMapper:
    """A mapper of one source, crm, for topics of 12 partitions."""
    source = IngestSource(
        name="crm", topics=("crm",), matching=None, mapping=mapping(text, identities),
        framing=framing, begin=None,
    )  # fmt: skip
    plan = IngestPlan(
        sources=(source,), identities=Identities(), identities_topic=None, compression="none"
    )
    targets = Targets(
        inputs=NAMES.inputs,
        rejects=REJECTS,
        replay=REPLAY,
        partitions=dict.fromkeys((*NAMES.inputs.values(), REJECTS), 12),
        **({"input_max_bytes": 1_048_588, "reject_max_bytes": 4_259_840} | limits),
    )
    return RecordMapper(plan, targets, registry)


def mapped(made: RecordMapper, *records: Row) -> tuple[MappedBatch, RecordCounts]:
    """What records become, and their counts, which always balance."""
    batch = MappedBatch()
    for record in records:
        made.take(record, batch)
    counts = batch.counts["crm"]
    assert counts.balanced
    assert counts.records == len(records)
    assert batch.bytes == sum(output.size for output in batch.outputs)
    return batch, counts
