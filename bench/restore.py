"""Restoring after a restart: rows a second from the changelog of a real Kafka.

    python -m bench.restore [--short] [--results FILE] [--brokers 127.0.0.1:9092] [--rows 2000000]

A changelog is filled with rows that a worker would have stored, in transactions like its
own. It is then read to its end as a worker does that takes its partitions over: into
memory, into an empty store on disk, and onto a store on disk that lacks the last part.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from bench.state import peak, report
from bench.state_rows import made_rows, stored
from bench.stream import GRANT, PURCHASE
from streams.dev.broker import LocalBroker
from streams.settings import Settings
from streams.topics import create_topics
from streams.transport.commit.appending import send_all
from streams.transport.commit.output_batch import Output
from streams.transport.state.changelog_restore import restore
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.stores import DiskStores
from streams.transport.state.row_store import RowStore
from streams.transport.state.stores import MemoryStores, Stores
from streams.transport.tasks.kafka_clients import changelog_reader, topic_id, transactional_producer
from streams.wire.progress import PROGRESS_KEY

TRANSACTION: Final = 5_000
"""Rows in each transaction."""

TAIL: Final = 0.05
"""The share of the rows that the store on disk lacks at last."""


async def fill(settings: Settings, rows: int, first: int) -> None:
    """Write rows, each partition its share, from a subject's number on."""
    topic = settings.topics.changelog
    producers = [transactional_producer(settings, n) for n in range(settings.partitions)]
    shapes = stored(GRANT, PURCHASE)
    made = itertools.islice(made_rows((first + rows) // len(shapes), shapes), first, None)
    try:
        for producer in producers:
            await producer.start()
        for turn in itertools.count():
            number = turn % settings.partitions
            part = list(itertools.islice(made, TRANSACTION))
            if not part:
                break
            outputs = [Output(topic, number, key, row) for key, row in part]
            progress = Output(topic, number, PROGRESS_KEY, b"\x01%d" % turn)
            await _transaction(producers[number], [*outputs, progress])
    finally:
        for producer in producers:
            await producer.stop()


async def _transaction(producer: AIOKafkaProducer, outputs: list[Output]) -> None:
    async with producer.transaction():
        for delivery in await send_all(producer, outputs):
            await delivery


async def measured(settings: Settings, stores: Stores) -> tuple[dict[str, Any], list[RowStore]]:
    """Restore all partitions once."""
    numbers = list(range(settings.partitions))
    opened = await stores.open(numbers, settings.partitions)
    reader = changelog_reader(settings)
    await reader.start()
    try:
        began, cpu = time.perf_counter(), time.process_time()
        restored = await restore(reader, settings.topics.changelog, numbers, opened)
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    finally:
        await reader.stop()
    rows = sum(one.read for one in restored.values())
    values = {
        "rows": rows,
        "seconds": seconds,
        "rows_per_s": rows / seconds,
        "cpu_us": cpu / max(1, rows) * 1e6,
        "memory_bytes": peak(),
    }
    return values, list(opened.values())


async def run(settings: Settings, folder: Path, rows: int, results: Path | None) -> None:
    """Everything, one after the other."""
    memory = Memory(settings.store_cache_bytes, settings.store_write_buffer_bytes)
    topic = settings.topics.changelog

    async def identity() -> str:
        return await topic_id(settings, topic)

    disk = DiskStores(folder, memory, topic, identity)
    later = int(rows * TAIL)
    await fill(settings, rows - later, 0)
    print(f"{rows - later:,} rows on {settings.partitions} partitions", flush=True)

    async def report_of(who: str, stores: Stores, **more: Any) -> dict[str, Any]:
        values, opened = await measured(settings, stores)
        for one in opened:
            one.close()
        values |= more
        report(results, who, 1, values)
        print(f"{who:16} {values['rows']:>10,} rows in {values['seconds']:6.2f} s, "
              f"{values['rows_per_s']:>9,.0f} rows/s, {values['cpu_us']:5.2f} us of CPU a row",
              flush=True)  # fmt: skip
        return values

    await report_of("changelog", MemoryStores())
    await report_of("changelog-disk", disk)
    await fill(settings, later, rows - later)
    values, opened = await measured(settings, disk)
    for one in opened:
        one.close()
    missing = later + -(-later // TRANSACTION)  # progress rows
    values["rows_by_missing"] = values["rows"] / missing
    report(results, "tail", 1, values)
    print(f"{'tail':16} {values['rows']:>10,} rows of {missing:,} that were missing "
          f"in {values['seconds']:.2f} s")  # fmt: skip
    nothing = await report_of("nothing-missing", disk)
    if nothing["rows"]:
        sys.exit("rows were read that were there")


@contextmanager
def broker(given: str | None, folder: Path) -> Iterator[str]:
    """The address of a broker, one of its own where none is given."""
    if given is not None:
        yield given
        return
    with LocalBroker(folder / "kafka", long_lived=True) as local:
        yield local.bootstrap


def main() -> None:
    """Fill a changelog and restore it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--brokers", help="without it a local Kafka is started")
    arguments.add_argument("--rows", type=int, default=2_000_000)
    arguments.add_argument("--partitions", type=int, default=4)
    arguments.add_argument("--short", action="store_true", help="100,000 rows")
    arguments.add_argument("--results", type=Path, help="a line of JSON a figure")
    given = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="consentry-restore-"))
    try:
        with broker(given.brokers, folder) as address:
            name = f"restore-{time.time_ns() // 1_000_000}"
            settings = Settings(
                brokers=(address,),
                application_id=name,
                topic_prefix=f"{name}.",
                partitions=given.partitions,
                replication_factor=1,
            )
            create_topics(settings)
            rows = 100_000 if given.short else given.rows
            asyncio.run(run(settings, folder / "state", rows, given.results))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
