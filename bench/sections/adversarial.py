"""Streams that are made to be slow, of one person: what an event costs, against a short history.

The judge of a partition number, in this process and without Kafka: bytes in, rows and
findings out. Every kind of event, on time, after 10 and after 10,000 of every kind; and whole
streams, the cost of an event at twice the length by that at half of it.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Sequence

from bench.adversarial import (
    EVENTS,
    HISTORIES,
    OBJECTED,
    WITHDRAWN,
    Make,
    consent,
    share,
    signal,
    toggled,
)
from bench.core_alone import Arrived, judge_all, new_judge, timed
from bench.sections.section import Bench, Section
from streams.core.events import Event
from streams.core.identifiers import subject_key
from streams.core.render import event_type
from streams.settings import Settings
from streams.wire.encode import event_to_json
from streams.wire.record import Record

NAME = "adversarial"
SHORT, LONG = 10, 10_000
MEASURED = 120
WARM = 12
"""So many of the same kind are judged before: both are past their first look-ups."""


def records(events: Sequence[Event], first: int = 0) -> list[Record]:
    """As the consumer hands them over."""
    topics = Settings().topics.inputs
    return [
        Arrived(
            topics[event_type(event)],
            first + offset,
            event.recorded_at + 1000,
            subject_key(event.controller_id, event.subject_id),
            event_to_json(event),
        )
        for offset, event in enumerate(events)
    ]


def on_time(history: Make, event: Make, length: int) -> float:
    """Microseconds of CPU for an event after so many of a history."""
    judge = new_judge()
    before = [history(place) for place in range(length)]
    warm = [event(length + place) for place in range(WARM)]
    judge_all(judge, records(before + warm))
    more = records([event(length + WARM + place) for place in range(MEASURED)], length + WARM)
    gc.freeze()  # the collector passes over what was there before, as it nearly does in a worker
    try:
        return timed(judge, more)
    finally:
        gc.unfreeze()


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


def run(bench: Bench) -> None:
    """All rounds."""
    long = 500 if bench.short else LONG
    for history, make in HISTORIES.items():
        for name, event in EVENTS.items():
            few = min(on_time(make, event, SHORT) for _ in range(bench.rounds + 2))
            many = min(on_time(make, event, long) for _ in range(bench.rounds))
            values = {"history_10_us": few, "cpu_us": many, "ratio": many / few}
            bench.record.figure(NAME, f"{name} after {history}", 1, values)
            bench.say(f"{name:22} after {long:,} {history:32} {many:7.1f} us, {many / few:5.2f} x")
    for name, whole in STREAMS.items():
        length = SHARES if whole is _shares else LENGTH
        length = length // 50 if bench.short else length
        half, full = stream(whole, length // 2), stream(whole, length)
        values = {"history_10_us": half, "cpu_us": full, "ratio": full / half}
        bench.record.figure(NAME, f"stream: {name}", 1, values)
        bench.say(f"{length:,} {name}: {full:.1f} us an event, {full / half:.2f} x half of it")


SECTION = Section(NAME, "streams made to be slow: 10,000 of any kind, against 10", run, 400)
