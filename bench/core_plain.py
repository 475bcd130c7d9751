"""The core in a process of its own, in plain Python or compiled: what compiling brings.

    python -m bench.core_plain [--events 60000]

Prints one line: microseconds of CPU an event, over the same stream as `bench.sections.core`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from bench.collector import as_in_a_worker
from bench.core_alone import new_judge, records_of, timed
from bench.process import ROOT
from bench.stream import make
from streams.compiled import PURE

LIMIT_S = 120.0


def without_compiled(events: int, subjects: int) -> float:
    """What an event costs where nothing is compiled. Raises RuntimeError when it did not work."""
    command = [sys.executable, "-m", "bench.core_plain", "--events", str(events),
               "--subjects", str(subjects)]  # fmt: skip
    done = subprocess.run(
        command,
        env=os.environ | {PURE: "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return float(done.stdout)


def main() -> None:
    """Measure once, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--subjects", type=int, default=6_000)
    given = parser.parse_args()
    records = records_of(make(given.events, given.subjects))
    with as_in_a_worker():
        print(timed(new_judge(), records).us)


if __name__ == "__main__":
    main()
