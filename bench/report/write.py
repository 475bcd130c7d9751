"""Write the page, its pictures and the lines of the README; or show the table only."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.report.page import page, readme_lines
from bench.report.picture import latency_picture, throughput_picture
from bench.report.rows import ROWS
from bench.results import FOLDER, Run, read

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "performance.md"
IMAGES: Final = ROOT / "docs" / "images"
README: Final = ROOT / "README.md"
BEGIN: Final = "<!-- make bench: begin -->"
END: Final = "<!-- make bench: end -->"

NO_RUN: Final = Run(name="none", lines=[])
"""In the place of a run while there is none."""


def files(run: Run) -> dict[Path, str]:
    """Everything that follows from a run, by path."""
    return {
        PAGE: page(run),
        IMAGES / "throughput.svg": throughput_picture(run),
        IMAGES / "latency.svg": latency_picture(run),
        README: with_lines(README.read_text("utf-8"), readme_lines(run)),
    }


def with_lines(text: str, lines: list[str]) -> str:
    """A text with other lines between the two marks. Raises ValueError without marks."""
    inside = "\n".join([BEGIN, *lines, END])
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"the README must have {BEGIN} and {END} once")
    return pattern.sub(lambda _: inside, text)


def write(run: Run) -> None:
    """Write all of it."""
    for path, text in files(run).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"written: {path.relative_to(ROOT)}")


def published(folder: Path = FOLDER) -> Run:
    """The run that the page is of: the newest that is kept, whole and at its end.

    Sections that it lacks are taken from runs of them alone, the newest of each.
    """
    whole, apart = NO_RUN, []
    for file in sorted(folder.glob("*.jsonl"), key=lambda file: file.name, reverse=True):
        run = read(file)
        if run.end is None or run.head.get("short"):
            continue
        if run.head.get("whole"):
            whole = run
            break
        if run.head.get("apart"):
            apart.append(run)
    return completed(whole, apart)


def completed(whole: Run, apart: Sequence[Run]) -> Run:
    """A run with the sections that it lacks, each whole from the first of some others that has it.

    Figures of one section are of one run, and stand in no ratio with those of another section.
    """
    lines, taken, known = list(whole.lines), [], whole.sections()
    for run in apart:
        more = run.sections() - known
        if more:
            known |= more
            part = [line for line in run.lines if line.section in more]
            lines += part
            ends = [line for line in run.lines if line.kind in ("head", "end")]
            taken.append(Run(name=run.name, lines=[*ends, *part]))
    return Run(name=whole.name, lines=lines, apart=taken) if taken else whole


def write_newest() -> int:
    """Write the page of the newest whole run; exit code 1 when there is none."""
    run = published()
    write(run)
    if run.name == NO_RUN.name:
        print("there is no whole run in bench/results: the page says so", file=sys.stderr)
        return 1
    return 0


def show(run: Run) -> None:
    """The table in a terminal: rows of sections that ran."""
    ran = set(run.head.get("sections", []))
    rows = [row for row in ROWS if {section for section, _ in row.places} & ran]
    cells = [tuple(cell.replace("*", "") for cell in row.cells(run)[:4]) for row in rows]
    if not cells:
        return
    wide = [max(len(one[column]) for one in cells) for column in range(4)]
    print()
    for one in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(one, wide, strict=True)).rstrip())
    for fault in run.faults():
        print(f"not measured: {fault.section} {fault.who}: {fault.what[:300]}")
    if run.head.get("short"):
        print("\nShort form: these figures show that the bench runs, and nothing else.")
