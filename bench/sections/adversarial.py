"""Streams that are made to be slow, of one person: what an event costs, against a short history.

The judge of a partition number, in this process and without Kafka: bytes in, rows and
findings out. Every kind of event, on time, after 10 and after 10,000 of every kind; and whole
streams, the cost of an event at twice the length by that at half of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from bench.adversarial import (
    EVENTS,
    HISTORIES,
    OBJECTED,
    WITHDRAWN,
    consent,
    share,
    signal,
    toggled,
)
from bench.core_alone import new_judge, timed
from bench.in_turn import InTurn, Pair, records
from bench.sections.section import Bench, Section
from streams.core.events import Event

NAME = "adversarial"
SHORT, LONG = 10, 10_000
FULL = 2_000
"""After so many every list that has a bound is full, and every recipient of the mix is known."""

WRITES_MORE = 1.05
"""From this ratio of bytes on both histories are also compared where they write the same."""


def _reversed(length: int) -> list[Event]:
    mixed = HISTORIES["any mix"]
    return [mixed(place) for place in reversed(range(length))]


def _shuffled(length: int) -> list[Event]:
    events = [toggled(place) for place in range(length // 2)]
    events += [share(place) for place in range(length // 2, length)]
    random.Random(1).shuffle(events)
    return events


def _citing(length: int) -> list[Event]:
    """Consents and withdrawals that cite them, shares, and one objection that comes late."""
    events: list[Event] = []
    for place in range(0, length, 2):
        events += [
            consent(place, f"c{place}"),
            signal(place + 1, WITHDRAWN, consent_id=f"c{place}"),
        ]
    events += [share(length + place) for place in range(length // 20)]
    return [*events, signal(1, OBJECTED)]


def _shares(length: int) -> list[Event]:
    return [*(share(place) for place in range(length)), EVENTS["withdrawal"](length)]


STREAMS: dict[str, Callable[[int], list[Event]]] = {
    "toggles": lambda length: [toggled(place) for place in range(length)],
    "any mix, reversed": _reversed,
    "toggles and shares, shuffled": _shuffled,
    "consents, withdrawals that cite them, a late objection": _citing,
    "shares of one person, a withdrawal": _shares,
}
LENGTH = 20_000
SHARES = 115_000


def stream(make: Callable[[int], list[Event]], length: int) -> float:
    """Microseconds of CPU an event of a whole stream."""
    return timed(new_judge(), records(make(length)))


def _pairs(bench: Bench, in_turn: InTurn, history: str, name: str, full: int) -> None:
    """An event after a history, in rounds; after a full one too, where it writes more than at first."""
    pairs = in_turn.measure(EVENTS[name], SHORT, bench.rounds)
    by_full: list[Pair | None] = [None] * bench.rounds
    if pairs[0].long_bytes > WRITES_MORE * pairs[0].short_bytes:
        by_full = [*in_turn.measure(EVENTS[name], full, bench.rounds, grows=True)]
    for round_, (pair, same) in enumerate(zip(pairs, by_full, strict=True), 1):
        values = {
            "history_10_us": pair.short_us,
            "cpu_us": pair.long_us,
            "ratio": pair.ratio,
            "ratio_quarter": pair.ratio_low,
            "ratio_three_quarters": pair.ratio_high,
            "bytes_after_10": pair.short_bytes,
            "bytes": pair.long_bytes,
        }
        if same is not None:
            values |= {"ratio_full": same.ratio, "bytes_after_full": same.short_bytes}
        bench.record.figure(NAME, f"{name} after {history}", round_, values)
        published = f"{pair.long_us:7.1f} us, {pair.ratio:5.2f} x, {pair.long_bytes:6.0f} bytes"
        more = "" if same is None else f"; by that after {full:,} {same.ratio:5.2f} x"
        bench.say(f"{name:22} after {LONG:,} {history:32} {published}{more}")


def run(bench: Bench) -> None:
    """All rounds."""
    long, full = (500, 100) if bench.short else (LONG, FULL)
    for history, make in HISTORIES.items():
        in_turn = InTurn(make, long)
        for name in EVENTS:
            _pairs(bench, in_turn, history, name, full)
    for name, whole in STREAMS.items():
        length = SHARES if whole is _shares else LENGTH
        length = length // 50 if bench.short else length
        half, all_of_it = stream(whole, length // 2), stream(whole, length)
        values = {"history_10_us": half, "cpu_us": all_of_it, "ratio": all_of_it / half}
        bench.record.figure(NAME, f"stream: {name}", 1, values)
        published = f"{all_of_it:.1f} us an event, {all_of_it / half:.2f} x half of it"
        bench.say(f"{length:,} {name}: {published}")


SECTION = Section(
    NAME, "streams made to be slow: 10,000 of any kind, against 10", run, 1800, broker=False
)
