"""Prepared batches hold the stream, in order, and reach the topics whole."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from aiokafka.record.memory_records import MemoryRecords

from bench.batches import Batches, Parameters, Prepared, place_of, prepared
from bench.bus import Bus
from bench.load import load
from bench.pace import MARK, Pace, pace
from bench.stream import make
from streams.dev.cache import CACHE_VARIABLE
from streams.wire.decode import Decoded, decode

PARAMETERS = Parameters(events=3_000, subjects=300, partitions=3)


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    return prepared(PARAMETERS)


def test_the_batches_hold_what_was_made(stream: Prepared) -> None:
    read: dict[tuple[str, int], list[tuple[bytes, bytes]]] = {}
    for stage in (1, 2):
        count = 0
        for one in stream.time_spans(stage):
            for batch, raw in one:
                records = MemoryRecords(raw)
                while (part := records.next_batch()) is not None:
                    assert part.validate_crc()
                    place = read.setdefault((batch.kind, batch.partition), [])
                    place += [(bytes(r.key), bytes(r.value)) for r in part]
                count += batch.events
        assert count == (stream.first_stage if stage == 1 else stream.events - stream.first_stage)
    wanted: dict[tuple[str, int], list[tuple[bytes, bytes]]] = {}
    for made in make(3_000, 300):
        key, partition = place_of(made.subject, 3)
        wanted.setdefault((made.kind, partition), []).append((key, made.value))
    assert read == wanted


def test_a_stream_is_made_once(stream: Prepared, tmp_path: Path) -> None:
    (folder,) = (tmp_path / "bench").iterdir()
    before = (folder / "index.json").stat().st_mtime_ns
    again = prepared(PARAMETERS)
    assert again.uncovered == stream.uncovered
    assert (folder / "index.json").stat().st_mtime_ns == before
    prepared(Parameters(events=3_000, subjects=200, partitions=3))
    assert len(list((tmp_path / "bench").iterdir())) == 2


def test_all_of_it_reaches_the_topics(stream: Prepared, kafka: str, unique: str) -> None:
    with Bus(kafka, unique, 3) as bus:
        asyncio.run(load(bus.settings, stream, [1, 2]))
        assert asyncio.run(ends(bus)) == stream.events


def test_a_steady_stream_arrives_and_marks_what_it_sent(kafka: str, unique: str) -> None:
    with Bus(kafka, unique, 2) as bus:
        paced = asyncio.run(pace(bus, 400, 500.0, 1.0, 10_000))
        assert asyncio.run(ends(bus)) == paced.events
        assert 0 < len(paced.sent) < paced.events
        assert all(one.startswith(MARK.decode()) for one in paced.sent)


def test_the_events_of_a_steady_stream_are_valid() -> None:
    made, batches = Pace(400, 2, 1_000.0, 500), Batches()
    marked = list(made.make(400, batches))
    kinds: Counter[str] = Counter()
    found = set()
    for kind, _, count, raw in batches.take():
        kinds[kind] += count
        records = MemoryRecords(raw)
        while (part := records.next_batch()) is not None:
            for record in part:
                decoded = decode(bytes(record.value), kind)
                assert isinstance(decoded, Decoded)
                found.add(decoded.event.event_id)
    assert sum(kinds.values()) == 400 == len(found)
    assert set(marked) == {one for one in found if one.startswith("m")}
    assert len(marked) == 100
    assert len(kinds) == 5


async def ends(bus: Bus) -> int:
    from aiokafka import AIOKafkaConsumer, TopicPartition

    reader = AIOKafkaConsumer(bootstrap_servers=bus.bootstrap)
    await reader.start()
    try:
        places = [
            TopicPartition(topic, n) for topic in bus.inputs.values() for n in range(bus.partitions)
        ]
        return sum((await reader.end_offsets(places)).values())
    finally:
        await reader.stop()
