"""Fuzz the C of `streams.native` for some minutes; exits with 1 where something is found.

    python -m tests.fuzz [--minutes 10] [--seed 1] [--only block]

Where the C compiler has no sanitizers it says so; with CONSENTRY_REQUIRE_FUZZ=1 that is an error.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from streams.terminal.out import say
from tests.fuzz.run import run
from tests.fuzz.targets import TARGETS


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=TARGETS, default=[], help="these targets")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = run(Path(folder), 60 * options.minutes, options.seed, only=options.only)
        except RuntimeError as error:
            say(f"not fuzzed: {error}")
            sys.exit(1 if os.environ.get("CONSENTRY_REQUIRE_FUZZ") else 0)
    for line in found.said:
        say(line)
    sys.exit(found.code)


if __name__ == "__main__":
    main()
