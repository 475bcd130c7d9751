"""Streams that are made to be slow, of one person: what an event costs, against a short history.

The judge of a partition number, in this process and without Kafka: bytes in, rows and
findings out. Every kind of event, on time, after 10 and after 10,000 of every kind; and whole
streams, the cost of an event at twice the length by that at half of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from bench.adversarial import (
    EVENTS,
    HISTORIES,
    OBJECTED,
    START,
    STEP_MS,
    WITHDRAWN,
    consent,
    share,
    signal,
    toggled,
)
from bench.core_alone import PIECE, Cost, new_judge, timed
from bench.in_turn import InTurn, Pair, records
from bench.sections.section import Bench, Section
from streams.core.events import Event

NAME = "adversarial"
SHORT, LONG = 10, 10_000
FULL = 2_000
"""After so many every recipient of the mix is known, and the lists that have a bound are nearly full."""

WRITES_MORE = 1.05
"""From this ratio of bytes on both histories are also compared where they write the same."""


def _reversed(length: int) -> list[Event]:
    mixed = HISTORIES["any mix"]
    return [mixed(place) for place in reversed(range(length))]


def _at_once(length: int) -> list[Event]:
    """Consents, withdrawals and shares of one and the same instant."""
    makes = (consent, EVENTS["withdrawal"], share)
    at = START + length * STEP_MS
    return [
        msgspec.structs.replace(makes[place % 3](place), occurred_at=at, recorded_at=at)
        for place in range(length)
    ]


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


class Stream(NamedTuple):
    """A whole stream of one person: how it is made, how long it is, and in what batches it comes.

    `piece` is 1 where nearly every event revises what was said before: what a batch says of one
    finding it writes once, and the bytes would not show how often it was judged.
    """

    make: Callable[[int], list[Event]]
    length: int = 20_000
    piece: int = PIECE


STREAMS: dict[str, Stream] = {
    "toggles": Stream(lambda length: [toggled(place) for place in range(length)]),
    "all at one instant": Stream(_at_once, 2_000, 1),
    "any mix, reversed": Stream(_reversed, 1_000, 1),
    "toggles and shares, shuffled": Stream(_shuffled, 4_000, 1),
    "consents, withdrawals that cite them, a late objection": Stream(_citing),
    "shares of one person, a withdrawal": Stream(_shares, 115_000),
}


def cost(stream: Stream, length: int) -> Cost:
    """What an event of a whole stream costs."""
    return timed(new_judge(), records(stream.make(length)), stream.piece)


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
            more_written = same.long_bytes / same.short_bytes
            values |= {
                "ratio_full": same.ratio,
                "bytes_after_full": same.short_bytes,
                "ratio_full_of_bytes": same.ratio / more_written,
            }
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
    for name, stream in STREAMS.items():
        length = max(40, stream.length // 50) if bench.short else stream.length
        half, whole = cost(stream, length // 2), cost(stream, length)
        values = {
            "history_10_us": half.us,
            "cpu_us": whole.us,
            "ratio": whole.us / half.us,
            "bytes_of_half": half.written,
            "bytes": whole.written,
            "ratio_of_bytes": whole.us / half.us / (whole.written / half.written),
        }
        bench.record.figure(NAME, f"stream: {name}", 1, values)
        published = f"{whole.us:.1f} us an event, {values['ratio']:.2f} x half of it"
        bench.say(
            f"{length:,} {name}: {published}; {values['ratio_of_bytes']:.2f} x per byte written"
        )


SECTION = Section(
    NAME, "streams made to be slow: 10,000 of any kind, against 10", run, 1800, broker=False
)
