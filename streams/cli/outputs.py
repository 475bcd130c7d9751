"""`consentry outputs rebuild`: bring the output topics in line with the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.commanding import (
    WAIT_S,
    By,
    Ticket,
    Wait,
    Why,
    document,
    ordered,
    say_counts,
    say_missing,
    sent,
)
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.progress import progress_bar
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from streams.operate.rebuilding.retract import Retraction

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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be ended; order nothing.")
    ] = False,
    wait: Wait = WAIT_S,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Publish again what the state says, and end what it does not say.

    For an output topic that was lost, that somebody else wrote to, or that an earlier generation
    wrote to. First the topics are read beside the state. A finding or duty that the state does
    not have is RETRACTED at its next revision (SUPERSEDED); one that it has at a lower revision
    is published above it; a record that is none gets a tombstone. Then the workers publish all
    that their rows say, at its revision: a reader of the highest one sees nothing twice; a sink
    that only adds does. Findings about records that name no event have no row and stay as they are.
    While a partition is published again, its new records wait. `consentry verify` shows
    afterwards that topics and state agree. It needs the roles commander and verifier.

    Exit code: 0 when all partitions did it, 1 when a result is missing, 2 when it cannot be sent.
    """
    from streams.operate.rebuilding.retract import retract

    settings = read_settings(config, brokers)
    reason = by, why, ticket
    order = None if dry_run else ordered("retract", None, reason)
    with progress_bar("reading", None, unit="percent", shown=not as_json) as advance:
        ended = retract(settings, partition, order, wait_s=wait, advance=advance)
    if dry_run:
        _say_named(ended, as_json=as_json)
        return

    def chosen(count: int) -> range | tuple[int, ...]:
        return range(count) if partition is None else (partition,)

    found = sent(settings, "rebuild", None, reason, chosen, wait, shown=not as_json)
    if as_json:
        say_json({**document(found), "ended": _document(ended)})
    else:
        _say_ended(ended)
        done = sum(one.done for one in found.results)
        say(f"Published again by {done} of {len(found.results) + len(found.waiting)} partitions.")
        say_counts(found)
    say_missing(*ended.sent, found)


def _document(ended: Retraction) -> dict[str, Any]:
    return {
        "named": ended.named,
        "unnamed": ended.unnamed,
        "counts": ended.counts,
        "commands": [document(one) for one in ended.sent],
    }


def _say_named(ended: Retraction, *, as_json: bool) -> None:
    if as_json:
        say_json(_document(ended))
        return
    for number, count in ended.named.items():
        say(f"partition {number}: {count} that the state does not say.")
    _warn_of(ended)


def _say_ended(ended: Retraction) -> None:
    named = sum(ended.named.values())
    say(f"{named} stood on the topics that the state does not say.")
    if ended.counts:
        listed = (f"{count} {what.replace('_', ' ')}" for what, count in ended.counts.items())
        say(f"{', '.join(listed)}.")
    _warn_of(ended)


def _warn_of(ended: Retraction) -> None:
    """What nobody could put right."""
    if ended.unnamed:
        warn(
            f"{ended.unnamed} records have a key that is no text. They are no findings or duties, "
            "and no command can name them: who wrote them has to write their tombstones."
        )
    if elsewhere := ended.counts.get("elsewhere"):
        warn(
            f"{elsewhere} are about persons of another partition. They stay: a tombstone might end "
            'what stands on that one. docs/verify.md, "An earlier generation".'
        )
    if waiting := ended.counts.get("left_for_a_sweep"):
        warn(f"{waiting} are no findings or duties; say it again when the sweep is through.")
