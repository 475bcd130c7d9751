"""`consentry watch`: findings as they are raised, revised and retracted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import require_reader, say, say_json

if TYPE_CHECKING:
    from streams.core.findings import Duty, Finding
    from streams.dev.output_reader import OutputReader
    from streams.settings import Settings

_EXAMPLES = "Examples:  consentry watch  |  consentry watch --from-beginning --json | jq .code"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="watch", epilog=_EXAMPLES)(watch)


def watch(
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Show what is on the topics already, too.")
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show findings live: how severe, what, who received, why.

    On a terminal a table, the latest first; in a pipe a line for every change; with
    --json every finding and duty as one JSON object per line (`"kind"` distinguishes them).
    Only what is committed is shown. Ctrl-C ends it.
    """
    import asyncio

    settings = read_settings(config, brokers)
    try:
        asyncio.run(_watch(settings, from_beginning=from_beginning, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


async def _watch(settings: Settings, *, from_beginning: bool, as_json: bool) -> None:
    from streams.dev.output_reader import open_outputs

    async with open_outputs(settings, from_beginning=from_beginning) as outputs:
        if as_json:
            while True:
                require_reader()
                _print_json(await outputs.next())
        elif sys.stdout.isatty():
            await _show_table(outputs, settings.connection.bootstrap)
        else:
            await _print_lines(outputs)


def _print_json(batch: list[Finding | Duty]) -> None:
    from streams.core.findings import Finding
    from streams.wire.findings import duty_to_json, finding_to_json

    for one in batch:
        if isinstance(one, Finding):
            record = {"kind": "finding", **finding_to_json(one)}
        else:
            record = {"kind": "duty", **duty_to_json(one)}
        say_json(record, indent=None)


async def _print_lines(outputs: OutputReader) -> None:
    from streams.core.findings import Finding
    from streams.dev.board import Board, plain_line

    board = Board()
    while True:
        require_reader()
        for one in await outputs.next():
            change = board.take(one) if isinstance(one, Finding) else None
            if change is not None:
                say(plain_line(change))


async def _show_table(outputs: OutputReader, where: str) -> None:
    from streams.core.findings import Finding
    from streams.dev.board import Board
    from streams.terminal.console import Group, live, screen, words

    console = screen()
    board = Board()
    with live(console, words("")) as picture:
        while True:
            title = words(f"Findings on {where}, the latest first. Ctrl-C ends.", "bold")
            table = board.table(console.height - 4, console.width)
            picture.update(Group(title, board.summary(), words(""), table), refresh=True)
            for one in await outputs.next():
                if isinstance(one, Finding):
                    board.take(one)
