"""What the control found, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

from tests.control.runs import LATE, LOSING, PASSED, STOCK, STUCK, Trial
from tests.faults.checks import Kind
from tests.faults.result import Result
from tests.faults.runtime import CONSENTRY

WITHOUT_ROW = "events without a row"
"""How the campaign says it of our worker, which commits only what it stores."""

HEAD = """# The negative control

A checker that finds nothing proves nothing, unless it finds what is there. So the checks of
the [campaign](faults.md) also look at runtimes that lack something. This page is written by
`make faults-control` from what it ran; each line is one run.

- **Stock Faust** ({faust}): its own transport, table in memory, sends and commits, as its
  documentation has them, under the product's own judge (`tests/control/stock.py`). Without
  faults it judges everything rightly, or it would prove nothing.
- **Our worker with mends taken out** (`tests/control/mends.py`), in rebalance storms over a
  backlog. *Continuity*: slices are judged wherever they start. *Seeking*: after a rebalance
  reading goes on where polls had come to, as Faust's does. *Draining*: partitions are given
  up with transactions open.
"""

READING = """
A line can differ from run to run, since how processes interleave is left to the machine;
at a few hundred records a second stock Faust often comes through. One fault at an exact
place is a test, for it always loses (`tests/control/test_control.py`): a rule that raises
once, whose event stock Faust passes over. Each mend of the transport alone is taken out in
`tests/invariants`, where the moment is chosen and not waited for.

Continuity alone can be taken out without loss in these storms: other mends see to it that
slices continue (a slice of an earlier assignment is not judged, and reading begins where
judging has come to). It is what stands between a fault in any of them and lost records:
without seeking and with continuity the worker ends itself, and loses nothing.

*Not judged* are records that nobody had judged a minute or more after the last strike,
with workers running. What is lost and wrong in such a run may be so for that reason alone;
*passed* are events that were committed past and are not stored: no worker will ever look at
them again.
"""


APART = {PASSED: "passed", STUCK: "waiting", LATE: "waiting", WITHOUT_ROW: "passed"}
"""Problems with a column of their own."""


def proves(found: Sequence[tuple[Trial, Result]]) -> bool:
    """Whether the control proves what it must.

    Ours and stock Faust without faults are clean; stock Faust under faults is caught, if
    not in every run, and so is our worker without continuity and seeking.
    """
    whole = [r for t, r in found if t.runtime is CONSENTRY or not t.plan.deck]
    stock = [r for t, r in found if t.runtime is STOCK and t.plan.deck]
    losing = [r for t, r in found if t.runtime is LOSING]
    return (
        all(result.clean for result in whole)
        and any(result.problems for result in stock)
        and all(result.problems for result in losing)
    )


def text(found: Sequence[tuple[Trial, Result]]) -> str:
    """The report in Markdown."""
    lines = [
        HEAD.format(faust=f"faust-streaming {version('faust-streaming')}"),
        "| runtime | under | records | lost | passed | twice | wrong | not judged | came to |",
        "|---|---|---|---|---|---|---|---|---|",
        *(row(trial, result) for trial, result in found),
        READING,
        "## In the checker's words",
        "",
    ]
    for trial, result in found:
        lines.append(f"**{trial.runtime.name}, {trial.under}** ({strikes(result)})")
        lines.append("")
        if result.clean:
            lines.append("- nothing")
        if result.failure:
            lines.append(f"- the run failed: {result.failure.splitlines()[-1]}")
        lines += [f"- {one.kind}: {one.what}: {one.count:,}" for one in result.problems]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def row(trial: Trial, result: Result) -> str:
    """One run in the table."""
    kinds: Counter[str] = Counter()
    for problem in result.problems:
        kinds[APART.get(problem.what, problem.kind)] += problem.count
    columns = (Kind.LOST, "passed", Kind.TWICE, Kind.WRONG, "waiting")
    counts = [kinds[column] for column in columns]
    shown = " | ".join(f"{count:,}" if count else "–" for count in counts)
    exits = sum(times for code, times in result.exits.items() if code == "70")
    came = "clean" if result.clean else "not clean"
    ended = f"; ended itself {exits} times" if exits else ""
    where = f"{trial.runtime.name} | {trial.under} | {result.records:,}"
    return f"| {where} | {shown} | {came}{ended} |"


def strikes(result: Result) -> str:
    """What struck, and how often."""
    struck = [f"{name} {times}" for name, times in sorted(result.struck.items())]
    return ", ".join(struck) or "nothing struck"
