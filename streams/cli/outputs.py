"""`consentry outputs rebuild`: publish again what the state says."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli.commanding import (
    WAIT_S,
    By,
    Ticket,
    Wait,
    Why,
    document,
    say_counts,
    say_missing,
    sent,
)
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import say, say_json

_EXAMPLES = (
    'Examples:  consentry outputs rebuild --why "violations were deleted" --ticket OPS-9  |  '
    'consentry outputs rebuild --partition 3 --why "..."'
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        help="The topics of findings and duties, brought in line with the state.",
        epilog=_EXAMPLES,
        no_args_is_help=True,
    )
    # One command alone would take the place of the group.
    group.callback()(_group)
    group.command(name="rebuild", epilog=_EXAMPLES)(rebuild)
    app.add_typer(group, name="outputs")


def _group() -> None:
    """The topics of findings and duties, brought in line with the state."""


def rebuild(
    *,
    why: Why,
    ticket: Ticket = None,
    by: By = None,
    partition: Annotated[
        int | None,
        typer.Option("--partition", min=0, help="Only this partition.", show_default=False),
    ] = None,
    wait: Wait = WAIT_S,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Publish again what the state says: for an output topic that was lost.

    The workers do it from their stored rows, each finding and duty at its present revision. So
    a reader that keeps the highest revision sees nothing twice; a sink that only adds does.
    Findings about records that name no event have no row, and are not among them. While
    a partition is published again, its new records wait. `consentry verify` shows afterwards
    whether topics and state agree.

    Exit code: 0 when all partitions did it, 1 when a result is missing, 2 when it cannot be sent.
    """
    settings = read_settings(config, brokers)

    def chosen(count: int) -> range | tuple[int, ...]:
        return range(count) if partition is None else (partition,)

    found = sent(settings, "rebuild", None, (by, why, ticket), chosen, wait, shown=not as_json)
    if as_json:
        say_json(document(found))
    else:
        done = sum(one.done for one in found.results)
        say(f"Published again by {done} of {len(found.results) + len(found.waiting)} partitions.")
        say_counts(found)
    say_missing(found)
