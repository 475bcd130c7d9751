"""The parts of the page below the table: every contestant of each section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.report.figures import plain
from bench.report.goals import number, written
from bench.report.tables import table
from bench.results import Line, Run

CORES: Final = ("program", "broker", "machine")


def throughput(run: Run) -> Iterator[str]:
    """Every contestant of the section."""
    rows = []
    for who, lines in by_who(run, "throughput"):
        values = lines[-1].values
        names = ("events_per_s", "cpu_us", "broker_cpu_us")
        cells = [plain(run, "throughput", who, name) for name in names]
        cores = [plain(run, "throughput", who, f"cores_{part}") for part in CORES]
        rows_ = plain(run, "throughput", who, "rows_per_event")
        rebuilt = plain(run, "throughput", who, "rebuilt_share")
        memory = plain(run, "throughput", who, "memory_mb")
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
                "" if rebuilt is None else f"{100 * rebuilt.value:.1f}%",
                "" if memory is None else number(memory.value),
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
                "", "events/s", "CPU per event, µs", "the broker's, µs", "cores: program + broker of all that were busy",
                "limit", "measured events", "uncovered shares reported",
                "changelog rows per event", "people rebuilt from rows", "memory, MB",
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
    yield from _meanwhile(run)


def _meanwhile(run: Run) -> Iterator[str]:
    """What the worker and the machine did at each rate."""
    for rate in ("low", "half"):
        cells = [
            plain(run, "latency", "consentry", name, rate=rate)
            for name in (
                "sent_per_s", "core_percent", "machine_core_percent", "transactions_per_s",
                "transaction_ms",
            )
        ]  # fmt: skip
        known = [number(cell.value) for cell in cells if cell is not None]
        if len(known) == len(cells):
            sent, core, machine, transactions, took = known
            yield (
                f"At {sent} events/s Consentry's worker took {core} % of a core and the whole machine "
                f"{machine} %; it committed {transactions} transactions a second, of {took} ms each."
            )
            yield ""


def others(run: Run) -> Iterator[str]:
    """The remaining sections, a line a contestant."""
    shown = {
        "scaling": ("events_per_s", "events_per_own_core_s", "cpu_us", "cores_broker"),
        "quiet": ("core_percent", "transactions_per_s"),
        "sweep": ("p50_ms", "p99_ms", "highest_ms", "samples", "seconds", "facts"),
        "core": ("events_per_s", "cpu_us"),
        "history": ("cpu_us",),
        "offline": ("events_per_s", "cpu_us", "start_s"),
        "mapping": ("cpu_us",),
        "state": ("cpu_us", "memory_by_bound"),
        "restore": ("rows_per_s", "rows"),
        "memory": ("memory_by_bound",),
        "generator": ("sent_per_s",),
    }
    titles = {
        "scaling": "A second worker",
        "quiet": "A worker while little comes in, 12 partitions",
        "sweep": "Another policy while 1,000 events/s come in",
        "core": "The core alone",
        "history": "A long history",
        "offline": "Files",
        "mapping": "Records through a map, an outcome",
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
        "cpu_us": "CPU per event, µs",
        "cores_broker": "cores of the broker",
        "sent_per_s": "events/s",
        "memory_by_bound": "memory by the bound that was set",
        "rows_per_s": "rows/s",
        "rows": "rows",
        "p50_ms": "p50, ms",
        "p99_ms": "p99, ms",
        "highest_ms": "highest, ms",
        "samples": "findings",
        "start_s": "until it reads, s",
        "seconds": "until all was judged again, s",
        "facts": "facts",
        "core_percent": "% of a core",
        "transactions_per_s": "transactions/s",
    }[name]


def by_who(run: Run, section: str) -> list[tuple[str, list[Line]]]:
    """The figures of a section by contestant, in the order in which they first came."""
    found: dict[str, list[Line]] = {}
    for line in run.lines:
        if line.kind == "figure" and line.section == section:
            found.setdefault(line.who, []).append(line)
    return list(found.items())
