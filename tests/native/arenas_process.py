"""Makes and lets go of many small objects, before and after arenas lie in huge pages; prints figures.

    python -m tests.native.arenas_process LIBRARY

One line of JSON: bytes of the process in memory, and of them in huge pages (proc(5), smaps_rollup).
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Final

from streams.native.arenas import arenas_in_huge_pages
from streams.native.library import load
from streams.terminal.out import say

MANY: Final = 400_000
"""So many objects of 400 bytes fill 160 MiB."""
ROUNDS: Final = 30


def held() -> dict[str, int]:
    """Bytes in memory, and in huge pages."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    said = {line.split(":")[0]: line.split()[1] for line in lines if line.endswith("kB")}
    return {"rss": int(said["Rss"]) << 10, "huge": int(said["AnonHugePages"]) << 10}


def made(count: int) -> list[bytes]:
    """So many objects, each of which says which it is."""
    return [number.to_bytes(4) * 90 for number in range(count)]


def main(file: Path) -> None:
    """As the module says."""
    library = load(file)
    before = made(MANY // 4)
    figures = {"at first": held()}
    arenas_in_huge_pages(library)
    arenas_in_huge_pages(library)
    kept = made(MANY)
    figures["full"] = held()
    draw = random.Random(1)
    for _ in range(ROUNDS):
        # A run of neighbours goes and comes again: arenas go one by one, in no order.
        start, count = draw.randrange(MANY), draw.randrange(MANY // 4)
        for place in range(start, min(MANY, start + count)):
            kept[place] = b""
        for place in range(start, min(MANY, start + count)):
            kept[place] = place.to_bytes(4) * 90
    figures["churned"] = held()
    assert kept == made(MANY)
    assert before == made(MANY // 4)
    before.clear()
    kept.clear()
    figures["empty"] = held()
    say(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
