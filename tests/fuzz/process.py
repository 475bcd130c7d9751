"""The process that fuzzes: loads the library with sanitizers, and changes inputs until its time is over.

    python -m tests.fuzz.process LIBRARY SECONDS SEED CURRENT [TARGET...]

CURRENT is a file of the input that is being tried, so that it is known after a crash. Prints a
line of figures for each target; exits with 1 at a difference. The environment is that of
`tests.fuzz.library`.
"""

from __future__ import annotations

import ctypes
import mmap
import random
import sys
import time
from pathlib import Path
from typing import Final

from streams.native.library import LIBRARY, load
from streams.terminal.out import say
from tests.fuzz.difference import Difference
from tests.fuzz.mutate import LONGEST, changed
from tests.fuzz.targets import Target, targets

TURN: Final = 2_000
"""Inputs of one target before the next has its turn."""


class Current:
    """A file that holds the input that is tried: where it ends, then its bytes."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(4 + LONGEST))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def set(self, data: bytes) -> None:
        """Tried next."""
        self._map[: 4 + len(data)] = len(data).to_bytes(4, "big") + data


class Fuzzed:
    """One target with its corpus."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.corpus = list(target.seeds)
        self.tried = self.taken = self.ways = 0

    def try_one(self, data: bytes, new_ways: ctypes._NamedFuncPointer) -> None:
        """Raises Difference."""
        self.tried += 1
        self.taken += self.target.run(data)
        found = new_ways()
        if found:
            self.ways += found
            self.corpus.append(data)


def fuzz(some: list[Fuzzed], library: Path, seconds: float, seed: int, current: Current) -> int:
    """Until the time is over, or a difference is found: then 1."""
    new_ways = ctypes.PyDLL(str(library)).consentry_new_ways
    draw = random.Random(seed)
    ends = time.monotonic() + seconds
    for one in some:
        for data in one.target.seeds:
            current.set(data[:LONGEST])
            one.try_one(data, new_ways)
    while time.monotonic() < ends:
        for one in some:
            for _ in range(TURN):
                # What took a new way last is worth more than what all took.
                newest = one.corpus[-50:] if draw.random() < 0.5 else one.corpus
                data = changed(draw.choice(newest), one.corpus, draw)
                current.set(data)
                try:
                    one.try_one(data, new_ways)
                except Difference as difference:
                    say(f"{one.target.name}: {difference}")
                    return 1
    for one in some:
        say(
            f"{one.target.name}: {one.tried} inputs, {one.taken} read in C, "
            f"{one.ways} new branches, {len(one.corpus)} inputs kept"
        )
    return 0


def main() -> None:
    """As the command line says."""
    library, seconds, seed, current, *only = sys.argv[1:]
    assert LIBRARY is None, "what is compared with must be plain Python"
    path = Path(library)
    some = [Fuzzed(target) for target in targets(load(path)) if not only or target.name in only]
    sys.exit(fuzz(some, path, float(seconds), int(seed), Current(Path(current))))


if __name__ == "__main__":
    main()
