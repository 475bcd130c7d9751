"""Streams that are made to be slow, of one person: what an event costs, against a short history.

The judge of a partition number, in this process and without Kafka: bytes in, rows and
findings out. Every kind of event, on time, after 10 and after 10,000 of every kind; and whole
streams, the cost of an event at twice the length by that at half of it.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from statistics import median

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


class History:
    """A judge that has taken a history in. What is measured after it runs in a child process."""

    def __init__(self, before: Sequence[Record]) -> None:
        self.length = len(before)
        self.judge = new_judge()
        judge_all(self.judge, before)

    def on_time(self, event: Make) -> float:
        """Microseconds of CPU for an event after it."""
        fork = get_context("fork")
        receiver, sender = fork.Pipe(duplex=False)
        child = fork.Process(target=lambda: sender.send(self._timed(event)))
        child.start()
        sender.close()
        try:
            measured: float = receiver.recv()
        finally:
            child.join()
            receiver.close()
        return measured

    def _timed(self, event: Make) -> float:
        gc.collect()  # it writes to nearly all pages: they are the child's own before it counts
        length = self.length
        judge_all(self.judge, records([event(length + place) for place in range(WARM)], length))
        length += WARM
        more = records([event(length + place) for place in range(MEASURED)], length)
        gc.freeze()  # the collector passes over what was there before, as it nearly does in a worker
        return timed(self.judge, more)


def _pairs(few: History, many: History, event: Make, rounds: int) -> dict[str, float]:
    """Medians of pairs, one right after the other: what else the machine does is in both."""
    pairs = [(few.on_time(event), many.on_time(event)) for _ in range(rounds)]
    return {
        "history_10_us": median(one for one, _ in pairs),
        "cpu_us": median(one for _, one in pairs),
        "ratio": median(long / short for short, long in pairs),
    }


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
        before = records([make(place) for place in range(long)])
        few, many = History(before[:SHORT]), History(before)
        for name, event in EVENTS.items():
            values = _pairs(few, many, event, bench.rounds)
            bench.record.figure(NAME, f"{name} after {history}", 1, values)
            told = f"{values['cpu_us']:7.1f} us, {values['ratio']:5.2f} x"
            bench.say(f"{name:22} after {long:,} {history:32} {told}")
    for name, whole in STREAMS.items():
        length = SHARES if whole is _shares else LENGTH
        length = length // 50 if bench.short else length
        half, full = stream(whole, length // 2), stream(whole, length)
        values = {"history_10_us": half, "cpu_us": full, "ratio": full / half}
        bench.record.figure(NAME, f"stream: {name}", 1, values)
        bench.say(f"{length:,} {name}: {full:.1f} us an event, {full / half:.2f} x half of it")


SECTION = Section(NAME, "streams made to be slow: 10,000 of any kind, against 10", run, 1800)
