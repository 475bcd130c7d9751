"""State on disk, on a real Kafka: what a restart reads, and what it does not believe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from streams.core.instants import Instant
from streams.topics import create_topics
from streams.transport.state.disk.database import Database
from streams.transport.state.disk.layout import STATE, decode_state
from streams.transport.state.disk.options import Memory
from streams.wire.progress import PROGRESS_KEY
from tests.kafka.harness import Bus, WorkerProcess, until
from tests.kafka.stories import expected, stories


@pytest.fixture
def disk(kafka: str, unique: str, tmp_path: Path) -> Iterator[Bus]:
    """Two partitions, state on disk, and no tick but those of the test."""
    with Bus(
        kafka,
        unique,
        tick_source="external",
        store="rocksdb",
        store_folder=tmp_path / "state",
        store_cache_bytes=16 << 20,
        store_write_buffer_bytes=4 << 20,
    ) as one:
        yield one


def now() -> Instant:
    return Instant(int(time.time() * 1000))


def restored(worker: WorkerProcess) -> int:
    """How many records of the changelog it read at its start."""
    read: int = worker.wait_for("partitions.restored")["read"]
    return read


def converges(bus: Bus, worker: WorkerProcess) -> None:
    """All is judged, the deadlines pass, and the findings are those of one batch."""
    bus.settle(worker)
    bus.tick()
    bus.settle(worker)
    bus.comes_to(expected(EVENTS, now()))


def on_changelog(bus: Bus) -> int:
    return len(bus.read(bus.names.changelog))


EVENTS = stories(60)
FIRST, SECOND, THIRD = EVENTS[:100], EVENTS[100:200], EVENTS[200:]


def test_a_restart_reads_what_is_missing_and_no_more(disk: Bus) -> None:
    with disk.worker() as worker:
        disk.send(*disk.events(FIRST))
        disk.settle(worker)
        assert worker.stop()[0] == 0
    written = on_changelog(disk)
    assert written > len(FIRST)
    with disk.worker() as worker:
        assert restored(worker) == 0
        disk.send(*disk.events(SECOND))
        disk.settle(worker)
        worker.kill()
    with disk.worker() as worker:
        assert 0 < restored(worker) <= on_changelog(disk) - written, "what memory held is lost"
        assert worker.logged("store.rebuilt") == []
        disk.send(*disk.events(THIRD))
        converges(disk, worker)
    assert disk.counters().judged == len(EVENTS)


def test_a_partition_that_comes_back_is_gone_on_from(disk: Bus) -> None:
    with disk.worker("w1") as first:
        disk.send(*disk.events(FIRST))
        disk.settle(first)
        with disk.worker("w2") as second:
            until(lambda: len(first.logged("worker.ready")) > 1 or None, "it shares", worker=first)
            disk.send(*disk.events(SECOND))
            disk.settle(second)
            assert restored(second) > 0, "it has a folder of its own"
            moved = second.logged("worker.ready")[-1]["partitions"]
            assert second.stop()[0] == 0
        wrote = sum(record.partition in moved for record in disk.read(disk.names.changelog))
        first.wait_for("worker.ready", 3)
        again = first.logged("partitions.restored")[-1]
        assert again["partitions"] == moved
        assert 0 < again["read"] < wrote
        disk.send(*disk.events(THIRD))
        converges(disk, first)
    assert first.logged("store.rebuilt") == []


def test_a_changelog_that_was_recreated_stops_it_whatever_is_on_disk(disk: Bus) -> None:
    with disk.worker() as worker:
        disk.send(*disk.events(FIRST))
        disk.settle(worker)
        assert worker.stop()[0] == 0
    admin = KafkaAdminClient(**disk.settings.connection.kafka_python_options())
    try:
        before = topic_id(admin, disk)
        admin.delete_topics([disk.names.changelog])
        until(lambda: disk.names.changelog not in admin.list_topics() or None, "it is gone")
        create_topics(disk.settings)
        assert topic_id(admin, disk) != before
    finally:
        admin.close()
    with disk.start() as worker:
        assert worker.ended() == 2
        reasons = [line["reason"] for line in worker.logged("store.rebuilt")]
        assert reasons == ["the changelog was recreated since"] * 2
        assert "the state of the group is missing" in worker.text


def topic_id(admin: KafkaAdminClient, bus: Bus) -> str:
    return str(admin.describe_topics([bus.names.changelog])[0]["topic_id"])


def test_the_topic_is_known_by_its_id(disk: Bus) -> None:
    with disk.worker() as worker:
        disk.send(*disk.events(FIRST[:5]))
        disk.settle(worker)
        assert worker.stop()[0] == 0
    folder = disk.settings.store_folder / disk.settings.group_id / "w1" / "0"
    database = Database(folder, Memory(8 << 20, 1 << 20))
    state = decode_state(database.get(STATE) or b"")
    database.close()
    assert state is not None
    admin = KafkaAdminClient(**disk.settings.connection.kafka_python_options())
    try:
        assert state.topic_id == topic_id(admin, disk)
    finally:
        admin.close()
    own = [r for r in disk.read(disk.names.changelog) if r.partition == 0]
    assert own[-1].key == PROGRESS_KEY
    assert (state.position, state.progress) == (own[-1].offset + 1, own[-1].value)


def test_broken_files_are_made_again_from_the_changelog(disk: Bus) -> None:
    with disk.worker() as worker:
        disk.send(*disk.events(FIRST))
        disk.settle(worker)
        assert worker.stop()[0] == 0
    files = list(disk.settings.store_folder.rglob("*.sst"))
    assert files
    for file in files:
        data = bytearray(file.read_bytes())
        data[10] ^= 0xFF
        data[-200] ^= 0xFF
        file.write_bytes(bytes(data))
    disk.send(*disk.events([*SECOND, *THIRD]))
    rebuilt = 0
    for _ in range(5):  # once for each broken file, as a supervisor would
        with disk.start() as worker:
            ready = until(
                lambda w=worker: w.logged("worker.ready") or w.process.poll(), "ready, or the end"
            )
            rebuilt += len(worker.logged("store.rebuilt"))
            if ready == 70:
                assert "the state on disk cannot be read" in worker.text
                continue
            assert isinstance(ready, list), worker.text
            converges(disk, worker)
            break
    assert rebuilt == 2
    assert disk.counters().judged == len(EVENTS)
