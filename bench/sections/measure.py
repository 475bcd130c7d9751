"""One contestant over one stream: started, fed in two stages, watched, and checked."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.batches import Parameters, Prepared, prepared
from bench.bus import Bus
from bench.found import difference, violations
from bench.load import load
from bench.lookups import lookups_of
from bench.peers import Peer
from bench.process import Running
from bench.sections.section import Bench, start
from bench.watch import WARM, Watch, Window

FIRST_STAGE_LIMIT_S = 90.0
SECOND_STAGE_LIMIT_S = 150.0
EVENTS_A_SUBJECT = 10
FEWEST = 2_000
COUNT_LIMIT_S = 120
PUBLISHED_WITHIN_S = 5.0


class Fed(NamedTuple):
    """A contestant that has read and committed a whole stream."""

    watch: Watch
    at_once: int
    """Records that were committed when the last one had been sent."""

    load_s: float
    memory: int
    written: dict[str, Any]
    problem: str | None
    """In what it differs from the plain count."""

    lookups: dict[str, Any]
    """How many subjects were ready and how many were rebuilt, where it says so."""


class Measured(NamedTuple):
    """What was seen of a contestant over a full backlog."""

    window: Window
    values: dict[str, Any]


def stream_for(peer: Peer, events: int, partitions: int) -> Prepared:
    """The stream that a contestant reads: slow ones read less, of the same make."""
    count = max(FEWEST, int(events * peer.share))
    return prepared(
        Parameters(
            events=count,
            subjects=count // EVENTS_A_SUBJECT,
            partitions=partitions,
            order=peer.order,
        )
    )


def feed(bench: Bench, peer: Peer, stream: Prepared, workers: int = 1) -> Fed:
    """Start a contestant, give it both stages, wait until all is committed, and end it.

    Raises RuntimeError when it ends by itself or is too slow.
    """
    with bench.bus(peer.key) as bus:
        folder = bench.place(bus)
        peer.prepare(bus)
        programs: list[Running] = []
        try:
            for number in range(workers):
                own = folder / f"{number}"
                own.mkdir()
                command = peer.command(bus, own, "throughput")
                programs.append(start(bench, bus, command, f"program-{number}"))
            asyncio.run(load(bus.settings, stream, [1]))
            watch = Watch(bus.committed, programs)
            watch.until(stream.first_stage, FIRST_STAGE_LIMIT_S)
            load_s = asyncio.run(load(bus.settings, stream, [2]))
            at_once = watch.look().done
            watch.until(stream.events, SECOND_STAGE_LIMIT_S)
            memory = sum(program.memory_bytes for program in programs)
            lookups = lookups_of(programs)
            problem = _difference(bus, peer, stream)
        finally:
            for program in programs:
                program.kill()
        return Fed(watch, at_once, load_s, memory, _written(bus, stream), problem, lookups)


def _difference(bus: Bus, peer: Peer, stream: Prepared) -> str | None:
    """In what it differs from the plain count, after a moment: some commit before they write."""
    deadline = time.monotonic() + PUBLISHED_WITHIN_S
    while True:
        published = violations(bus, peer.published_on(bus), peer.event_id)
        problem = difference(published, stream.uncovered)
        if problem is None or time.monotonic() > deadline:
            return problem
        time.sleep(0.5)


def backlog(bench: Bench, peer: Peer, stream: Prepared, workers: int = 1) -> Measured:
    """What a contestant does in the second stage, when all of it has been sent.

    Raises RuntimeError when it ends, is too slow, or reports other shares than the plain
    count.
    """
    fed = feed(bench, peer, stream, workers)
    if fed.problem is not None:
        raise RuntimeError(fed.problem)
    warm = stream.first_stage + int(WARM * (stream.events - stream.first_stage))
    seen = fed.watch.window(max(warm, fed.at_once), stream.events)
    values = _values(seen, stream, fed.load_s, fed.memory)
    return Measured(seen, values | fed.written | fed.lookups)


def _values(seen: Window, stream: Prepared, load_s: float, memory: int) -> dict[str, Any]:
    return {
        "events_per_s": seen.rate,
        "cpu_us": seen.cpu_us,
        "broker_cpu_us": seen.broker_us,
        "cores_program": seen.program_s / seen.seconds,
        "cores_broker": seen.broker_s / seen.seconds,
        "cores_machine": seen.machine_s / seen.seconds,
        "limit": seen.limit,
        "window_events": seen.events,
        "window_s": seen.seconds,
        "events": stream.events,
        "violations": len(stream.uncovered),
        "sent_per_s": (stream.events - stream.first_stage) / load_s,
        "memory_mb": memory / 1e6,
    }


def _written(bus: Bus, stream: Prepared) -> dict[str, Any]:
    """What stands on the topic from which the contestant would restore its state."""
    offsets, rows = asyncio.run(asyncio.wait_for(_rows(bus), COUNT_LIMIT_S))
    return {
        "rows": rows,
        "rows_per_event": rows / stream.events,
        # An offset a row, and one for the marker of each transaction.
        "offsets_per_event": offsets / stream.events,
    }


async def _rows(bus: Bus) -> tuple[int, int]:
    """Offsets given out, and records read."""
    reader = AIOKafkaConsumer(
        **bus.settings.connection.aiokafka_options(),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=1 << 22,
    )
    await reader.start()
    rows = 0
    try:
        there = await reader.topics()
        # Consentry's changelog; that of a store or table by this name; that of bare loops.
        names = (bus.settings.topics.changelog, f"{bus.tag}-latest-changelog", bus.state)
        places = [
            TopicPartition(name, n)
            for name in names
            if name in there
            for n in range(bus.partitions)
        ]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        for place in places:
            while await reader.position(place) < ends[place]:
                for records in (await reader.getmany(place, timeout_ms=200)).values():
                    rows += len(records)
        return sum(ends.values()), rows
    finally:
        await reader.stop()
