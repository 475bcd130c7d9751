"""The report of a campaign: what struck, how often, and what came of it."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

from streams.dev import kafka_files
from tests.faults.checks import Kind
from tests.faults.finales import FINALES
from tests.faults.growth import GROWN
from tests.faults.picture import picture
from tests.faults.result import Result
from tests.faults.strikes import brokers, inside, workers

GOALS = (
    ("SIGKILL of a worker", 100, (workers.KILL,)),
    ("SIGKILL of the broker", 20, (brokers.KILL,)),
    ("SIGSTOP of a worker beyond its session", 20, (workers.FREEZE, inside.STANDSTILL)),
)


def write(results: Sequence[Result], report: Path, image: Path) -> None:
    """Write text and picture."""
    image.parent.mkdir(parents=True, exist_ok=True)
    image.write_text(picture(results), "utf-8")
    report.write_text(text(results, os.path.relpath(image, report.parent)), "utf-8")


def text(results: Sequence[Result], image: str) -> str:
    """The report in Markdown."""
    struck, deaths = total(r.struck for r in results), total(r.deaths for r in results)
    commands = total(r.commands for r in results)
    commands["taken away (tombstones)"] = sum(r.erased for r in results)
    commands["published again"] = sum(r.rebuilt for r in results)
    finales = Counter(r.finale for r in results if r.finale)
    clean = sum(r.clean for r in results)
    kinds = Counter[Kind]()
    for result in results:
        for problem in result.problems:
            kinds[problem.kind] += problem.count
    failures = [r for r in results if r.failure]
    caught_up = [r.caught_up_s - r.plan.seconds for r in results if r.caught_up_s]
    records = sum(r.records for r in results)
    return "\n".join(
        [
            "# Convergence under faults",
            "",
            (
                "This page is written by the campaign (`make faults`) from what it ran. "
                "[How it works](#how-it-works) says what is checked and what is not."
            ),
            "",
            (
                f"{len(results)} runs, {clean} of them clean; {records:,} records on the inputs, "
                f"{sum(r.findings for r in results):,} revisions of findings and duties visible."
            ),
            "",
            *table(
                ("", "count"),
                [
                    ("lost", kinds[Kind.LOST]),
                    ("visible twice", kinds[Kind.TWICE]),
                    ("wrong", kinds[Kind.WRONG]),
                    ("records not accounted for", kinds[Kind.UNACCOUNTED]),
                    ("runs that `consentry verify` did not find clean", kinds[Kind.UNVERIFIED]),
                    ("runs that did not come to their end", len(failures)),
                ],
            ),
            "",
            *table(
                ("asked for", "goal", "done"),
                [(what, goal, sum(struck[n] for n in names)) for what, goal, names in GOALS]
                + [("records", f"{1_000_000:,}", f"{records:,}")],
            ),
            "",
            f"![Every run: its strikes, and how far the workers were behind]({image})",
            "",
            "## What struck",
            "",
            *table(("strike", "times"), struck.most_common()),
            "",
            (
                "Workers that died at a chosen step (exit code 99), of those the strikes above "
                "armed; the others were killed before they came to it:"
            ),
            "",
            *table(("step", "deaths"), deaths.most_common()),
            "",
            "What must stop a worker with exit code 2, judging nothing, at the end of a run:",
            "",
            *table(("done", "stopped"), [one for one in finales.items() if one[0] in FINALES]),
            "",
            (
                f"More partitions at the end of a run, with `consentry partitions grow`: "
                f"{finales[GROWN]} times, each killed once while it wrote and said again."
            ),
            "",
            "What workers answered to commands, added up; findings and duties on the topics:",
            "",
            *table(("command", "count"), commands.items()),
            "",
            (
                f"Worker processes started: {sum(r.starts for r in results)}. From the end of the "
                "stream until all was judged and every strike was over: median "
                f"{median(caught_up or [0]):.0f} s, at most {max(caught_up or [0]):.0f} s."
            ),
            "",
            *troubles(results),
            "## Runs",
            "",
            *table(
                ("seed", "workers", "transactions", "records", "revisions", "most behind", "came"),
                [row(result) for result in results],
            ),
            "",
            "## Where it ran",
            "",
            *where(results),
            "",
            HOW,
        ]
    )


def row(result: Result) -> tuple[object, ...]:
    """One run in the table."""
    plan = result.plan
    members = f"{plan.workers} {'static' if plan.lasting else 'dynamic'}"
    bounds = (
        f"{plan.settings['transaction_max_records']} records, "
        f"{plan.settings['transaction_timeout_s']:g} s, "
        f"{'on disk' if plan.settings.get('store') == 'rocksdb' else 'in memory'}"
    )
    most = max((behind for _, behind in result.behind), default=0)
    came = "clean" if result.clean else "**not clean**"
    return plan.seed, members, bounds, result.records, result.findings, most, came


def troubles(results: Iterable[Result]) -> list[str]:
    """What was found, in full."""
    lines = [f"    {part}" for r in results if not r.clean for part in r.report.splitlines()]
    return ["## What was found", "", *lines, ""] if lines else []


def where(results: Sequence[Result]) -> list[str]:
    """Versions, machine and command."""
    memory = psutil.virtual_memory().total / 2**30
    first, last = min(r.began for r in results), max(r.began for r in results)
    plan = max((r.plan for r in results), key=lambda one: one.seed)
    seeds: dict[str, list[str]] = {}
    for result in results:
        seeds.setdefault(result.commit, []).append(str(result.plan.seed))
    commits = "; ".join(f"{name} (seeds {', '.join(own)})" for name, own in seeds.items())
    return [
        (
            f"{first:%Y-%m-%d %H:%M} to {last:%H:%M} UTC (start of the last run), commit "
            f"{commits}; "
            f"Apache Kafka {kafka_version()}, one broker; faust-streaming {version('faust-streaming')}, "
            f"aiokafka {version('aiokafka')}, Python {platform.python_version()}; {os.cpu_count()} "
            f"cores shared with broker and workers, {memory:.0f} GB."
        ),
        "",
        "```sh",
        (
            f"make faults ARGS='--runs {plan.seed} --subjects {plan.subjects} "
            f"--seconds {plan.seconds:g}'"
        ),
        "```",
    ]


def kafka_version() -> str:
    """The release of the broker."""
    first = Path(kafka_files.__file__).with_name("kafka_jars.txt").read_text("utf-8").split()[0]
    return first.rpartition(":")[2]


def total(counts: Iterable[dict[str, int]]) -> Counter[str]:
    """The sum of counters."""
    found: Counter[str] = Counter()
    for one in counts:
        found.update(one)
    return found


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table in Markdown."""
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(map(str, one)) + " |" for one in rows),
    ]


HOW = Path(__file__).with_name("how.md").read_text("utf-8")
