"""What the control found, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

from tests.control.exact import EVENTS, Fault, Outcome
from tests.control.runs import LATE, PASSED, STOCK, STUCK, WHOLE, Trial
from tests.faults.checks import Kind
from tests.faults.result import Result
from tests.faults.runtime import Runtime

WITHOUT_ROW = "events without a row"
"""How the campaign says it of our worker, which commits only what it stores."""

HEAD = """# The negative control

A checker that finds nothing proves nothing, unless it finds what is there. So the checks of
the [campaign](faults.md) also look at runtimes that lack something. This page is written by
`make faults-control` from what it ran; each line is one run.

- **Stock Faust** ({faust}): its own transport, table in memory, sends and commits, as its
  documentation has them, under the product's own judge (`tests/control/stock.py`). Without
  faults it judges everything rightly, or it would prove nothing.
- **Our worker with safeguards taken out** (`tests/control/safeguards.py`), in rebalance storms over a
  backlog. *Continuity*: poll batches are judged wherever they start. *Seeking*: after a rebalance
  reading goes on where polls had come to, as Faust's does. Each record takes
  2 ms more there, so that poll batches are queued when partitions change hands.

## At exact places

{events} events, one worker with a fault, then a sound one until every record is committed.
Missing is what then no worker will ever look at again. These are also tests
(`tests/control/test_control.py`), for they come out alike every time.

| fault | runtime | events missing | findings missing |
|---|---|---|---|
{exact}

A poll batch that is lost between the client and the agent is such a fault for our own worker
(`tests/invariants/test_12_on_kafka.py`): it ends itself with code 70, and the next one
misses nothing. Without continuity it goes on, and findings are lost. `tests/invariants`
takes each of the other safeguards out alone, where the moment is chosen and not waited for.

## At random

"""

READING = """
A line differs from run to run, since how processes interleave is left to the machine. Stock
Faust comes through many of them: what it loses it loses in moments that a random strike
seldom hits, which is why the campaign also strikes between any two steps of our worker, and
why the faults above are placed.

Continuity alone can be taken out without loss in these storms: other safeguards see to it that
poll batches continue (one of an earlier assignment is not judged, and reading begins where
judging has come to). Without seeking and with continuity a worker ends itself instead of
losing. It takes both out to lose in a rebalance; that is what the first sketch of the driver
was.

*Not judged* are records that nobody had judged a minute or more after the last strike,
with workers running. What is lost and wrong in such a run may be so for that reason alone;
*passed* are events that were committed past and are not stored: no worker will ever look at
them again.
"""


APART = {PASSED: "passed", STUCK: "waiting", LATE: "waiting", WITHOUT_ROW: "passed"}
"""Problems with a column of their own."""


def proves(
    exact: Sequence[tuple[Fault, Runtime, Outcome]], found: Sequence[tuple[Trial, Result]]
) -> bool:
    """Whether the control proves what it must.

    Ours, and stock Faust without faults, miss nothing; by faults at exact places stock
    Faust does.
    """
    whole = [r for t, r in found if t.runtime is WHOLE or not t.plan.deck]
    return all(result.clean for result in whole) and all(
        (one.events > 0) == (runtime is STOCK) for _, runtime, one in exact
    )


def text(
    exact: Sequence[tuple[Fault, Runtime, Outcome]], found: Sequence[tuple[Trial, Result]]
) -> str:
    """The report in Markdown."""
    placed = [
        f"| {fault.name} | {runtime.name} | {one.events or '–'} | {one.findings or '–'} |"
        for fault, runtime, one in exact
    ]
    lines = [
        HEAD.format(
            faust=f"faust-streaming {version('faust-streaming')}",
            events=len(EVENTS),
            exact="\n".join(placed),
        ),
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
