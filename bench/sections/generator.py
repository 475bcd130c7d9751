"""Whether the generator outruns what it measures: prepared batches onto new topics."""

from __future__ import annotations

import asyncio

from bench.batches import Parameters, prepared
from bench.load import load
from bench.sections.section import Bench, Section

NAME = "generator"
EVENTS = 600_000
SHORT_EVENTS = 100_000


def run(bench: Bench) -> None:
    """Send the stream of the throughput section, with nobody reading."""
    events = SHORT_EVENTS if bench.short else EVENTS
    stream = prepared(Parameters(events=events, subjects=events // 10, partitions=bench.partitions))
    for round_ in range(1, bench.rounds + 1):
        with bench.bus(NAME) as bus:
            seconds = asyncio.run(load(bus.settings, stream, (1, 2)))
        bench.record.figure(NAME, NAME, round_, {"events": events, "sent_per_s": events / seconds})
        bench.say(f"round {round_}  generator: {events / seconds:,.0f} events/s")


SECTION = Section(NAME, "how fast prepared batches go out", run, 120)
