"""Consentry's core alone, offline: what judging costs when Kafka costs nothing.

Bytes in, rows and findings as bytes out, on one core and in this process: the worker
without fetching, sending and committing. People come in turn, then in random order; then come the
events of `consentry sample`, where many are late, under its policy; then the first again in plain
Python, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from bench.collector import as_in_a_worker
from bench.core_alone import new_judge, records_of, timed
from bench.core_plain import without_compiled
from bench.core_sample import sample_records
from bench.sections.section import Bench, Section
from bench.stream import Order, make
from streams.core.policy import Policy, default_policy

NAME = "core"
EVENTS = 60_000
SHORT_EVENTS = 5_000
EVENTS_A_SUBJECT = 10
SUBJECTS_OF_SAMPLE, SHORT_SUBJECTS_OF_SAMPLE = 20_000, 200
ORDERS: Final[dict[str, Order]] = {NAME: "in turn", f"{NAME}-random": "random"}
SAMPLE, PLAIN = f"{NAME}-sample", f"{NAME}-plain"


def run(bench: Bench) -> None:
    """All rounds, the streams in turn."""
    events = SHORT_EVENTS if bench.short else EVENTS
    subjects = events // EVENTS_A_SUBJECT
    streams = {
        who: records_of(make(events, subjects, order=order)) for who, order in ORDERS.items()
    }
    policies: dict[str, Policy] = dict.fromkeys(streams, default_policy())
    of_sample = SHORT_SUBJECTS_OF_SAMPLE if bench.short else SUBJECTS_OF_SAMPLE
    streams[SAMPLE], policies[SAMPLE] = sample_records(of_sample)

    def here(who: str) -> float:
        with as_in_a_worker():
            return timed(new_judge(policy=policies[who]), streams[who]).us

    for round_ in range(1, bench.rounds + 1):
        for who, records in streams.items():
            _one(bench, who, round_, len(records), partial(here, who))
        _one(bench, PLAIN, round_, events, lambda: without_compiled(events, subjects))


def _one(bench: Bench, who: str, round_: int, events: int, measure: Callable[[], float]) -> None:
    try:
        cost = measure()
    except (RuntimeError, OSError) as error:
        bench.fault(NAME, who, str(error), round_)
        return
    values = {"events": events, "cpu_us": cost, "events_per_s": 1e6 / cost}
    bench.record.figure(NAME, who, round_, values)
    bench.say(f"round {round_}  {who:12} {1e6 / cost:,.0f} events/s, {cost:.1f} us an event")


SECTION = Section(NAME, "Consentry's core alone, without Kafka", run, 240)
