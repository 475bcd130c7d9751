"""What a section of the bench gets, and what it is."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from bench.bus import Bus
from bench.process import Running
from bench.recorder import Recorder


class OutOfTimeError(Exception):
    """Something took longer than it may."""


@dataclass(slots=True)
class Bench:
    """One run: its broker, its files, how much it may do, and where figures go.

    `memory` holds what later sections want of earlier ones, by name.
    """

    bootstrap: str
    folder: Path
    record: Recorder
    rounds: int
    short: bool
    partitions: int = 4
    memory: dict[str, Any] = field(default_factory=dict)
    _name: str = field(default_factory=lambda: secrets.token_hex(3))
    _runs: int = 0

    def say(self, text: str) -> None:
        """A line for those who watch."""
        print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)

    def fault(self, section: str, who: str, what: str, round_: int = 0) -> None:
        """Something failed or was left out: say it, keep it, go on."""
        self.say(f"{section}: {who}: NOT MEASURED: {what}")
        self.record.fault(section, who, what, round_)

    def bus(self, who: str, partitions: int | None = None) -> Bus:
        """Topics for one run of one contestant, with the run's partitions or so many."""
        self._runs += 1
        count = self.partitions if partitions is None else partitions
        return Bus(self.bootstrap, f"b{self._name}-{self._runs}-{who}", count)

    def place(self, bus: Bus) -> Path:
        """A folder for its files."""
        folder = self.folder / bus.tag
        folder.mkdir()
        return folder


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the bench that can be run alone. `limit_s` is for the long form.

    `broker`: it needs one.
    """

    name: str
    about: str
    run: Callable[[Bench], None]
    limit_s: int
    broker: bool = True


@contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """Raise OutOfTimeError in this thread when the block takes longer."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError(f"{what} took longer than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, late)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    began = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.1, left - (time.monotonic() - began)))


def start(bench: Bench, bus: Bus, command: Any, name: str = "program") -> Running:
    """Start a program of a run, its log beside its files."""
    return Running(command, bench.folder / bus.tag / f"{name}.log")
