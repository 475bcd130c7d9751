"""What commands to workers have in common: options, waiting, and words for the results."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.progress import progress_bar
from streams.terminal.out import say, warn

if TYPE_CHECKING:
    from streams.operate.commanding import SentCommand
    from streams.settings import Settings
    from streams.wire.commands import Command, ConcernedPerson

Why = Annotated[
    str, typer.Option(help="The reason. It stands in the command: name no person in it.")
]
Ticket = Annotated[
    str | None, typer.Option(metavar="ID", help="Where it was decided.", show_default=False)
]
By = Annotated[
    str | None,
    typer.Option(help="Who says so. By default the user of this process.", show_default=False),
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="How long to wait for the workers' results."
    ),
]
WAIT_S = 300.0

Reason = tuple[str | None, str, str | None]
"""Who says so (None: the user of this process), why, and the ticket."""


def user() -> str:
    """Who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user of a container without a name
        return "unknown"


def sent(
    settings: Settings,
    kind: str,
    person: ConcernedPerson | None,
    reason: Reason,
    chosen: Callable[[int], Iterable[int]],
    wait_s: float,
    *,
    shown: bool,
) -> SentCommand:
    """Send a command and wait, with a bar where `shown`.

    Raises as `streams.operate.commanding.send` and `command_of`.
    """
    from streams.operate.commanding import send

    command = ordered(kind, person, reason)
    with progress_bar("partitions", None, shown=shown) as done:
        return send(settings, command, chosen, wait_s, done)


def ordered(kind: str, person: ConcernedPerson | None, reason: Reason) -> Command:
    """A command, not sent yet. Raises ConsentryError for a text that says nothing."""
    from streams.operate.commanding import command_of

    by, why, ticket = reason
    return command_of(kind, person, who=user() if by is None else by, why=why, ticket=ticket)


def document(found: SentCommand) -> dict[str, Any]:
    """The results for machines."""
    import msgspec

    return {
        "command_id": found.command_id,
        "results": msgspec.to_builtins(found.results),
        "waiting": list(found.waiting),
    }


def say_missing(*answers: SentCommand) -> None:
    """Say which partitions did not do it, and why; ends with code 1 where there are any."""
    missing = False
    for found in answers:
        refused = [one for one in found.results if not one.done]
        for one in refused:
            warn(f"partition {one.partition}: refused: {one.problem}")
        if found.waiting:
            listed = ", ".join(map(str, found.waiting))
            warn(
                f"no result yet of partition {listed}. The command {found.command_id} stands on "
                "the topic, and a worker carries it out as soon as it reads it: do not send it again."
            )
        missing = missing or bool(refused or found.waiting)
    if missing:
        raise typer.Exit(1)


def counted(found: SentCommand) -> Counter[str]:
    """The sums over all partitions, by what was counted."""
    sums: Counter[str] = Counter()
    for one in found.results:
        for what, count in one.counts.items():
            sums[what] += count
    return sums


def say_counts(found: SentCommand) -> None:
    """Say those sums."""
    sums = counted(found).items()
    listed = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sums)
    if listed:
        say(f"{listed}.")


def say_recipients(found: SentCommand) -> None:
    """Say who received data of the person, where anybody did."""
    recipients = [name for one in found.results for name in one.recipients]
    if recipients:
        listed = ", ".join(recipients)
        say(f"Received data of the person, and are to be notified (GDPR 19): {listed}")
