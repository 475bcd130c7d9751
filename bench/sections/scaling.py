"""A second worker: what two do together against one.

On a machine of two cores the broker shares them with the workers, so the clock alone would
measure the broker. What a worker could do on a core of its own is its events by its own
CPU seconds. Twice the workers give twice as much if an event costs each of them as little
as it costs one alone; that ratio is the figure, and the rate by the clock stands beside it.
"""

from __future__ import annotations

from bench.peers import CONSENTRY
from bench.sections.measure import backlog, stream_for
from bench.sections.section import Bench, OutOfTimeError, Section, within

NAME = "scaling"
EVENTS = 400_000
SHORT_EVENTS = 100_000
ONE_LIMIT_S = 200
ROUNDS_AT_MOST = 2


def run(bench: Bench) -> None:
    """One worker and two, in turn."""
    events = SHORT_EVENTS if bench.short else EVENTS
    stream = stream_for(CONSENTRY, events, bench.partitions)
    for round_ in range(1, min(bench.rounds, ROUNDS_AT_MOST) + 1):
        for workers in (1, 2):
            who = f"{workers}-worker" + "s" * (workers > 1)
            try:
                with within(ONE_LIMIT_S, who):
                    seen = backlog(bench, CONSENTRY, stream, workers).window
            except (RuntimeError, OutOfTimeError, OSError, TimeoutError) as error:
                bench.fault(NAME, who, str(error) or type(error).__name__, round_)
                continue
            values = {
                "workers": workers,
                "events_per_s": seen.rate,
                "cpu_us": seen.cpu_us,
                "events_per_own_core_s": workers * 1e6 / seen.cpu_us,
                "cores_program": seen.program_s / seen.seconds,
                "cores_broker": seen.broker_s / seen.seconds,
                "limit": seen.limit,
            }
            bench.record.figure(NAME, who, round_, values)
            bench.say(
                f"round {round_}  {who:10} {seen.rate:9,.0f} events/s by the clock, "
                f"{values['events_per_own_core_s']:9,.0f} on cores of their own"
            )


SECTION = Section(NAME, "two workers against one", run, 400)
