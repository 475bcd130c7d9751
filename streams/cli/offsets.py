"""`consentry offsets`: the committed offsets of the workers' group."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import say, say_json

_EXAMPLES = "Examples:  consentry offsets restore --dry-run · consentry offsets restore"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    offsets = typer.Typer(
        no_args_is_help=True, help="The offsets that the workers' group has committed."
    )
    offsets.command(name="restore", epilog=_EXAMPLES)(restore)
    app.add_typer(offsets, name="offsets")


def restore(
    *,
    back: Annotated[
        bool, typer.Option("--back", help="Also set offsets back that lie past the state.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be set, and set nothing.")
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Set the group's offsets to where its state ends.

    For offsets that the coordinator forgot, since no worker ran for a week, and for offsets
    that somebody deleted or moved. Stop all workers first. Nothing is judged again, and
    nothing is passed over: the state knows its positions. Settings and access are those of
    the role operator.

    Exit code: 0 when the offsets are where the state ends, 2 when they cannot be set.
    """
    from streams.operate.restore_offsets import restore_offsets

    settings = read_settings(config, brokers)
    moved = restore_offsets(settings, back=back, dry_run=dry_run)
    if as_json:
        say_json({"dry_run": dry_run, "offsets": [one._asdict() for one in moved]})
        return
    for one in moved:
        now = "none" if one.committed is None else str(one.committed)
        say(f"{one.topic}, partition {one.partition}: {now} -> {one.position}")
    if not moved:
        say("The offsets are where the state ends.")
    elif dry_run:
        say("Nothing was set.")
