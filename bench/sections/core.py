"""Consentry's core alone, offline: what judging costs when Kafka costs nothing.

Bytes in, rows and findings as bytes out, on one core and in this process: the worker
without fetching, sending and committing.
"""

from __future__ import annotations

from bench.core_alone import new_judge, records_of, timed
from bench.sections.section import Bench, Section
from bench.stream import make

NAME = "core"
EVENTS = 60_000
SHORT_EVENTS = 5_000
EVENTS_A_SUBJECT = 10


def run(bench: Bench) -> None:
    """All rounds."""
    events = SHORT_EVENTS if bench.short else EVENTS
    records = records_of(make(events, events // EVENTS_A_SUBJECT))
    for round_ in range(1, bench.rounds + 1):
        cost = timed(new_judge(), records).us
        values = {"events": events, "cpu_us": cost, "events_per_s": 1e6 / cost}
        bench.record.figure(NAME, NAME, round_, values)
        bench.say(f"round {round_}  core alone: {1e6 / cost:,.0f} events/s, {cost:.1f} us an event")


SECTION = Section(NAME, "Consentry's core alone, without Kafka", run, 120)
