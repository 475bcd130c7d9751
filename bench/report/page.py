"""docs/performance.md, and the lines of the README."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.report.adversarial import adversarial
from bench.report.details import latency, others, throughput
from bench.report.goals import Verdict
from bench.report.rows import ROWS
from bench.report.tables import table
from bench.results import Run

HOW: Final = (Path(__file__).parent / "how.md").read_text("utf-8")
MISSES: Final = Path(__file__).parent / "misses.md"
"""Why goals are missed, written by people; it stands on the page while one is."""


def page(run: Run) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Performance",
            "",
            (
                "This page is written by `make bench` from what it measured, in one run on one "
                "broker and one machine. [How it is measured](#how-it-is-measured) says what "
                "each figure is, and what it is not."
            ),
            "",
            *summary(run),
            "",
            *table(("what", "goal", "figure", "", "how"), (row.cells(run) for row in ROWS)),
            "",
            (
                "Ratios are those of Consentry to the other; a figure is the median of the "
                "rounds, with the lowest and the highest in brackets."
            ),
            "",
            *misses(run),
            *throughput(run),
            *latency(run),
            *others(run),
            *adversarial(run),
            *left_out(run),
            *where(run),
            HOW,
        ]
    )


def summary(run: Run) -> list[str]:
    """How many goals were met, in one line."""
    if not run.lines:
        return ["**There is no run yet**: nothing on this page has been measured."]
    verdicts = [row.verdict(run) for row in ROWS if row.goal is not None]
    met, missed = verdicts.count(Verdict.MET), verdicts.count(Verdict.MISSED)
    cut = "" if run.end is not None else " The run was cut off before its end."
    return [
        (
            f"{met} of {len(verdicts)} goals are met, {missed} missed, "
            f"{len(verdicts) - met - missed} not measured.{cut}"
        )
    ]


def misses(run: Run) -> Iterator[str]:
    """The reasons, while there is something to give them for."""
    if MISSES.exists() and any(row.verdict(run) is Verdict.MISSED for row in ROWS):
        yield from (MISSES.read_text("utf-8").rstrip("\n"), "")


def readme_lines(run: Run) -> list[str]:
    """A few rows of the table, for the README."""
    if not run.lines:
        return ["Throughput and latency beside Kafka Streams, Faust and bare loops: `make bench`."]
    rows = [row for row in ROWS if row.in_readme]
    day, commit = str(run.head["began_at"])[:10], run.head["commit"]
    return [
        (
            f"Beside peers that do a small part of the job, in one run of {day}, at commit {commit} "
            "([all of it](docs/performance.md), `make bench`):"
        ),
        "",
        *table(("ratio", "goal", "figure", ""), (row.cells(run)[:4] for row in rows)),
    ]


def left_out(run: Run) -> Iterator[str]:
    """What failed or was missing, in the words of the run."""
    rows = [(one.section, one.who, one.round or "", one.what) for one in run.faults()]
    if rows:
        columns = ("section", "who", "round", "why")
        yield from ("## What was not measured", "", *table(columns, rows), "")


def where(run: Run) -> Iterator[str]:
    """Machine, versions, time and load."""
    if not run.head:
        return
    yield from ("## Where it ran", "", *_where(run), "")
    for one in run.apart:
        names = ", ".join(sorted(one.sections()))
        yield from (f"Measured apart, in a later run: {names}.", "", *_where(one), "")


def _where(run: Run) -> Iterator[str]:
    head, end = run.head, run.end or {}
    machine = head["machine"]
    loads = [
        ", ".join(f"{load:.2f}" for load in part.get("load_average", [])) or "?"
        for part in (head, end)
    ]
    versions = ", ".join(f"{name} {version}" for name, version in head["versions"].items())
    compiled = head["compiled"]
    yield from (
        (
            f"- {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
            f"{machine['system']}; the broker, the contestant and those who measure share them"
        ),
        f"- {versions}",
        f"- commit {head['commit']}; compiled modules of Consentry: "
        + (str(len(compiled)) if compiled else "none"),
        (
            f"- begun {head['began_at']}, ended {end.get('ended_at', '?')}; rounds: {head['rounds']}; "
            f"load average at the start {loads[0]}, at the end {loads[1]}"
        ),
        f"- raw figures: `bench/results/{run.name}.jsonl`",
    )
