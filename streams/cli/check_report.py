"""In which form `consentry check` reports, and where to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.instants import read_clock
from streams.terminal.out import watch_output

if TYPE_CHECKING:
    from streams.check.result import Result


class Format(StrEnum):
    """The forms of the result."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    HTML = "html"


def format_of(output: Path | None) -> Format:
    """The form that the ending of a file asks for; the table where it asks for none."""
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return {"jsonl": Format.JSONL, "ndjson": Format.JSONL, "csv": Format.CSV, "html": Format.HTML,
            "htm": Format.HTML}.get(ending, Format.TABLE)  # fmt: skip


def write_report(
    result: Result, form: Format, output: Path | None, *, language: str, details: int
) -> None:
    """Write the result to a file or standard output.

    `language` (`en`, `nl`) and `details`, a number of findings, are those of the HTML report.
    """
    from streams.cli.result_file import open_output

    if form is Format.TABLE:
        _write_table(result, output)
        return
    with open_output(output) as file:
        match form:
            case Format.HTML:
                from streams.check.report.page import render_page

                made_at = read_clock("now")
                page = render_page(result, language=language, details=details, made_at=made_at)
                file.write(page.encode())
            case Format.JSONL:
                from streams.check.report.lines import write_jsonl

                write_jsonl(result, file)
            case Format.CSV:
                from streams.check.report.lines import write_csv

                write_csv(result, file)


def _write_table(result: Result, output: Path | None) -> None:
    import io

    from streams.check.report.table import print_table
    from streams.cli.result_file import open_output
    from streams.terminal.console import screen

    if output is None or str(output) == "-":
        with watch_output():
            print_table(result, screen())
        return
    text = io.StringIO()
    print_table(result, screen(file=text, width=140))
    with open_output(output) as file:
        file.write(text.getvalue().encode())
