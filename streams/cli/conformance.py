"""`consentry conformance`: run cases of the legal model and compare with what they expect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.instants import Clock, read_clock
from streams.terminal.out import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.conformance.cases import Case
    from streams.conformance.net import CaseNet


def register(app: typer.Typer) -> None:
    """Add `conformance`."""
    app.command("conformance", epilog=_EXAMPLES)(conformance)


_EXAMPLES = (
    "Examples:  consentry conformance cases.jsonl --output results.jsonl  |  "
    "consentry conformance cases.jsonl --output results.jsonl --broker localhost:9092"
)
_SHOWN = 20


def conformance(
    cases: Annotated[
        Path, typer.Argument(metavar="CASES.jsonl", help="One case per line.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="RESULTS.jsonl",
            help="Where the results go, one per line. Left out, or -: standard output.",
            show_default=False,
        ),
    ] = None,
    clock: Clock = None,
    broker: Annotated[
        str | None,
        typer.Option(
            "--broker",
            metavar="HOST:PORT",
            help="Run the cases through a real worker on this Kafka, on topics of their own.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run each case and write its net findings and duties.

    --clock overrides the clock of every case. Exit code: 0 when every expectation is met
    (or none is given), 1 when one is not, 2 when the cases cannot be run.
    """
    from streams.cli.result_file import refuse_overwriting, require_writable
    from streams.conformance.cases import read_cases, run_offline

    refuse_overwriting(output, cases)
    require_writable(output)
    read = read_cases(cases, read_clock(clock))
    skipped: list[Case] = []
    if broker is None:
        results = [(case, run_offline(case)) for case in read]
    else:
        from streams.conformance.live import run_through_broker

        skipped = [case for case in read if case.has_policy]
        results = run_through_broker(
            [case for case in read if not case.has_policy],
            broker,
            lambda line: say(line, err=True),
        )
    _write(results, output)
    failed = _report(results)
    compared = sum(case.expected is not None for case, _ in results)
    summary = f"{len(results)} cases run"
    if compared:
        summary += f": {compared - failed} of {compared} expectations met"
    if skipped:
        summary += f"; {len(skipped)} skipped, since they have a policy of their own"
    say(summary, err=True)
    if failed:
        raise typer.Exit(1)


def _write(results: Iterable[tuple[Case, CaseNet]], output: Path | None) -> None:
    from streams.cli.result_file import open_output
    from streams.conformance.comparison import result_line

    with open_output(output) as file:
        for case, net in results:
            file.write(result_line(case, net))


def _report(results: Iterable[tuple[Case, CaseNet]]) -> int:
    """Show what differs, and count the cases that are not met."""
    from streams.conformance.comparison import differences

    failed = 0
    for case, net in results:
        lines = list(differences(case, net))
        if not lines:
            continue
        failed += 1
        if failed <= _SHOWN:
            title = f": {case.title}" if case.title else ""
            say(f"{case.name} (line {case.line}){title}", bold=True, err=True)
            for line in lines:
                say(f"  {line}", err=True)
    if failed > _SHOWN:
        say(f"... and {failed - _SHOWN} more cases that differ", err=True)
    return failed
