"""Consentry's core alone, offline: what judging costs when Kafka costs nothing.

Bytes in, rows and findings as bytes out, on one core and in this process: the worker
without fetching, sending and committing. People come in turn, then in random order.
"""

from __future__ import annotations

from typing import Final

from bench.collector import as_in_a_worker
from bench.core_alone import new_judge, records_of, timed
from bench.sections.section import Bench, Section
from bench.stream import Order, make

NAME = "core"
EVENTS = 60_000
SHORT_EVENTS = 5_000
EVENTS_A_SUBJECT = 10
ORDERS: Final[dict[str, Order]] = {NAME: "in turn", f"{NAME}-random": "random"}


def run(bench: Bench) -> None:
    """All rounds, the orders in turn."""
    events = SHORT_EVENTS if bench.short else EVENTS
    streams = {
        who: records_of(make(events, events // EVENTS_A_SUBJECT, order=order))
        for who, order in ORDERS.items()
    }
    with as_in_a_worker():
        for round_ in range(1, bench.rounds + 1):
            for who, records in streams.items():
                cost = timed(new_judge(), records).us
                values = {"events": events, "cpu_us": cost, "events_per_s": 1e6 / cost}
                bench.record.figure(NAME, who, round_, values)
                bench.say(
                    f"round {round_}  core alone, people {ORDERS[who]}: "
                    f"{1e6 / cost:,.0f} events/s, {cost:.1f} us an event"
                )


SECTION = Section(NAME, "Consentry's core alone, without Kafka", run, 120)
