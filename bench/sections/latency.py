"""From a share being sent to its finding being readable, at a steady rate.

The contestant first reads a backlog, so that its code is warm and its state is there. Then
events come one by one, for a while before anything is noted: the broker's code has to be compiled
for them. Shares of people without consent are marked; noted are the moments
at which each was sent, could be read on its input topic, was appended as a finding, and
could be read as a finding by a `read_committed` consumer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench.batches import Parameters, Prepared, prepared
from bench.bus import Bus
from bench.load import load
from bench.pace import pace
from bench.peers import CONSENTRY, EXACTLY_ONCE, EXACTLY_ONCE_QUICK, Peer
from bench.peers.consentry import with_room
from bench.process import Running
from bench.pulse import between, pulse_of
from bench.reader import Seen, marked_id, seen
from bench.sections.arrivals import moments, passed, percentiles, reader_of
from bench.sections.section import Bench, OutOfTimeError, Section, start, within
from bench.sections.throughput import present
from bench.watch import Watch

NAME = "latency"
PEERS = (CONSENTRY, EXACTLY_ONCE, EXACTLY_ONCE_QUICK)
NOBODY = "one-hop"
LOW_RATE = 1_000.0
OTHERWISE = 10_000.0
"""The second rate when no peak was measured in this run."""

BACKLOG, SHORT_BACKLOG = 200_000, 8_000
EVENTS_A_SUBJECT = 4
WARM_S = {"low": 20.0, "half": 10.0}
"""A broker that has just read a backlog takes twice its processor time for the first 20 s or so of
small transactions, while its code is compiled; on two cores everybody waits for that, peers too."""

SECONDS = 15.0
SHORT_WARM_S, SHORT_SECONDS = 1.0, 3.0
ARRIVE_WITHIN_S = 15.0
ONE_LIMIT_S = 180
ROUNDS_AT_MOST = 2
UNNOTED = 0
"""The round before the first one. A broker that has only seen backlogs compiles for minutes what it does
with small transactions, and the one that comes first would pay for all."""


def run(bench: Bench) -> None:
    """Both rates for each contestant, and for nobody: produce to consume alone."""
    peak = bench.memory.get("peak")
    half = peak / 2 if peak else OTHERWISE
    if not peak and not bench.short:
        bench.say(f"no peak was measured in this run: {OTHERWISE:,.0f} events/s are taken instead")
    rates = {"low": LOW_RATE, "half": 2_000.0 if bench.short else half}
    peers: list[Peer | None] = [*present(bench, NAME, PEERS), None]
    rounds = range(1 if bench.short else UNNOTED, min(bench.rounds, ROUNDS_AT_MOST) + 1)
    for round_ in rounds:
        # Who comes first in one round comes last in the next.
        for peer in peers[:1] if round_ == UNNOTED else peers[:: 1 if round_ % 2 else -1]:
            key = NOBODY if peer is None else peer.key
            try:
                with within(ONE_LIMIT_S, key):
                    once(bench, peer, rates, round_, of_peak=peak is not None)
            except (RuntimeError, OutOfTimeError, OSError, TimeoutError) as error:
                bench.fault(NAME, key, str(error) or type(error).__name__, round_)


def once(
    bench: Bench, peer: Peer | None, rates: dict[str, float], round_: int, *, of_peak: bool
) -> None:
    """One contestant, or nobody, at all rates; a round that is `UNNOTED` leaves no figures."""
    events = SHORT_BACKLOG if bench.short else BACKLOG
    stream = prepared(
        Parameters(events=events, subjects=events // EVENTS_A_SUBJECT, partitions=bench.partitions)
    )
    key = NOBODY if peer is None else peer.key
    with bench.bus(f"late-{key}") as bus, ExitStack() as running:
        folder = bench.place(bus)
        programs = []
        if peer is not None:
            peer.prepare(bus)
            command = peer.command(bus, folder, "latency")
            if peer is CONSENTRY:
                # The backlog and both rates together are more events than what it comes with holds.
                command = with_room(command)
            programs.append(running.enter_context(start(bench, bus, command)))
        asyncio.run(load(bus.settings, stream, [1, 2]))
        if programs:
            Watch(bus.committed, programs).until(stream.events, 120)
        first = stream.events
        for name, rate in rates.items():
            warm_s = SHORT_WARM_S if bench.short else WARM_S[name]
            worker = programs[0] if peer is CONSENTRY else None
            values = _at(bench, bus, peer, stream, (rate, warm_s), first, worker)
            first += int(rate * 120)
            name_of = "produce to consume alone" if peer is None else peer.name
            about = {"rate": name, "name": name_of, "half_of_peak": of_peak and not bench.short}
            if round_ != UNNOTED:
                bench.record.figure(NAME, key, round_, values | about)
            bench.say(
                f"round {round_}  {name_of:34} {values['sent_per_s']:8,.0f} events/s  "
                f"p50 {values['p50_ms']:7.1f}  p99 {values['p99_ms']:7.1f} ms"
            )


def _at(
    bench: Bench,
    bus: Bus,
    peer: Peer | None,
    stream: Prepared,
    steady: tuple[float, float],
    first: int,
    worker: Running | None,
) -> dict[str, Any]:
    """Events a second, after so many seconds; of a worker of ours, what it did meanwhile too."""
    rate, warm_s = steady
    subjects = stream.parameters.subjects
    file = bench.folder / bus.tag / f"seen-{first}.txt"
    seconds = SHORT_SECONDS if bench.short else SECONDS
    with reader_of(bench, bus, peer, file) as reader:
        asyncio.run(pace(bus, subjects, rate, warm_s, first))
        before = None if worker is None else pulse_of(worker)
        paced = asyncio.run(pace(bus, subjects, rate, seconds, first + int(rate * 60)))
        did = {} if worker is None or before is None else between(before, pulse_of(worker))
        topic = "bare" if peer is None else "findings"
        count = _wait(file, topic, _ids_of(peer), paced.sent, reader)
        reader.stop()
    bare = moments((marked_id(one.value), one) for one in seen(file, "bare"))
    if peer is None:
        values = percentiles(passed(paced.sent, bare))
    else:
        findings = moments((peer.event_id(one.value), one) for one in seen(file, "findings"))
        values = percentiles(passed(paced.sent, findings)) | _steps(paced.sent, bare, findings)
    return (
        did
        | values
        | {
            "sent_per_s": paced.rate,
            "asked_per_s": rate,
            "not_read": len(paced.sent) - count,
        }
    )


def _ids_of(peer: Peer | None) -> Callable[[bytes], str | None]:
    """What reads the event id from a noted value."""
    return marked_id if peer is None else peer.event_id


def _wait(
    file: Path,
    topic: str,
    event_id: Callable[[bytes], str | None],
    sent: Mapping[str, int],
    reader: Running,
) -> int:
    """Wait until all that was sent and marked could be read; how many could be."""
    deadline = time.monotonic() + ARRIVE_WITHIN_S
    while True:
        reader.require_running()
        count = len(sent.keys() & {event_id(one.value) for one in seen(file, topic)})
        if count >= len(sent) or time.monotonic() > deadline:
            return count
        time.sleep(0.25)


def _steps(
    sent: dict[str, int], bare: dict[str, Seen], findings: dict[str, Seen]
) -> dict[str, Any]:
    """Where the time goes, medians: to the input topic, to the append, to being readable."""
    whole = [one for one in sent if one in bare and one in findings]
    if not whole:
        return {}
    # The broker's time has whole milliseconds: half of one more is the best guess.
    appended = {one: findings[one].stamp + 0.5 for one in whole}
    return {
        "to_input_ms": median((bare[one].at - sent[one]) / 1e6 for one in whole),
        "to_append_ms": median(appended[one] - sent[one] / 1e6 for one in whole),
        "to_readable_ms": median(findings[one].at / 1e6 - appended[one] for one in whole),
    }


SECTION = Section(NAME, "from a share to its finding, at steady rates", run, 1_100)
