"""What a worker takes while little comes in: seconds of CPU by the clock, at steady rates.

Twelve partitions, the default, and people whose state is there. At a few events a second it is
what standing ready costs: polls, ticks, and a transaction for each event and each few ticks.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families as parsed

from bench.batches import Parameters, prepared
from bench.load import load
from bench.lookups import address_of
from bench.pace import pace
from bench.peers import CONSENTRY
from bench.process import Running
from bench.sections.section import Bench, OutOfTimeError, Section, start, within
from bench.watch import Watch
from streams.metrics.catalogue import COMMITS

NAME: Final = "quiet"
PARTITIONS: Final = 12
RATES: Final = (10.0, 100.0, 1_000.0)
BACKLOG: Final = 4_000
EVENTS_A_SUBJECT: Final = 4
WARM_S, SECONDS = 5.0, 30.0
SHORT_WARM_S, SHORT_SECONDS = 1.0, 4.0
ONE_LIMIT_S: Final = 240


def run(bench: Bench) -> None:
    """All rates, in one worker after the other."""
    for round_ in range(1, bench.rounds + 1):
        try:
            with within(ONE_LIMIT_S, CONSENTRY.key):
                once(bench, round_)
        except (RuntimeError, OutOfTimeError, OSError, TimeoutError) as error:
            bench.fault(NAME, "", str(error) or type(error).__name__, round_)


def once(bench: Bench, round_: int) -> None:
    """One worker."""
    subjects = BACKLOG // EVENTS_A_SUBJECT
    stream = prepared(Parameters(events=BACKLOG, subjects=subjects, partitions=PARTITIONS))
    with bench.bus(NAME, PARTITIONS) as bus:
        CONSENTRY.prepare(bus)
        command = CONSENTRY.command(bus, bench.place(bus), "latency")
        with start(bench, bus, command) as worker:
            asyncio.run(load(bus.settings, stream, [1, 2]))
            Watch(bus.committed, [worker]).until(stream.events, 120)
            first = stream.events
            warm_s, measured_s = (SHORT_WARM_S, SHORT_SECONDS) if bench.short else (WARM_S, SECONDS)
            for rate in RATES:
                asyncio.run(pace(bus, subjects, rate, warm_s, first))
                first += int(rate * warm_s) + int(rate)
                before = _seen(worker)
                asyncio.run(pace(bus, subjects, rate, measured_s, first))
                first += int(rate * measured_s) + int(rate)
                values = _values(before, _seen(worker))
                who = f"{rate:.0f}-events-a-second"
                bench.record.figure(NAME, who, round_, values | {"sent_per_s": rate})
                bench.say(
                    f"round {round_}  {rate:5,.0f} events/s: {values['core_percent']:5.1f} % of "
                    f"a core, {values['transactions_per_s']:5.1f} transactions/s"
                )


def _seen(worker: Running) -> tuple[float, float, float]:
    """The clock, CPU seconds, and transactions so far."""
    worker.require_running()
    address = address_of(worker)
    if address is None:
        raise RuntimeError("the worker has no address for its metrics")
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    commits = sum(
        sample.value
        for family in parsed(text)
        for sample in family.samples
        if sample.name == f"{COMMITS.name}_count"
    )
    return time.monotonic(), worker.cpu_s, commits


def _values(before: tuple[float, ...], after: tuple[float, ...]) -> dict[str, Any]:
    seconds, cpu_s, commits = (now - then for then, now in zip(before, after, strict=True))
    return {
        "core_percent": 100 * cpu_s / seconds,
        "transactions_per_s": commits / seconds,
        "seconds": seconds,
    }


SECTION = Section(NAME, "CPU of a worker while little comes in, over 12 partitions", run, 400)
