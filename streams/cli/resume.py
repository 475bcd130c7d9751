"""`consentry resume`: go on with a topic that was paused for its dead letters."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import say, say_json

_EXAMPLES = "Examples:  consentry resume --topic data-share"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="resume", epilog=_EXAMPLES)(resume)


def resume(
    topic: Annotated[str, typer.Option(help="The topic, with its prefix.")],
    partition: Annotated[
        list[int] | None,
        typer.Option(help="Only this partition; may be repeated.", show_default=False),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Go on with a topic that was paused, since too many of its records could not be judged.

    It is read again from where it was paused, with a new window for the limit: bad records
    that still stand there are dead letters. The workers of its partitions end (code 70) and
    read it once they are started again. Settings and access are those of the workers.

    Exit code: 0 when nothing of it is paused any more, 2 when that cannot be ordered.
    """
    from streams.operate.resume_topic import resume as order

    settings = read_settings(config, brokers)
    found = order(settings, topic, partition)
    if as_json:
        resumed = [{"partition": one.partition, "offset": one.paused.offset} for one in found]
        say_json({"topic": topic, "resumed": resumed})
        return
    for one in found:
        say(f"{topic}, partition {one.partition}: goes on at offset {one.paused.offset}")
    if not found:
        say(f"{topic} is not paused.")
