"""The long form of the campaign: `make faults`, or

    python -m tests.faults --runs 16 --subjects 6500 --minutes 90

Every run is checked, and kept as a line of JSON; runs that are kept already are not
played again, so an interrupted campaign goes on where it stopped. At the end the report
and its picture are written from what is kept.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path

from tests.faults import report
from tests.faults.cluster import Cluster
from tests.faults.conductor import Run
from tests.faults.finales import FINALES, emptied
from tests.faults.growth import GROWN, grown
from tests.faults.plan import drawn, every_step
from tests.faults.result import Result, decode, encode

KEPT = Path("build/faults/runs.jsonl")


def main() -> int:
    """Play the runs that are missing, and write the report. Exit code 0: all are clean."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.faults")
    parser.add_argument("--runs", type=int, default=16, help="beside the one with every step")
    parser.add_argument("--subjects", type=int, default=6_500, help="a run; ten records each")
    parser.add_argument("--seconds", type=float, default=60, help="over which a stream is sent")
    parser.add_argument("--minutes", type=float, default=90, help="no run begins after that")
    parser.add_argument("--kept", type=Path, default=KEPT, help="file of the runs played")
    parser.add_argument("--report", type=Path, default=Path("docs/faults.md"))
    parser.add_argument("--picture", type=Path, default=Path("docs/images/faults.svg"))
    given = parser.parse_args()
    logging.disable()  # clients log every broken connection
    given.kept.parent.mkdir(parents=True, exist_ok=True)
    results = kept(given.kept)
    missing = [seed for seed in range(given.runs + 1) if seed not in results]
    until = time.monotonic() + given.minutes * 60
    with given.kept.open("ab") as file, Cluster() as cluster:
        for seed in missing:
            if time.monotonic() > until:
                say(f"time is up before run {seed}; the same command goes on there")
                break
            result = results[seed] = play(cluster, seed, given.subjects, given.seconds)
            file.write(encode(result) + b"\n")
            file.flush()
            say(result.report)
    played = [results[seed] for seed in sorted(results)]
    report.write(played, given.report, given.picture)
    say(f"{given.report} and {given.picture} are written")
    return 0 if all(result.clean for result in played) else 1


def play(cluster: Cluster, seed: int, subjects: int, seconds: float) -> Result:
    """One run, and then growth or one of the things that must stop a worker, in turn."""
    plan = drawn(seed, subjects, seconds) if seed else every_step(subjects // 3)
    run = Run(cluster, plan)
    result = run.play()
    if result.clean:
        finales = {**FINALES, GROWN: grown}
        name = list(finales)[seed % len(finales)]
        try:
            emptied(run.bus, cluster)
            finales[name](run.bus, cluster)
        except Exception as error:  # noqa: BLE001 - the next run goes on, and the report shows it
            result.fail(error)
        result.finale = name
    run.remove_topics()
    return result


def kept(file: Path) -> dict[int, Result]:
    """The runs played before, by their seeds."""
    if not file.exists():
        return {}
    results = [decode(line) for line in file.read_bytes().splitlines()]
    return {result.plan.seed: result for result in results}


def say(line: str) -> None:
    """One line on the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
