"""What a program did, seen from outside: committed offsets, and the CPU time of processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psutil

from bench.process import Running, broker_of_this_process, cpu_s_of

LOOK_EVERY_S = 0.05
WARM = 0.15
"""The share of the second stage after which the clock may run."""

BUSY = 0.9
"""Of what a part could use at most: from there on it is called the limit."""


class Sample(NamedTuple):
    """One look: the time, records committed, and seconds of CPU used so far."""

    at: float
    done: int
    program_s: float
    broker_s: float
    machine_s: float


class Window(NamedTuple):
    """What happened between two looks. Cores are CPU seconds a second."""

    seconds: float
    events: int
    program_s: float
    broker_s: float
    machine_s: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the program's CPU an event."""
        return self.program_s / self.events * 1e6

    @property
    def broker_us(self) -> float:
        """Microseconds of the broker's CPU an event."""
        return self.broker_s / self.events * 1e6

    @property
    def limit(self) -> str:
        """What had no more to give: the program's core, the whole machine, or neither.

        A program of one thread is at its end at one core. Programs of several threads may
        use more, and then only the machine says when they are at theirs.
        """
        if self.machine_s >= BUSY * self.seconds * (psutil.cpu_count() or 1):
            return "machine"
        if self.program_s >= BUSY * self.seconds:
            return "program"
        return "waiting"


class Watch:
    """Looks at the programs of one group until they have committed what they are to read."""

    def __init__(self, committed: Callable[[], int], programs: Sequence[Running]) -> None:
        self._committed = committed
        self._programs = programs
        self._broker = broker_of_this_process()
        self.samples: list[Sample] = []

    def until(self, total: int, limit_s: float) -> None:
        """Look until `total` records are committed. Raises RuntimeError when that fails."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            for program in self._programs:
                program.require_running()
            if self.look().done >= total:
                return
            time.sleep(LOOK_EVERY_S)
        done = self.samples[-1].done if self.samples else 0
        said = self._programs[0].tail()
        raise RuntimeError(f"{done:,} of {total:,} records within {limit_s:.0f} s: {said}")

    def look(self) -> Sample:
        """Take a sample, and keep it when more is committed than before."""
        done = self._committed()
        machine = psutil.cpu_times()
        sample = Sample(
            time.perf_counter(),
            done,
            sum(program.cpu_s for program in self._programs),
            cpu_s_of(self._broker),
            machine.user + machine.nice + machine.system + machine.irq + machine.softirq,
        )
        if not self.samples or done > self.samples[-1].done:
            self.samples.append(sample)
        return sample

    def window(self, begin: int, total: int) -> Window:
        """From the first commit at or after `begin` to the last before the end."""
        return window(self.samples, begin, total)


def window(samples: Sequence[Sample], begin: int, total: int) -> Window:
    """From the first commit at or after `begin` records to the last one before `total`.

    A program that commits every second has been idle for a part of the last one. So the
    commit before it ends the window, unless that would leave out more than half.

    Raises RuntimeError when there is no window.
    """
    inside = [one for one in samples if one.done >= begin]
    if len(inside) < 2:
        raise RuntimeError("it committed too rarely to be measured")
    first, last = inside[0], inside[-1]
    if (
        last.done >= total
        and len(inside) > 2
        and (inside[-2].done - first.done) * 2 >= (last.done - first.done)
    ):
        last = inside[-2]
    return Window(
        last.at - first.at,
        last.done - first.done,
        last.program_s - first.program_s,
        last.broker_s - first.broker_s,
        last.machine_s - first.machine_s,
    )
