"""A result for people at a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.padding import Padding
from rich.table import Table

from streams.check.report.assumed import assumed_lines
from streams.check.result import Result
from streams.core.codes import CODES
from streams.core.findings import Finding
from streams.core.instants import Instant, format_instant
from streams.core.vocabulary import Code, DutyStatus, Severity
from streams.terminal.console import Hanging, SafeConsole, line, words

STYLES: Final = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.OBLIGATION: "magenta",
    Severity.ADVISORY: "blue",
    Severity.QUALITY: "dim",
}
MAX_ROWS: Final = 40
LEGEND: Final = "Findings are indications for review, not legal determinations."


def print_table(result: Result, console: SafeConsole) -> None:
    """Counts, findings by code, and the heaviest findings one by one (times in UTC)."""
    _print_counts(result, console)
    if result.findings:
        console.print(_by_code(result))
        _print_findings(result, console)
        rest = len(result.findings) - MAX_ROWS
        if rest > 0:
            console.print(f"... and {rest} more: --format jsonl, csv or html has all of them.")
    if result.duties:
        open_now = sum(duty.status is DutyStatus.DUE for duty in result.duties)
        overdue = sum(duty.status is DutyStatus.OVERDUE for duty in result.duties)
        console.print(
            f"{len(result.duties)} duties to notify a recipient: {open_now} due, {overdue} overdue."
        )
    console.print(LEGEND, style="dim")


def _print_counts(result: Result, console: SafeConsole) -> None:
    period = early = ""
    if result.not_assessed:
        early = f", {result.not_assessed:,} not assessed"
    if result.first_at is not None and result.last_at is not None:
        period = f", {short(result.first_at)} to {short(result.last_at)}"
    console.print(
        f"{result.read:,} records read, {len(result.rejected):,} of them rejected, "
        f"{result.duplicates:,} duplicates{early}; {result.subjects:,} persons{period}",
    )
    _print_readings(result, console)
    clock = "none: no deadline has passed" if result.clock is None else short(result.clock)
    console.print(
        f"Policy {result.policy.version}, law {result.policy.law_version}, clock {clock}",
    )
    if unread := len(result.not_read):
        console.print(
            f"Files that were not read, wholly or in part: {unread}. What follows is no answer "
            "about all of the input.",
            style="bold yellow",
        )
    if not result.findings:
        console.print("No findings.", style="green")


def _print_readings(result: Result, console: SafeConsole) -> None:
    """What was not read, what was assumed, and ids that may be one."""
    if result.unknown_fields:
        console.print(
            f"{result.unknown_fields:,} fields that no event of their type has were ignored.",
            highlight=False,
        )
    for text in assumed_lines(result.assumptions):
        console.print(Hanging(words(text)), highlight=False)
    for kind, groups in result.names.alike.items():
        for names in groups:
            console.print(
                f"These {kind} differ by case alone and are taken for different ones: "
                f"{', '.join(names)}.",
                highlight=False,
            )


def _by_code(result: Result) -> Table:
    table = Table(title="By code", title_justify="left", title_style="bold")
    table.add_column("Nr", no_wrap=True)
    table.add_column("Code", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Findings", justify="right")
    counts = Counter((finding.code, finding.severity) for finding in result.findings)
    order = list(STYLES)
    for (code, severity), count in sorted(
        counts.items(), key=lambda item: (order.index(item[0][1]), -item[1], item[0][0])
    ):
        table.add_row(
            CODES[Code(code)].number, code, words(severity, STYLES[severity]), f"{count:,}"
        )
    return table


def _print_findings(result: Result, console: SafeConsole) -> None:
    """A line of what it is and a paragraph of why: columns would be too narrow for both."""
    console.print()
    console.print("Heaviest first (times in UTC)", style="bold")
    for finding in result.findings[:MAX_ROWS]:
        party = f"  {finding.recipient_id}" if finding.recipient_id else ""
        console.print(
            Hanging(
                line(
                    f"{short(finding.occurred_at)}  ",
                    (finding.code, STYLES[finding.severity]),
                    f"  {finding.event_id}{party}",
                )
            )
        )
        console.print(Padding(_why(finding), (0, 0, 0, 4)), style="dim")


def _why(finding: Finding) -> str:
    reason = f" ({finding.reason})" if finding.reason else ""
    return f"{finding.explanation_en}{reason}"


def short(instant: Instant | None) -> str:
    """To the second, as people read it."""
    return "" if instant is None else format_instant(instant)[:19].replace("T", " ")
