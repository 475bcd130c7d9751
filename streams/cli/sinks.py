"""`consentry sinks`: reach the receivers of findings, and send them a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Config, Json, read_settings
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streams.sinks.load import Configured
    from streams.sinks.probe import ProbeReport

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME...]", help="Sinks to ask; all by default.", show_default=False),
]

_CHECK_EXAMPLES = "Examples:  consentry sinks check  |  consentry sinks check splunk --json"
_TEST_EXAMPLES = "Examples:  consentry sinks test  |  consentry sinks test splunk pagerduty"


def register(app: typer.Typer) -> None:
    """Add `sinks check` and `sinks test`."""
    sinks = typer.Typer(
        name="sinks",
        help="Check the receivers of findings that the settings file names.",
        no_args_is_help=True,
    )
    sinks.command("check", epilog=_CHECK_EXAMPLES)(check)
    sinks.command("test", epilog=_TEST_EXAMPLES)(send_test)
    app.add_typer(sinks)


def check(names: Names = None, config: Config = None, as_json: Json = False) -> None:
    """Reach each receiver; look at TLS, credentials and what it needs. Sends no finding.

    Exit code: 0 when everything holds, 1 when something does not, 2 when the settings
    cannot be used.
    """
    import asyncio

    from streams.sinks.probe import check_all

    reports = asyncio.run(check_all(_chosen(names, config)))
    _show(reports, as_json=as_json)


def send_test(names: Names = None, config: Config = None, as_json: Json = False) -> None:
    """Send one finding that is marked as a test, and its close, and print what was said.

    Sinks for people get an alert and its resolve. Exit codes as for `check`.
    """
    import asyncio
    import time

    from streams.core.instants import Instant
    from streams.sinks.probe import try_all

    now = Instant(int(time.time() * 1000))
    reports = asyncio.run(try_all(_chosen(names, config), now))
    _show(reports, as_json=as_json)


def _chosen(names: list[str] | None, config: Path | None) -> Sequence[Configured]:
    """The sinks that were asked for. Raises ConsentryError for a name that is none."""
    from streams.errors import ConsentryError
    from streams.sinks.load import configured, unknown_variables

    read_settings(config, asks_kafka=False)
    sinks = configured(config)
    for variable in unknown_variables(sinks):
        warn(f"{variable} is no secret of a sink; is it misspelt?")
    if not sinks:
        raise ConsentryError(
            "there are no sinks",
            "Name a settings file with tables [sinks.NAME]: --config or CONSENTRY_CONFIG. "
            "docs/sinks.md has an example of each kind.",
        )
    for name in names or ():
        if name not in sinks:
            raise ConsentryError(
                f"there is no sink {name!r}", f"The settings file has: {', '.join(sinks)}."
            )
    return [sink for name, sink in sinks.items() if not names or name in names]


def _show(reports: Sequence[ProbeReport], *, as_json: bool) -> None:
    if as_json:
        import msgspec

        found = [{**msgspec.to_builtins(report), "ok": report.ok} for report in reports]
        say_json({"sinks": found})
    else:
        width = max(len(report.sink) for report in reports)
        for report in reports:
            for one in report.checks:
                mark = "ok  " if one.ok else "FAIL"
                say(f"{mark}  {report.sink:<{width}}  {one.what}: {one.answer}")
    if not all(report.ok for report in reports):
        raise typer.Exit(1)
