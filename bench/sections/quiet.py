"""What a worker takes while little comes in: seconds of CPU by the clock, at steady rates.

Twelve partitions, the default, and people whose state is there. At a few events a second it is
what standing ready costs: polls, ticks, and a transaction for each event and each few ticks.
"""

from __future__ import annotations

import asyncio
from typing import Final

from bench.batches import Parameters, prepared
from bench.load import load
from bench.pace import pace
from bench.peers import CONSENTRY
from bench.pulse import between, pulse_of
from bench.sections.section import Bench, OutOfTimeError, Section, start, within
from bench.watch import Watch

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
                before = pulse_of(worker)
                asyncio.run(pace(bus, subjects, rate, measured_s, first))
                first += int(rate * measured_s) + int(rate)
                values = between(before, pulse_of(worker))
                who = f"{rate:.0f}-events-a-second"
                bench.record.figure(NAME, who, round_, values | {"sent_per_s": rate})
                bench.say(
                    f"round {round_}  {rate:5,.0f} events/s: {values['core_percent']:5.1f} % of "
                    f"a core, {values['transactions_per_s']:5.1f} transactions/s"
                )


SECTION = Section(NAME, "CPU of a worker while little comes in, over 12 partitions", run, 400)
