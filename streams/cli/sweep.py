"""`consentry sweep status`: how far stored facts are judged again after a change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.progress import progress_bar
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.operate.sweep_status import PartitionSweep
    from streams.settings import Settings

_EXAMPLES = "Examples:  consentry sweep status  |  consentry sweep status --wait"
_LOOK_EVERY_S = 1.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        help="Stored facts that are judged again after a change of the policy or the rules.",
        no_args_is_help=True,
    )
    group.command(name="status", epilog=_EXAMPLES)(status)
    app.add_typer(group, name="sweep")


def status(
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when all of them are through; shows a bar.")
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show how far the sweeps are, partition by partition, as committed.

    The workers do them; this only reads their state. A partition without a sweep under way is
    wholly of the policy that is named.

    Exit code: 0 when no sweep is under way, 1 when some are, 2 when there is nothing to read.
    """
    from streams.operate.sweep_status import sweep_status

    settings = read_settings(config, brokers)
    found = _waited(settings, shown=not as_json) if wait else sweep_status(settings)
    if as_json:
        say_json({"partitions": [_as_json(one) for one in found]})
    else:
        for one in found:
            say(_line(one))
    if any(one.share < 1 for one in found):
        raise typer.Exit(1)


def _waited(settings: Settings, *, shown: bool) -> Sequence[PartitionSweep]:
    from streams.operate.sweep_status import sweep_status

    with progress_bar("judging again", 100, unit="percent", shown=shown) as done:
        reached = 0
        while True:
            found = sweep_status(settings)
            percent = int(100 * sum(one.share for one in found) / len(found))
            done(max(0, percent - reached))
            reached = max(reached, percent)
            if all(one.share == 1 for one in found):
                return found
            time.sleep(_LOOK_EVERY_S)


def _line(one: PartitionSweep) -> str:
    where = f"partition {one.partition}: policy {one.basis.version or 'of an earlier release'}"
    sweep = one.sweep
    if sweep is None:
        return f"{where}, rules {one.basis.rules}"
    so_far = (
        f"{sweep.subjects} subjects, {sweep.findings} findings and {sweep.duties} duties revised"
    )
    how = "through" if sweep.through else f"{sweep.share:.0%}"
    return f"{where}, rules {one.basis.rules}; {sweep.cause}: {how}, {so_far}"


def _as_json(one: PartitionSweep) -> dict[str, Any]:
    sweep = one.sweep
    return {
        "partition": one.partition,
        "policy_version": one.basis.version,
        "policy_sequence": one.basis.sequence,
        "rule_version": one.basis.rules,
        "sweep": None
        if sweep is None
        else {
            "reason": sweep.cause,
            "through": sweep.through,
            "share": round(sweep.share, 4),
            "subjects": sweep.subjects,
            "findings": sweep.findings,
            "duties": sweep.duties,
        },
    }
