"""The negative control: `make faults-control`, or

    python -m tests.control

Every trial that is missing is run and kept as a line of JSON, as the campaign does; then
docs/faults-control.md is written from what is kept. Exit code 0 when the control proves
what it must (`report.proves`).
"""

from __future__ import annotations

import argparse
import logging
import sys
import uuid
from pathlib import Path

import msgspec

from tests.control.exact import FAULTS, Fault, Outcome, outcome
from tests.control.report import proves, text
from tests.control.runs import STOCK, TRIALS, play
from tests.faults.cluster import Cluster
from tests.faults.plan import Plan
from tests.faults.result import Result, decode, encode
from tests.faults.runtime import CONSENTRY, Runtime
from tests.kafka.harness import Bus


def main() -> int:
    """Run the trials that are missing, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.control")
    parser.add_argument("--kept", type=Path, default=Path("build/faults/control.jsonl"))
    parser.add_argument("--report", type=Path, default=Path("docs/faults-control.md"))
    given = parser.parse_args()
    logging.disable()  # clients log every broken connection
    given.kept.parent.mkdir(parents=True, exist_ok=True)
    kept = {}
    if given.kept.exists():
        kept = {name(one): one for one in map(decode, given.kept.read_bytes().splitlines())}
    results = []
    with given.kept.open("ab") as file, Cluster() as cluster:
        for trial in TRIALS:
            result = kept.get((trial.runtime.name, encoded(trial.plan)))
            if result is None:
                result = play(cluster, trial)
                file.write(encode(result) + b"\n")
                file.flush()
            sys.stdout.write(f"{trial.runtime.name}, under {trial.under}: {result.report}\n")
            sys.stdout.flush()
            results.append(result)
        exact = [
            (fault, runtime, placed(cluster, runtime, fault))
            for fault in FAULTS
            for runtime in (STOCK, CONSENTRY)
        ]
    found = list(zip(TRIALS, results, strict=True))
    given.report.write_text(text(exact, found), "utf-8")
    return 0 if proves(exact, found) else 1


def placed(cluster: Cluster, runtime: Runtime, fault: Fault) -> Outcome:
    """A fault at an exact place, on topics of its own."""
    with Bus(cluster.direct, f"control-{uuid.uuid4().hex[:8]}", partitions=1) as bus:
        return outcome(bus, runtime, fault)


def name(result: Result) -> tuple[str, bytes]:
    """What distinguishes trials: a trial that was changed is run again."""
    return result.runtime, encoded(result.plan)


def encoded(plan: Plan) -> bytes:
    """A plan as it can be looked up."""
    return msgspec.json.encode(plan)


if __name__ == "__main__":
    sys.exit(main())
