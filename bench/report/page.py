"""docs/performance.md, and the lines of the README."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.report.figures import plain
from bench.report.rows import ROWS, Verdict, number, written
from bench.results import Line, Run

HOW: Final = (Path(__file__).parent / "how.md").read_text("utf-8")
CORES: Final = ("program", "broker", "machine")
MISSES: Final = Path(__file__).parent / "misses.md"
"""Why goals are missed, written by people; it stands on the page while one is."""

IN_README: Final = 6
"""So many rows of the table stand in the README: those that have a goal, the first ones."""


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
    """The rows with a goal that come first, for the README."""
    if not run.lines:
        return ["Throughput and latency beside Kafka Streams, Faust and bare loops: `make bench`."]
    rows = [row for row in ROWS if row.goal is not None][:IN_README]
    return [
        (
            "Beside peers that do a small part of the job, in one run "
            "([all of it](docs/performance.md), `make bench`):"
        ),
        "",
        *table(("ratio", "goal", "figure", ""), (row.cells(run)[:4] for row in rows)),
    ]


def throughput(run: Run) -> Iterator[str]:
    """Every contestant of the section."""
    rows = []
    for who, lines in by_who(run, "throughput"):
        values = lines[-1].values
        names = ("events_per_s", "cpu_us", "broker_cpu_us")
        cells = [plain(run, "throughput", who, name) for name in names]
        cores = [plain(run, "throughput", who, f"cores_{part}") for part in CORES]
        rows_ = plain(run, "throughput", who, "rows_per_event")
        limits = sorted({str(line.values["limit"]) for line in lines})
        rows.append(
            (
                values["name"],
                *(("" if cell is None else written(cell)) for cell in cells),
                "{} + {} of {}".format(*("?" if c is None else number(c.value) for c in cores)),
                ", ".join(limits),
                f"{values['window_events']:,} of {values['events']:,}",
                f"{values['violations']:,}",
                "" if rows_ is None or not rows_.value else number(rows_.value),
            )
        )
    if not rows:
        return
    yield from (
        "## Events a second",
        "",
        "![Events a second of each contestant, and what an event costs](images/throughput.svg)",
        "",
        *table(
            (
                "", "events/s", "CPU an event, µs", "the broker's, µs", "cores: program + broker of all that were busy",
                "limit", "measured events", "uncovered shares told of",
                "changelog rows an event",
            ),
            rows,
        ),
        "",
    )  # fmt: skip


def latency(run: Run) -> Iterator[str]:
    """Every contestant at both rates, and where its time goes."""
    rows = []
    for who, lines in by_who(run, "latency"):
        for rate in ("low", "half"):
            some = [line for line in lines if line.values["rate"] == rate]
            if not some:
                continue
            cells = [
                plain(run, "latency", who, name, rate=rate)
                for name in (
                    "sent_per_s", "p50_ms", "p95_ms", "p99_ms",
                    "to_input_ms", "to_append_ms", "to_readable_ms",
                )
            ]  # fmt: skip
            lost = sum(int(line.values["not_read"]) for line in some)
            rows.append(
                (
                    some[-1].values["name"],
                    *("" if cell is None else number(cell.value) for cell in cells),
                    f"{sum(int(line.values['samples']) for line in some):,}",
                    lost,
                )
            )
    if not rows:
        return
    yield from (
        "## From a share to its finding",
        "",
        "![Milliseconds by percentile, at both rates](images/latency.svg)",
        "",
        *table(
            (
                "", "events/s sent", "p50, ms", "p95", "p99", "→ input readable",
                "→ finding appended", "→ finding readable", "findings", "not read in time",
            ),
            rows,
        ),
        "",
        (
            "The three steps are medians. The first is what a bare consumer of the input topic "
            "sees, beside the contestant. The second ends, counted from sending, when the broker "
            "appends the finding: judged, in a transaction that is still open. The third is "
            "from there to the end of the transaction and the read of a `read_committed` consumer."
        ),
        "",
    )  # fmt: skip


def others(run: Run) -> Iterator[str]:
    """The remaining sections, a line a contestant."""
    shown = {
        "scaling": ("events_per_s", "events_per_own_core_s", "cpu_us", "cores_broker"),
        "core": ("events_per_s", "cpu_us"),
        "history": ("cpu_us",),
        "offline": ("events_per_s", "cpu_us"),
        "state": ("cpu_us", "memory_by_bound"),
        "restore": ("rows_per_s", "rows"),
        "memory": ("memory_by_bound",),
        "generator": ("sent_per_s",),
    }
    titles = {
        "scaling": "A second worker",
        "core": "The core alone",
        "history": "A long history",
        "offline": "Files",
        "state": "Many subjects on disk",
        "restore": "Restoring",
        "memory": "Memory under pressure",
        "generator": "The generator",
    }
    for section, names in shown.items():
        rows = []
        for who, _ in by_who(run, section):
            found = [plain(run, section, who, name) for name in names]
            rows.append((who, *("" if one is None else written(one) for one in found)))
        if rows:
            yield from (f"## {titles[section]}", "", *table(("", *map(_unit, names)), rows), "")


def _unit(name: str) -> str:
    return {
        "events_per_s": "events/s",
        "events_per_own_core_s": "events/s on cores of their own",
        "cpu_us": "CPU an event, µs",
        "cores_broker": "cores of the broker",
        "sent_per_s": "events/s",
        "memory_by_bound": "memory by the bound that was set",
        "rows_per_s": "rows/s",
        "rows": "rows",
    }[name]


def left_out(run: Run) -> Iterator[str]:
    """What failed or was missing, in the words of the run."""
    rows = [(one.section, one.who, one.round or "", one.what) for one in run.faults()]
    if rows:
        columns = ("section", "who", "round", "why")
        yield from ("## What was not measured", "", *table(columns, rows), "")


def where(run: Run) -> Iterator[str]:
    """Machine, versions, time and load."""
    head, end = run.head, run.end or {}
    if not head:
        return
    machine = head["machine"]
    loads = [
        ", ".join(f"{load:.2f}" for load in part.get("load_average", [])) or "?"
        for part in (head, end)
    ]
    versions = ", ".join(f"{name} {version}" for name, version in head["versions"].items())
    compiled = head["compiled"]
    yield from (
        "## Where it ran",
        "",
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
        "",
    )


def by_who(run: Run, section: str) -> list[tuple[str, list[Line]]]:
    """The figures of a section by contestant, in the order in which they first came."""
    found: dict[str, list[Line]] = {}
    for line in run.lines:
        if line.kind == "figure" and line.section == section:
            found.setdefault(line.who, []).append(line)
    return list(found.items())


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]


def _cell(cell: object) -> str:
    return str(cell).replace("|", "/").replace("\n", " ")
