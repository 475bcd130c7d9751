"""What a strike can reach, and the agenda on which it puts what must follow."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from kafka.errors import KafkaError

from streams.core.identifiers import SubjectKey
from tests.faults.cluster import Cluster
from tests.faults.crew import Crew, Member
from tests.faults.orders import Order
from tests.kafka.harness import Bus

STUBBORN_S = 30.0

T = TypeVar("T")


class Moment(NamedTuple):
    """Something that happened, in seconds from the start of the run."""

    at: float
    what: str


@dataclass
class Scene:
    """A run under way."""

    bus: Bus
    cluster: Cluster
    crew: Crew
    rnd: Random
    began: float = field(default_factory=time.monotonic)
    ours: bool = True
    """Whether our own runtime is under test."""

    persons: list[SubjectKey] = field(default_factory=list)
    """Who may be erased."""

    orders: list[Order] = field(default_factory=list)
    """Commands that the broker has."""

    export: Path = Path()
    """Where facts are exported to."""

    struck: Counter[str] = field(default_factory=Counter)
    moments: list[Moment] = field(default_factory=list)
    _agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: count[int] = field(default_factory=count)

    def note(self, what: str) -> None:
        """A strike struck."""
        self.struck[what] += 1
        self.moments.append(Moment(round(time.monotonic() - self.began, 1), what))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after a while, at the latest before the run is checked."""
        heapq.heappush(self._agenda, (time.monotonic() + seconds, next(self._number), action))

    def keep_agenda(self) -> None:
        """Do what is due."""
        while self._agenda and self._agenda[0][0] <= time.monotonic():
            heapq.heappop(self._agenda)[2]()

    def finish_agenda(self) -> None:
        """Do all that is left, due or not: the next run begins on a sound cluster."""
        while self._agenda:
            heapq.heappop(self._agenda)[2]()

    @property
    def quiet(self) -> bool:
        """Whether nothing more is on the agenda."""
        return not self._agenda

    def somebody(self) -> Member:
        """A member that runs; one in whose process a fault waits only where there is no other.

        Raises IndexError when none runs.
        """
        running = self.crew.running
        return self.rnd.choice([m for m in running if not m.fault] or running)


def stubbornly(action: Callable[[], T], seconds: float = STUBBORN_S) -> T:
    """Ask a broker that was just restarted until it does it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except KafkaError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
