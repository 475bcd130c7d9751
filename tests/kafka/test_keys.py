"""Records under a foreign key, none, or on a wrong partition (architecture 2)."""

from __future__ import annotations

from dataclasses import replace

from streams.agents.rekeyed import Cause
from streams.core.instants import parse_instant
from streams.wire import origin
from streams.wire.arrival import partition_for
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import decode_row
from tests.kafka.harness import Bus
from tests.kafka.stories import share, story

ARRIVED = parse_instant("2026-09-02T00:00:00.000Z")


def test_records_with_a_wrong_key_are_judged_where_they_belong(bus: Bus) -> None:
    events = story(7)
    sent = bus.events(events)
    key = sent[0].key
    assert key is not None
    elsewhere = 1 - partition_for(key, 2)
    with bus.worker() as worker:
        bus.send(
            bus.event(events[0], key=b"another", headers=[("ce_source", b"crm")]),
            bus.event(events[1], key=None, partition=elsewhere),
            bus.event(events[2], partition=elsewhere),
            *sent[3:],
        )
        bus.settle(worker)
        published = worker.logged("records.rekeyed")
    assert {line["cause"] for line in published} == {str(cause) for cause in Cause}
    assert sum(line["count"] for line in published) == 3
    assert {producer for line in published for producer in line["producers"]} == {"crm", "unknown"}
    assert events[0].subject_id not in worker.text
    inputs = bus.counters(*bus.names.inputs.values())
    assert (inputs.read, inputs.rekeyed, inputs.judged) == (5, 3, 2)
    assert bus.counters(bus.names.rekeyed).judged == 3
    arrived = next(
        record.timestamp for record in bus.read(bus.names.data_share) if record.key == b"another"
    )
    rows = [
        decode_row(record.value)
        for record in bus.read(bus.names.changelog)
        if record.key != PROGRESS_KEY
    ]
    early = next(row for row in rows if row.fact.event.event_id == "7-early")
    assert early.fact.source.topic == bus.names.data_share
    assert early.fact.ingested_at == arrived
    homes = {record.partition for record in bus.read(bus.names.rekeyed)}
    assert homes == {1 - elsewhere}


def test_a_rekeyed_record_is_not_sent_round_again(bus: Bus) -> None:
    right = bus.event(share("s", "astray", ARRIVED), topic=bus.names.rekeyed)
    assert right.key is not None
    place = [
        (origin.TOPIC, bus.names.data_share.encode()),
        (origin.PARTITION, b"0"),
        (origin.OFFSET, b"99"),
        (origin.TIMESTAMP, b"%d" % ARRIVED),
    ]
    elsewhere = 1 - partition_for(right.key, 2)
    with bus.worker() as worker:
        bus.send(
            replace(right, headers=place, partition=elsewhere),
            right,
        )
        bus.settle(worker)
    letters = bus.dead_letters()
    assert len(letters) == bus.counters().dead_lettered == 2
    coordinates = {(letter.original.topic, letter.original.offset) for letter in letters}
    assert coordinates == {(bus.names.data_share, 99), (bus.names.rekeyed, 0)}
    assert {letter.original.value for letter in letters} == {right.value}
