"""What is measured, in one run on one broker.

    make bench                            # everything; writes docs/performance.md
    make bench ARGS=throughput            # a section alone
    make bench ARGS="--short"             # everything in its short form: does it run?
    python -m bench adversarial --apart   # a section alone, onto the page if that lacks it
    python -m bench --report              # docs/performance.md again from the newest run

Each run writes a file of JSON lines (bench/results). A section or contestant that fails is
said and left out; the rest goes on.
"""

from __future__ import annotations

import argparse
import sys

from bench.run import SECTIONS, run


def main() -> int:
    """Exit code 0 when all was measured, 1 when something was not."""
    names = ", ".join(section.name for section in SECTIONS)
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"all, or some of: {names}")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is repeated (3)")
    parser.add_argument("--short", action="store_true", help="few events: a test, no measurement")
    parser.add_argument("--apart", action="store_true", help="keep the run of some sections")
    parser.add_argument("--report", action="store_true", help="only write the page")
    given = parser.parse_args()
    known = {section.name: section for section in SECTIONS}
    if unknown := set(given.sections) - set(known):
        parser.error(f"there is no section {', '.join(sorted(unknown))}: {names}")
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    if given.report:
        from bench.report.write import write_newest

        return write_newest()
    chosen = [
        section for section in SECTIONS if not given.sections or section.name in given.sections
    ]
    whole = not given.sections
    if given.apart and (whole or given.short):
        parser.error("--apart is for sections that are named, in their long form")
    return run(chosen, rounds=given.rounds, short=given.short, whole=whole, apart=given.apart)


if __name__ == "__main__":
    sys.exit(main())
