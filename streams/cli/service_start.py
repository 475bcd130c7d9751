"""What a service that runs until it is stopped does first: worker and deliverer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.terminal.out import say_error

if TYPE_CHECKING:
    from streams.settings import Settings

JsonLogs = Annotated[
    bool | None,
    typer.Option(
        "--json-logs/--text-logs", help="By default: text on a terminal, else JSON lines."
    ),
]


def require_broker(settings: Settings) -> None:
    """End with code 70, to be started again, while no broker answers.

    Raises ConsentryError where somebody must act first.
    """
    from streams.errors import UnreachableError
    from streams.topics import require_reachable
    from streams.transport.process_exit import CRASHED

    try:
        require_reachable(settings.connection)
    except UnreachableError as away:
        say_error(away)
        raise typer.Exit(CRASHED) from None


def begin_logs(json_logs: bool | None, process: str | None = None) -> None:
    """Write logs in the form asked for, or that the output is made for.

    `process` stands in each line, where several processes write to one output.
    """
    from streams.cli.worker_logs import set_up_logs

    as_json = not sys.stdout.isatty() if json_logs is None else json_logs
    set_up_logs(as_json=as_json, process=process)
