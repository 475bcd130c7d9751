"""When what was sent could be read: the process that reads, and the time that passed."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from bench.bus import Bus
from bench.peers import Peer
from bench.process import Command, Running
from bench.reader import READY, Seen
from bench.sections.section import Bench, start
from streams.core.vocabulary import EventType

FEWEST: Final = 100
"""Findings without which there are no percentiles."""


def reader_of(
    bench: Bench, bus: Bus, peer: Peer | None, file: Path, *, only_naming: bool = False
) -> Running:
    """Start the process that reads, and wait until it stands at the ends.

    `only_naming`: of the findings only those are noted that name a marked event.
    """
    topics = {"bare": bus.inputs[EventType.DATA_SHARE]}
    if peer is not None:
        topics["findings"] = peer.published_on(bus)
    job = {
        "brokers": bus.bootstrap,
        "partitions": bus.partitions,
        "topics": topics,
        "marked": ["bare"],
        "naming": ["findings"] if only_naming else [],
        "file": str(file),
    }
    command = Command([sys.executable, "-m", "bench.reader", json.dumps(job)])
    reader = start(bench, bus, command, f"reader-{file.stem}")
    deadline = time.monotonic() + 30
    while READY not in reader.tail():
        try:
            reader.require_running()
            if time.monotonic() > deadline:
                raise RuntimeError("the reader did not start within 30 s")
        except RuntimeError:
            reader.kill()
            raise
        time.sleep(0.05)
    return reader


def moments(found: Iterable[tuple[str | None, Seen]]) -> dict[str, Seen]:
    """The first time at which each event was seen."""
    first: dict[str, Seen] = {}
    for event_id, one in found:
        if event_id is not None:
            first.setdefault(event_id, one)
    return first


def passed(sent: dict[str, int], found: dict[str, Seen]) -> list[float]:
    """Milliseconds from sending to reading."""
    return [(found[one].at - at) / 1e6 for one, at in sent.items() if one in found]


def percentiles(values: list[float]) -> dict[str, Any]:
    """Of milliseconds. Raises RuntimeError where they are too few."""
    if len(values) < FEWEST:
        raise RuntimeError(f"{len(values)} findings were read, too few for percentiles")
    cut = quantiles(values, n=100)
    return {
        "p50_ms": cut[49],
        "p95_ms": cut[94],
        "p99_ms": cut[98],
        "highest_ms": max(values),
        "samples": len(values),
        "cut_ms": [round(one, 2) for one in cut],
    }
