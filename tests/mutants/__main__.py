"""Run mutmut, try what survives against the slower tests, and report what is left.

    python -m tests.mutants [--children N] [--quick] [PATTERN ...]

A pattern names mutants as mutmut does: `streams.core.revise.*`. Without one all of core,
wire and agents are changed, which takes hours; results are kept in `mutants/`, so an
interrupted campaign goes on where it stopped, and only changed functions are run again.
Exit code 0: every survivor is listed as equivalent. 1: a test is missing, or the list is
not true any more.
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.mutants.survivors import Mutant, divide, known_equivalents, mutant_of

# Not a dependency of the tests: `make mutants` alone installs it.
try:
    MUTMUT: Any = importlib.import_module("mutmut.__main__")
except ModuleNotFoundError:
    raise SystemExit("error: mutmut is not installed: `make mutants` installs it") from None

COPY = Path("mutants")
SLOWER = ("tests/oracle", "tests/property")
SURVIVED = {"survived", "no tests"}
UNDECIDED = {"not checked", "check was interrupted by user", "suspicious"}


def main() -> int:
    """Run the campaign. Exit code 0: nothing is missing."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.mutants")
    parser.add_argument("patterns", nargs="*", help="mutants as mutmut names them")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="leave the slower tests out")
    given = parser.parse_args()
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(given.children)]
    ran = subprocess.run([*command, *given.patterns], check=False, env=_environment())
    if ran.returncode not in {0, 1}:
        say("mutmut did not come to its end")
        return ran.returncode
    statuses = {
        name: status
        for name, status in kept().items()
        if not given.patterns or any(fnmatch.fnmatch(name, p) for p in given.patterns)
    }
    if not statuses:
        say("no mutant was tried")
        return 1
    tried = {name: mutant_of(name, MUTMUT.get_diff_for_mutant(name)) for name in statuses}
    survivors = [tried[name] for name, status in statuses.items() if status in SURVIVED]
    if not given.quick:
        survivors = [mutant for mutant in survivors if not noticed(mutant)]
    found = divide(survivors, known_equivalents(), tried.values())
    for mutant in found.missed:
        say(f"no test notices\n{mutant}")
    for place in found.stale:
        say(f"equivalent.toml names what is not there: {place}")
    counts = Counter(statuses.values())
    undecided = sum(counts[status] for status in UNDECIDED)
    say(
        f"{len(statuses)} mutants: {len(statuses) - len(survivors) - undecided} noticed "
        f"({counts['timeout']} by taking too long), {len(found.equivalent)} equivalent, {len(found.missed)} missed, {undecided} undecided"
    )
    return 0 if found.clean and not undecided else 1


def kept() -> dict[str, str]:
    """The status of every mutant that mutmut has results of, by name."""
    statuses: dict[str, str] = {}
    for file in sorted(COPY.rglob("*.meta")):
        codes = json.loads(file.read_text("utf-8"))["exit_code_by_key"]
        statuses |= {name: MUTMUT.status_by_exit_code[code] for name, code in codes.items()}
    return statuses


def noticed(mutant: Mutant) -> bool:
    """Whether the slower tests notice a mutant."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *SLOWER],
        cwd=COPY,
        env=_environment() | {"MUTANT_UNDER_TEST": mutant.name},
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return ran.returncode == 1


def _environment() -> dict[str, str]:
    # A compiled module would run in place of the changed source.
    return os.environ | {"CONSENTRY_PURE": "1"}


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
