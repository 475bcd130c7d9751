"""How long workers take to come back and to stop, under load, beside a real broker.

    python -m bench.lifecycle [--rounds 5] [--rows 100000] [--rate 200]

A worker with some state judges a steady stream. In each round, in turn: SIGTERM and a new
start, `kill -9` and a new start of the same member, `kill -9` of one of two workers, and SIGTERM while the broker is suspended. "First judged" is the
time from starting the process to a committed offset beyond those of before, as a watcher
outside sees it; of it, the time that the log gives for restoring is shown beside.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from bench.load import fill
from streams.core.events import Event
from streams.dev.broker import LocalBroker
from tests.kafka.harness import Bus, Sent, WorkerProcess
from tests.kafka.stories import stories

SESSION_S = 10.0
SUSPENDED_S = 8.0
LOOK_EVERY_S = 0.02


class Life:
    """A bus under steady load, and what happens to its workers."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def restart(self, worker: WorkerProcess, *, kill: bool) -> WorkerProcess:
        """Stop or kill, start the same member, and wait until it has judged something new."""
        how = "kill -9" if kill else "SIGTERM"
        if kill:
            worker.kill()
        else:
            code, seconds = worker.stop()
            assert code == 0, worker.text
            self.seconds["SIGTERM to exit"].append(seconds)
        before = self._committed()
        began = time.monotonic()
        again = self._bus.start("w1")
        self._past(before, again)
        self.seconds[f"{how}, the same member started again: first judged"].append(
            time.monotonic() - began
        )
        [restored] = again.logged("partitions.restored")
        self.seconds[f"{how}, the same member started again: of it restoring"].append(
            restored["seconds"]
        )
        return again

    def failover(self, worker: WorkerProcess) -> WorkerProcess:
        """Kill one while another stands by; its partitions come when the session has ended."""
        with self._bus.worker("w2") as other:
            began = time.monotonic()
            worker.kill()
            before = self._committed()
            self._past_everywhere(before, other)
            self.seconds[
                f"kill -9 of one of two, session {SESSION_S:g} s: all partitions judged"
            ].append(time.monotonic() - began)
            other.stop()
        # A static member keeps its partitions until its session ends, or it is removed.
        subprocess.run(
            [sys.executable, "-m", "streams.cli.main", "worker", "remove", "w2"],
            env=self._bus.environment(),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return self._bus.worker("w1")

    def stop_while_suspended(self, worker: WorkerProcess) -> WorkerProcess:
        """SIGTERM while the broker does not answer."""
        [kafka] = [
            child for child in psutil.Process().children(recursive=True) if child.name() == "java"
        ]
        # In the middle of its work, and not of a rebalance.
        self._past_everywhere(self._committed(), worker)
        kafka.suspend()
        resume = threading.Timer(SUSPENDED_S, kafka.resume)
        resume.start()
        time.sleep(0.3)
        code, seconds = worker.stop()
        # With 70 something was left that the next start judges again.
        self.seconds[f"SIGTERM to exit, broker suspended, exit code {code}"].append(seconds)
        resume.join()
        return self._bus.worker("w1")

    def _committed(self) -> dict[tuple[str, int], int]:
        inputs = set(self._bus.names.inputs.values())
        return {place: at for place, at in self._bus.committed().items() if place[0] in inputs}

    def _past(self, before: dict[tuple[str, int], int], worker: WorkerProcess) -> None:
        def past() -> bool:
            return sum(self._committed().values()) > sum(before.values())

        wait(past, worker)

    def _past_everywhere(self, before: dict[tuple[str, int], int], worker: WorkerProcess) -> None:
        def by_number(offsets: dict[tuple[str, int], int]) -> dict[int, int]:
            sums: dict[int, int] = defaultdict(int)
            for (_, number), at in offsets.items():
                sums[number] += at
            return sums

        had = by_number(before)

        def past() -> bool:
            now = by_number(self._committed())
            return all(now[number] > at for number, at in had.items())

        wait(past, worker)


def wait(look: Callable[[], bool], worker: WorkerProcess) -> None:
    """Look often until it is so."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if look():
            return
        if worker.process.poll() is not None:
            raise SystemExit(f"the worker ended:\n{worker.text}")
        time.sleep(LOOK_EVERY_S)
    raise SystemExit(f"nothing was judged within 120 s:\n{worker.text}")


def end_children() -> None:
    """Kill workers that are left after a failure; the broker ends by itself."""
    for child in psutil.Process().children():
        if "streams.cli.main" in " ".join(child.cmdline()):
            child.kill()


@contextmanager
def steady(bus: Bus, rate: float) -> Iterator[None]:
    """Events at a rate, from a thread, until the end of the block."""
    over = threading.Event()

    def feed() -> None:
        made: Iterator[Event] = iter(stories(20_000))
        records: Iterator[Sent] = map(bus.event, made)
        began, sent = time.monotonic(), 0
        while not over.wait(0.02):
            due = int((time.monotonic() - began) * rate) - sent
            if due > 0:
                bus.send(*(next(records) for _ in range(due)))
                sent += due

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)


def main() -> None:
    """Run all rounds and print medians with their spread."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--rate", type=float, default=200.0)
    given = arguments.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        LocalBroker(Path(name) / "kafka", long_lived=True) as broker,
    ):
        settings = {"session_timeout_s": SESSION_S, "tick_interval_s": 1.0}
        with Bus(broker.bootstrap, "lifecycle", partitions=4, **settings) as bus:
            asyncio.run(fill(bus.settings, given.rows, given.rows // 10))
            life = Life(bus)
            try:
                worker = bus.worker("w1")
                bus.settle(worker, 300)
                with steady(bus, given.rate):
                    for _ in range(given.rounds):
                        worker = life.restart(worker, kill=False)
                        worker = life.restart(worker, kill=True)
                        worker = life.failover(worker)
                        worker = life.stop_while_suspended(worker)
                    worker.stop()
            finally:
                end_children()
    print(
        f"{given.rounds} rounds, {given.rows:,} rows of state and more, {given.rate:g} events/s, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for what, times in life.seconds.items():
        print(f"{what:72} {median(times):6.2f} s  ({min(times):.2f} to {max(times):.2f})")


if __name__ == "__main__":
    main()
