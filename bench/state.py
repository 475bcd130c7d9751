"""State on disk: what an event costs with ten million subjects, beside a hundred thousand.

    python -m bench.state [--short] [--results FILE] [--subjects 100000,10000000]

No Kafka: one process a size builds a database with a consent of each subject, another
opens it with the default bounds on memory and judges shares of subjects drawn evenly, the
worst case for every cache. Rounds alternate between the sizes. CPU time is that of the
whole process, RocksDB's threads included. Everything is deleted at the end.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.state_rows import (
    MIB,
    POLLED,
    ROWS_AT_ONCE,
    SETTINGS,
    WANTED,
    Worker,
    made_rows,
    stored,
)
from bench.stream import GRANT, SHARE, Template
from streams.cli.garbage import settle_collector
from streams.native.arenas import arenas_in_huge_pages
from streams.transport.state.disk.layout import STATE, encode_state
from streams.transport.state.disk.options import Memory
from streams.transport.state.disk.placing import place_rows
from streams.transport.state.disk.rows import DiskRows
from streams.transport.state.disk.stores import open_rows
from streams.wire.rows import next_deadline


def build(rows: DiskRows, subjects: int) -> float:
    """Write a consent of each subject, many at once. Returns the seconds taken."""
    began = time.perf_counter()
    shapes = stored(GRANT)
    if any(next_deadline(one.value) is not None for one in shapes):
        raise ValueError("a consent that is in order waits for nothing")
    made = made_rows(subjects, shapes)
    database = rows._database  # noqa: SLF001 - set up, not measured
    while part := dict(itertools.islice(made, ROWS_AT_ONCE)):
        batch = database.new_batch()
        place_rows(dict(part), batch)
        database.write(batch)
    state = msgspec.structs.replace(WANTED, position=1, as_of=int(time.time() * 1000))
    batch = database.new_batch()
    batch.put(STATE, encode_state(state))
    database.write(batch)
    rows.loaded()
    # As in a database that has lived for long, where nothing is left to be merged.
    database._rdict.flush()  # noqa: SLF001
    database._rdict.compact_range(None, None)  # noqa: SLF001
    return time.perf_counter() - began


def build_child(folder: Path, subjects: int) -> None:
    """Build, and print what it took."""
    rows = open_rows(folder, Memory(256 * MIB, 128 * MIB), WANTED)
    seconds = build(rows, subjects)
    rows.close()
    disk = sum(file.stat().st_size for file in folder.iterdir())
    print(json.dumps({"built_s": seconds, "disk_bytes": disk}), flush=True)


def measure_child(folder: Path, subjects: int, events: int) -> None:
    """Measure a round for each line on standard input."""
    arenas_in_huge_pages()
    settle_collector()
    idle = peak()
    memory = Memory(SETTINGS.store_cache_bytes, SETTINGS.store_write_buffer_bytes)
    worker = Worker(open_rows(folder, memory, WANTED))
    rnd = random.Random(1)
    share = Template(SHARE)
    first = number = subjects
    while sys.stdin.readline().strip() == "measure":
        records = [worker.record(share, number + n, rnd.randrange(subjects)) for n in range(events)]
        number += events
        began, cpu = time.perf_counter(), time.process_time()
        for start in range(0, events, POLLED):
            worker.take(records[start : start + POLLED])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        read = sum(c.judged for c in worker.partition.progress.counters.values())
        assert read == number - first, "an event was not judged"
        bound = idle + SETTINGS.store_cache_bytes + SETTINGS.live_subjects_max_bytes
        print(
            json.dumps({
                "cpu_us": cpu / events * 1e6, "wall_us": wall / events * 1e6,
                "memory_bytes": peak(), "bound_bytes": bound, "memory_by_bound": peak() / bound,
                "live_subjects": len(worker.judge.subjects.live),
            }),
            flush=True,
        )  # fmt: skip
    worker.partition.rows.close()


def peak() -> int:
    """Bytes of memory at most (VmHWM) since it was reset."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Size:
    """The process that measures one number of subjects."""

    def __init__(self, base: Path, subjects: int, events: int) -> None:
        self.subjects = subjects
        self.rounds: list[dict[str, Any]] = []
        given = ["--folder", str(base / str(subjects)), "--subjects", str(subjects)]
        command = [sys.executable, "-m", "bench.state", *given, "--events", str(events), "--child"]
        built = subprocess.run([*command, "build"], check=True, stdout=subprocess.PIPE)
        self.built = json.loads(built.stdout)
        self._process = subprocess.Popen(
            [*command, "measure"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _reported(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"the process of {self.subjects} subjects ended")
        return line

    def _ask(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def measure(self) -> dict[str, Any]:
        """One round."""
        self._ask("measure")
        self.rounds.append(json.loads(self._reported()))
        return self.rounds[-1]

    def end(self) -> None:
        """Let the process go."""
        self._process.communicate("end\n", timeout=60)


def main() -> None:
    """Measure sizes in turn, and print what an event costs with each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--subjects", default="100000,10000000")
    arguments.add_argument("--events", type=int, default=20_000, help="in each round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--short", action="store_true", help="10,000 and 200,000 subjects")
    arguments.add_argument("--results", type=Path, help="a line of JSON a round")
    arguments.add_argument("--child", help=argparse.SUPPRESS)
    arguments.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child == "build":
        build_child(given.folder, int(given.subjects))
        return
    if given.child == "measure":
        measure_child(given.folder, int(given.subjects), given.events)
        return
    sizes = "10000,200000" if given.short else given.subjects
    events = 2_000 if given.short else given.events
    base = Path(tempfile.mkdtemp(prefix="consentry-state-"))
    found: list[Size] = []
    try:
        for subjects in map(int, sizes.split(",")):
            found.append(Size(base, subjects, events))
            built = found[-1].built
            print(f"{subjects:>12,} subjects  {built['disk_bytes'] / MIB:8,.0f} MiB on disk, "
                  f"built in {built['built_s']:.1f} s", flush=True)  # fmt: skip
        for round_ in range(1, given.rounds + 1):
            for size in found:
                values = size.measure()
                report(given.results, f"subjects-{size.subjects}", round_, values | size.built)
                print(f"round {round_}  {size.subjects:>12,} subjects  {values['cpu_us']:6.1f} us "
                      f"of CPU, {values['wall_us']:6.1f} us an event, "
                      f"{values['memory_bytes'] / MIB:6.0f} MiB", flush=True)  # fmt: skip
    finally:
        for size in found:
            size.end()
        shutil.rmtree(base)
    costs = {s.subjects: median(r["cpu_us"] for r in s.rounds) for s in found}
    least, most = min(costs), max(costs)
    print(
        f"\nCPU of an event with {most:,} subjects, by {least:,}: {costs[most] / costs[least]:.2f}"
    )


def report(results: Path | None, who: str, round_: int, values: dict[str, Any]) -> None:
    """Add a line to the results."""
    if results is not None:
        with results.open("a") as file:
            file.write(json.dumps({"who": who, "round": round_, "values": values}) + "\n")


if __name__ == "__main__":
    main()
