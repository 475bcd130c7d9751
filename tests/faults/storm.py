"""Workers killed, stopped and frozen at random while a disorderly stream is judged.

    python -m tests.faults.storm --brokers 127.0.0.1:9092 --seed 1 --seconds 40

Three workers at most, with lasting names or without, by the seed. At the end the findings
must be those of the core over the same events, each revision once, and the counters must
add up to the records on the topics. Exit code 0 when they are.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from streams.core.instants import Instant
from tests.kafka.harness import Bus, Sent, WorkerProcess
from tests.kafka.stories import expected, stories

SUBJECTS = 600
WORKERS = 3
PATIENCE_S = 90.0


def disorderly(bus: Bus, rnd: random.Random) -> Iterator[Sent]:
    """Every event once, some under a wrong key, some twice, some bad records between."""
    for record in bus.events(stories(SUBJECTS)):
        fate = rnd.random()
        if fate < 0.02:
            yield replace(record, key=b"another")
            continue
        if fate < 0.04:
            yield record
        elif fate < 0.05:
            yield Sent(topic=record.topic, key=b"k", value=b"??")
        yield record


class Storm:
    """A few workers, and what happens to them."""

    def __init__(self, bus: Bus, rnd: random.Random) -> None:
        self._bus = bus
        self._rnd = rnd
        lasting = rnd.random() < 0.5
        self._names = [f"w{n}" if lasting else None for n in range(WORKERS)]
        self.workers: list[WorkerProcess | None] = [None] * WORKERS
        self.struck: Counter[str] = Counter(lasting=int(lasting))

    def start(self, place: int) -> None:
        """Start one worker."""
        self.workers[place] = self._bus.start(self._names[place])

    def tend(self) -> None:
        """What a supervisor does: start again what ended itself with code 70."""
        for place, worker in enumerate(self.workers):
            if worker is not None and (code := worker.process.poll()) is not None:
                self.struck[f"ended {code}"] += 1
                if code == 2:
                    raise AssertionError(worker.text)
                self.start(place)

    def strike(self) -> None:
        """Kill, stop, freeze or start one worker."""
        place = self._rnd.randrange(WORKERS)
        worker = self.workers[place]
        if worker is None:
            self.start(place)
            return
        fate = self._rnd.random()
        if fate < 0.45:
            self.struck["killed"] += 1
            worker.kill()
            self.workers[place] = None
        elif fate < 0.6:
            self.struck["stopped"] += 1
            worker.stop()
            self.start(place)
        elif fate < 0.75:
            self.struck["frozen"] += 1
            worker.pause()
            time.sleep(self._rnd.choice([0.5, 2, 8]))
            worker.go_on()

    def calm(self) -> None:
        """All workers run."""
        self.tend()
        for place, worker in enumerate(self.workers):
            if worker is None:
                self.start(place)

    def end(self) -> None:
        """No worker is left."""
        for worker in self.workers:
            if worker is not None:
                worker.kill()


def run(brokers: str, seed: int, seconds: float) -> bool:
    """One storm; whether everything came out right."""
    rnd = random.Random(seed)
    with Bus(brokers, f"storm-{seed}-{uuid.uuid4().hex[:6]}", partitions=4) as bus:
        records = list(disorderly(bus, rnd))
        feeding = threading.Thread(target=feed, args=(bus, records, seconds))
        storm = Storm(bus, rnd)
        began = time.monotonic()
        feeding.start()
        try:
            while feeding.is_alive() or time.monotonic() - began < seconds:
                time.sleep(rnd.uniform(0.3, 2.5))
                storm.tend()
                storm.strike()
            feeding.join()
            deadline = time.monotonic() + PATIENCE_S
            while bus.lag() and time.monotonic() < deadline:
                storm.calm()
                time.sleep(1)
            return settled(bus, storm, seed)
        finally:
            feeding.join()
            storm.end()


def feed(bus: Bus, records: list[Sent], seconds: float) -> None:
    """Send the records spread over the time."""
    began = time.monotonic()
    for start in range(0, len(records), 20):
        bus.send(*records[start : start + 20])
        time.sleep(max(0.0, start / len(records) * seconds - (time.monotonic() - began)))


def settled(bus: Bus, storm: Storm, seed: int) -> bool:
    """Compare with the core, and balance the counters; prints one line."""
    wanted = expected(stories(SUBJECTS), Instant(int(time.time() * 1000)))
    deadline = time.monotonic() + PATIENCE_S
    while (found := judged(bus)) != wanted and time.monotonic() < deadline:
        storm.calm()
        time.sleep(1)
    counters = bus.counters()
    topics = [*bus.names.inputs.values(), bus.names.rekeyed]
    records = sum(len(bus.read(topic)) for topic in topics)
    right = found == wanted and counters.balanced and counters.read == records
    print(  # noqa: T201 - the result
        f"seed {seed}: {'right' if right else 'WRONG'}; missing {len(wanted - found)}, extra "
        f"{len(found - wanted)}; records {records}, read {counters.read}, judged "
        f"{counters.judged}; {dict(storm.struck)}"
    )
    return right


def judged(bus: Bus) -> set[tuple[str, str, str]]:
    """The net findings, those on bad records aside."""
    return {one for one in bus.net() if one[1] != "UNPROCESSABLE_EVENT"}


def main() -> int:
    """Run the storms that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=40.0)
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.count)
    results = [run(given.brokers, seed, given.seconds) for seed in seeds]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
