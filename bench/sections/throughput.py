"""Events a second over a full backlog, and what an event costs: each contestant in turn."""

from __future__ import annotations

from statistics import median

from bench.peers import (
    AT_LEAST_ONCE,
    BARE_AIOKAFKA,
    BARE_LIBRDKAFKA,
    BARE_LIBRDKAFKA_KEEPING,
    CONSENTRY,
    CONSENTRY_ON_DISK,
    CONSENTRY_RANDOM,
    EXACTLY_ONCE,
    EXACTLY_ONCE_KEEPING,
    QUIX,
    STOCK_FAUST,
    STOCK_FAUST_KEEPING,
    Peer,
)
from bench.sections.measure import backlog, stream_for
from bench.sections.section import Bench, OutOfTimeError, Section, within

NAME = "throughput"
EVENTS = 600_000
SHORT_EVENTS = 100_000
ONE_LIMIT_S = 240
REBUILT_AT_MOST = 0.01
"""Of the subjects looked up; more of them make a run one of the bound on live subjects."""
PEERS = (
    CONSENTRY,
    EXACTLY_ONCE,
    AT_LEAST_ONCE,
    BARE_LIBRDKAFKA,
    BARE_AIOKAFKA,
    STOCK_FAUST,
    QUIX,
    EXACTLY_ONCE_KEEPING,
    BARE_LIBRDKAFKA_KEEPING,
    STOCK_FAUST_KEEPING,
    CONSENTRY_RANDOM,
    CONSENTRY_ON_DISK,
)


def run(bench: Bench) -> None:
    """All rounds; who is missing or fails is left out, and said."""
    events = SHORT_EVENTS if bench.short else EVENTS
    peers = present(bench, NAME, PEERS)
    for round_ in range(1, bench.rounds + 1):
        for peer in peers:
            if round_ <= peer.rounds:
                once(bench, peer, events, round_)


def present(bench: Bench, section: str, peers: tuple[Peer, ...]) -> list[Peer]:
    """Those that can run here."""
    found = []
    for peer in peers:
        if (why := peer.missing()) is None:
            found.append(peer)
        else:
            bench.fault(section, peer.key, why)
    return found


def once(bench: Bench, peer: Peer, events: int, round_: int) -> None:
    """One contestant, one round."""
    try:
        with within(ONE_LIMIT_S, peer.name):
            measured = backlog(bench, peer, stream_for(peer, events, bench.partitions))
    except (RuntimeError, OutOfTimeError, OSError, TimeoutError) as error:
        bench.fault(NAME, peer.key, str(error) or type(error).__name__, round_)
        return
    values = measured.values | {"name": peer.name} | dict(peer.about)
    bench.record.figure(NAME, peer.key, round_, values)
    if peer is CONSENTRY:
        rates = bench.memory.setdefault("rates", [])
        rates.append(measured.window.rate)
        # The section on latency wants half of it, also when this one is cut off.
        bench.memory["peak"] = median(rates)
    bench.say(
        f"round {round_}  {peer.name:34} {measured.window.rate:9,.0f} events/s "
        f"{measured.window.cpu_us:7.1f} us of CPU an event, limit: {measured.window.limit}"
    )
    if values.get("rebuilt_share", 0) > REBUILT_AT_MOST:
        bench.say(
            f"  {values['rebuilt_share']:.1%} of the subjects looked up were rebuilt from their "
            "rows: this measures live_subjects_max_bytes"
        )


SECTION = Section(NAME, "events a second and CPU an event, beside peers", run, 1200)
