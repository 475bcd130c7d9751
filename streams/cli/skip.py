"""`consentry skip`: have one record set aside that stops a worker."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import say, say_json

_EXAMPLES = (
    'Examples:  consentry skip --topic data-share --partition 3 --offset 1042 --why "bug 17"'
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="skip", epilog=_EXAMPLES)(skip)


def skip(
    topic: Annotated[str, typer.Option(help="Topic of the record, with its prefix.")],
    partition: Annotated[int, typer.Option(min=0, help="Its partition.")],
    offset: Annotated[int, typer.Option(min=0, help="Its offset.")],
    why: Annotated[
        str, typer.Option(help="The reason, for its dead letter. Name no person in it.")
    ],
    by: Annotated[
        str | None,
        typer.Option(help="Who says so. By default the user of this process.", show_default=False),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Have one record set aside that stops a worker again and again.

    For a fault in a rule that nobody foresaw, and for a tick of a wrong clock, which then
    moves no time. The next worker that comes to the record
    keeps it as a dead letter with the code OPERATOR_SKIPPED, your reason and a finding,
    counts it, and goes on. A worker that runs on the partition now ends and must be
    started again. Settings and access are those of the workers.

    Exit code: 0 when it is ordered, or was before; 2 when it cannot be: the record was
    judged already, or is not there.
    """
    from streams.operate.record_place import RecordPlace
    from streams.operate.skip_record import skip as order

    settings = read_settings(config, brokers)
    place = RecordPlace(topic, partition, offset)
    found = order(settings, place, why, _user() if by is None else by)
    if as_json:
        document = {**place._asdict(), "why": found.skip.why, "by": found.skip.by}
        say_json({**document, "ordered_before": found.before})
        return
    if found.before:
        say(f"{place}: that was ordered before, by {found.skip.by}: {found.skip.why}")
    else:
        say(f"{place}: the next worker that comes to this record sets it aside.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user of a container without a name
        return "unknown"
