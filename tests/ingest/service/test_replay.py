"""Rejected records that are sent again: mapped by the map of today, as if from where they stood."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from streams.core.instants import Instant
from streams.ingest.service.counts import RecordCounts
from streams.ingest.service.record_mapper import INGESTED_FROM, MappedBatch, RecordMapper
from streams.ingest.service.sources import REPLAY as NAME
from streams.operate.dead_letters.kept import KeptRecord
from streams.operate.dead_letters.rejects import read_reject
from streams.operate.dead_letters.replaying import sent_again
from streams.transport.commit.output_batch import Output
from tests.ingest.maps import HEAD, PLAIN, RECORD
from tests.ingest.service.records import REJECTS, REPLAY, Row, mapped, mapper, row

UNKNOWN = RECORD | {"answer": "perhaps"}
CORRECTED = HEAD + PLAIN.replace("yes =", 'perhaps = "GRANTED", yes =')
TRACE = ("traceparent", b"00-1-1-01")


def rejected(record: Any = UNKNOWN, **more: Any) -> Output:
    """What ingest keeps of a record that its map cannot map."""
    batch, counts = mapped(mapper(), row(record, **more))
    assert counts.rejected == 1
    (kept,) = batch.outputs
    assert kept.topic == REJECTS
    return kept


def shelved(kept: Output, offset: int = 7) -> KeptRecord:
    """The same as an operator reads it."""
    return read_reject(Row(topic=REJECTS, partition=kept.partition or 0, offset=offset,
                           key=kept.key, value=kept.value, headers=tuple(kept.headers or ())))  # fmt: skip


def replayed(kept: Output) -> Row:
    """The same after `consentry dead-letters replay`, as ingest reads it."""
    sent = sent_again(shelved(kept), REPLAY)
    return Row(topic=REPLAY, partition=sent.partition or 0, offset=0, timestamp=1_790_000_000_000,
               key=sent.key, value=sent.value, headers=tuple(sent.headers))  # fmt: skip


def taken(made: RecordMapper, record: Row, name: str) -> tuple[MappedBatch, RecordCounts]:
    batch = MappedBatch()
    made.take(record, batch)
    assert set(batch.counts) == {name}
    assert batch.counts[name].balanced
    return batch, batch.counts[name]


def test_after_the_map_was_corrected_it_is_what_ingest_would_have_made() -> None:
    again, counts = taken(mapper(CORRECTED), replayed(rejected(headers=(TRACE,))), "crm")
    direct, _ = mapped(mapper(CORRECTED), row(UNKNOWN, headers=(TRACE,)))
    assert again.outputs == direct.outputs
    assert dict(again.outputs[0].headers or ()) == {
        INGESTED_FROM: b"crm/3/42",
        "traceparent": TRACE[1],
    }
    assert (counts.mapped, counts.events, counts.rejected) == (1, 1, 0)
    # How long it took counts from when it was sent again.
    assert again.timestamps == {"crm": [1_790_000_000_000]}


def test_the_same_map_rejects_it_again_and_only_the_latest_is_sent_from_then_on() -> None:
    kept = rejected(headers=(TRACE, ("naïve\udce9", b"1")))
    batch, counts = taken(mapper(), replayed(kept), "crm")
    (once_more,) = batch.outputs
    assert counts.rejected == 1
    one, two = shelved(kept), shelved(once_more, 8)
    assert two.replay_of == f"{REJECTS}/{kept.partition}/7"
    assert two.original == one.original
    assert (two.origin, two.reason) == (one.origin, one.reason)
    assert two.original.timestamp == Instant(row().timestamp)
    assert batch.rejected[0][1].offset == 42


def test_what_no_source_takes_any_more_is_rejected_with_its_place() -> None:
    kept = replayed(rejected())
    headers = tuple((n, b"gone" if n.endswith("ingest-topic") else v) for n, v in kept.headers)
    batch, counts = taken(mapper(), replace(kept, headers=headers), NAME)
    one = shelved(batch.outputs[0])
    assert counts.rejected == 1
    assert (
        one.reason == "map ingest-replay: no source of [ingest] reads gone, where the record stood"
    )
    assert one.origin is not None
    assert one.origin.short == "gone-3-42"


def test_what_does_not_say_where_it_stood_is_rejected_from_where_it_is() -> None:
    batch, _ = taken(mapper(), Row(topic=REPLAY, partition=1, offset=5), NAME)
    one = shelved(batch.outputs[0])
    assert one.reason.endswith("the headers do not say where the record stood")
    assert one.origin is not None
    assert one.origin.short == f"{REPLAY}-1-5"
    assert one.original.value == json.dumps(RECORD).encode()


def test_one_that_claims_to_be_from_the_topic_of_replays_goes_round_no_further() -> None:
    claims = (("consentry-ingest-topic", REPLAY.encode()), ("consentry-ingest-partition", b"0"),
              ("consentry-ingest-offset", b"0"))  # fmt: skip
    _, counts = taken(mapper(), Row(topic=REPLAY, headers=claims), NAME)
    assert counts.rejected == 1


def test_a_tombstone_there_is_one_more_tombstone() -> None:
    _, counts = taken(mapper(), Row(topic=REPLAY, value=None), NAME)
    assert counts.tombstones == 1
