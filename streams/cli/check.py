"""`consentry check`: judge files, without a Kafka."""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.check_report import Format, format_of, write_report
from streams.cli.instants import Clock, read_clock
from streams.cli.memory import DEFAULT_MIB, MemoryMib, disk_errors
from streams.cli.progress import progress_bar
from streams.cli.unread import EXIT_UNREAD, AllowUnread, report_unread
from streams.terminal.out import say

if TYPE_CHECKING:
    from streams.check.result import Result
    from streams.core.instants import Instant
    from streams.core.policy import Policy
    from streams.files.find import InputFiles


class FailOn(StrEnum):
    """The severities of findings, heaviest first, and NEVER."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    OBLIGATION = "OBLIGATION"
    ADVISORY = "ADVISORY"
    QUALITY = "QUALITY"
    NEVER = "NEVER"


class ReportLanguage(StrEnum):
    """The languages of the report."""

    EN = "en"
    NL = "nl"


_EXAMPLES = (
    "Examples:  consentry check events/  |  "
    "consentry check export.jsonl.gz --policy policy.toml --clock now --output report.html  |  "
    "zcat *.gz | consentry check - --fail-on HIGH"
)
_PROGRESS_FROM_BYTES = 4_000_000
_SHOWN_BAD_LINES = 20


def register(app: typer.Typer) -> None:
    """Add `check`."""
    app.command("check", epilog=_EXAMPLES)(check)


def check(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="JSON lines, JSON arrays or Avro files, plain or packed (gzip, zstd, xz, bzip2), "
            "folders of them, or - for stdin. In any order: all inputs are one history.",
            show_default=False,
        ),
    ],
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Policy file. By default the recommended settings."),
    ] = None,
    clock: Clock = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="By default what the ending of --output says, else table.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="By default standard output."),
    ] = None,
    fail_on: Annotated[
        FailOn,
        typer.Option(
            case_sensitive=False,
            help="Exit with 1 when a finding weighs so much or more. LOW: any violation; "
            "OBLIGATION: also open duties; QUALITY: also bad lines.",
        ),
    ] = FailOn.LOW,
    language: Annotated[
        ReportLanguage, typer.Option(help="Language that the HTML report opens in; it holds both.")
    ] = ReportLanguage.EN,
    details: Annotated[
        int,
        typer.Option(min=0, help="Findings that the HTML report shows one by one, heaviest first."),
    ] = 2000,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help="Judge on so many processes. By default, where the input is long, one for each "
            "processor: eight at most, and no more than --memory has room for.",
            show_default=False,
        ),
    ] = None,
    allow_unread: AllowUnread = False,
    memory: MemoryMib = DEFAULT_MIB,
) -> None:
    """Judge a history of events and report what was found.

    Without --clock no deadline has passed: duties to notify recipients stay due. Bad lines
    are named on standard error and counted; the rest is judged. So are files that are not
    read, or not to their end: nobody knows what they hold.

    Exit code: 0 when nothing weighs as much as --fail-on and all was read, 1 when something
    does, 2 when something was not read, whatever else was found (unless --allow-unread), or
    the input cannot be used.
    """
    from streams.check.memory import MIB
    from streams.cli.result_file import require_writable
    from streams.errors import ConsentryError
    from streams.files.find import find_inputs

    chosen = form or format_of(output)
    at = read_clock(clock)
    rules = _policy(policy)
    require_writable(output)
    found = find_inputs(inputs, output)
    with disk_errors():
        result = _run(found, rules, at, processes, memory * MIB, chosen)
    _report_bad_lines(result)
    unread = report_unread(result.unread, result.passed_over)
    if not result.usable:
        if unread and not result.read:
            raise ConsentryError(
                "nothing of the input could be read", "Repair or convert the files."
            )
        if result.read:
            raise ConsentryError(
                f"none of the {result.read} records could be read as an event",
                "docs/events.md describes the events and their forms.",
            )
        raise ConsentryError("the input holds no records", "Name files that hold events.")
    with disk_errors():
        write_report(result, chosen, output, language=language.value, details=details)
    if unread and not allow_unread:
        raise typer.Exit(EXIT_UNREAD)
    if fail_on is not FailOn.NEVER:
        from streams.core.vocabulary import Severity

        if result.reaches(Severity(fail_on.value)):
            raise typer.Exit(1)


def _policy(file: Path | None) -> Policy:
    if file is None:
        from streams.core.policy import default_policy

        return default_policy()
    from streams.policy_file import load_policy

    return load_policy(file)


def _run(
    inputs: InputFiles,
    policy: Policy,
    clock: Instant | None,
    processes: int | None,
    memory: int,
    form: Format,
) -> Result:
    """Judge, for a report of a form; a bar on standard error shows how far, where the input is long."""
    from contextlib import ExitStack

    from streams.check.memory import LEAST_MIB, MIB
    from streams.check.processes import SharedCheck, can_be_shared, processes_for
    from streams.check.result import run_check
    from streams.errors import ConsentryError
    from streams.files.read import size_of

    with_timelines = form is Format.HTML
    total = size_of(inputs.files)
    count = processes or processes_for(total, memory)
    if not can_be_shared(inputs):
        count = 1
    if count > 1 and memory < (count + 1) * LEAST_MIB * MIB:
        raise ConsentryError(
            f"{count} processes do not fit into the memory that is allowed",
            f"Allow {(count + 1) * LEAST_MIB} MiB with --memory, or take fewer --processes.",
        )
    # What is there now stays: the search for garbage passes over it, and processes share it.
    gc.freeze()
    long = total >= _PROGRESS_FROM_BYTES
    with ExitStack() as open_:
        shared = None
        if count > 1:
            # Before the progress bar, which has a thread.
            shared = open_.enter_context(
                SharedCheck(
                    inputs,
                    policy,
                    clock,
                    processes=count,
                    with_timelines=with_timelines,
                    as_lines=form is Format.JSONL,
                    memory=memory,
                )
            )
        done = open_.enter_context(progress_bar("reading", total, unit="bytes", shown=long))
        read = 0

        def advance(count: int) -> None:
            nonlocal read
            read += count
            done(read)

        if shared is not None:
            return shared.finish(advance)
        return run_check(
            inputs, policy, clock, advance=advance, with_timelines=with_timelines, memory=memory
        )


def _report_bad_lines(result: Result) -> None:
    for line in result.rejected[:_SHOWN_BAD_LINES]:
        say(f"{line.file}:{line.line}: {line.code}: {line.reason}", err=True)
    count = len(result.rejected)
    if count > _SHOWN_BAD_LINES:
        say(f"... and {count - _SHOWN_BAD_LINES} more bad lines", err=True)
    if count:
        say(f"{count} of {result.read} records were not judged", err=True)
