"""A steady stream: so many events a second, made and sent when they are due."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import NamedTuple

from bench.batches import Batches, place_of
from bench.bus import Bus
from bench.load import Content, Sender
from bench.stream import MIX, SHARE, UNCOVERED, Template, long_bytes
from streams.core.vocabulary import EventType

TICK_S = 0.002
OPEN_REQUESTS = 64
FINDINGS_A_SECOND = 250
"""As many shares are without cover: enough for a percentile, and few at every rate."""

RAREST = 80
"""One event in so many is such a share at least, as in the stream that is read at once."""

MARK = b"m"
"""The first letter of their event ids."""


class Paced(NamedTuple):
    """What was sent: when each marked event was, in ns, how many in all, in which time."""

    sent: dict[str, int]
    events: int
    seconds: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


class Pace:
    """Makes the events of a steady stream, with the time of sending in them."""

    def __init__(self, subjects: int, partitions: int, rate: float, first: int) -> None:
        self._places = [place_of(number, partitions) for number in range(subjects)]
        self._covered = [n for n in range(subjects) if n % UNCOVERED]
        self._uncovered = [n for n in range(subjects) if n % UNCOVERED == 0]
        self._mix = cycle([Template(fields) for fields in MIX])
        self._share = Template(SHARE)
        self._random = random.Random(first)
        self._number = first
        self.every = int(min(RAREST, max(4, rate / FINDINGS_A_SECOND)))

    def make(self, count: int, batches: Batches) -> Iterator[str]:
        """Add `count` events to the batches; gives the ids of those that are marked."""
        now = time.time_ns() // 1_000_000
        at = long_bytes(now)
        for number in range(self._number, self._number + count):
            if number % self.every == 0:
                subject = self._uncovered[self._random.randrange(len(self._uncovered))]
                template, letter = self._share, MARK
                yield f"{MARK.decode()}{number:010d}"
            else:
                subject = self._covered[self._random.randrange(len(self._covered))]
                template, letter = next(self._mix), b"e"
            key, partition = self._places[subject]
            value = template.fill(number, subject, at, letter)
            if not batches.add(template.kind, partition, now, key, value):
                raise ValueError("more events are due at once than a batch holds")
        self._number += count


def _never() -> bool:
    return False


async def pace(
    bus: Bus,
    subjects: int,
    rate: float,
    seconds: float,
    first: int,
    enough: Callable[[], bool] = _never,
) -> Paced:
    """Send for so many seconds, or until it is `enough`. Event ids begin at number `first`."""
    made, batches = Pace(subjects, bus.partitions, rate, first), Batches()
    names, sent, count = bus.inputs, dict[str, int](), 0
    async with Sender(bus.settings) as sender:
        room = asyncio.Semaphore(OPEN_REQUESTS)
        sending: set[asyncio.Task[None]] = set()

        async def send(content: Content) -> None:
            try:
                await sender.send(content)
            finally:
                room.release()

        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds and not enough():
            # A tick that came late sends no more than twice a tick's events at once.
            due = min(int(passed * rate) - count, int(rate * TICK_S * 20) + 1)
            if due > 0:
                now = time.time_ns()
                sent |= dict.fromkeys(made.make(due, batches), now)
                count += due
                await room.acquire()
                task = asyncio.create_task(send(_content(batches, names)))
                sending.add(task)
            for task in [one for one in sending if one.done()]:
                sending.discard(task)
                task.result()
            await asyncio.sleep(TICK_S)
        took = time.perf_counter() - began
        await asyncio.gather(*sending)
    return Paced(sent, count, took)


def _content(batches: Batches, names: dict[EventType, str]) -> Content:
    content: dict[str, dict[int, bytes]] = {}
    for kind, partition, _, raw in batches.take():
        content.setdefault(names[kind], {})[partition] = raw
    return content
