"""Options by which the commands `dead-letters` choose records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.core.instants import Instant
    from streams.operate.dead_letters.selection import Selection

Reason = Annotated[
    str | None,
    typer.Option(help="A code, or a part of the reason's text.", show_default=False),
]
Topic = Annotated[
    str | None,
    typer.Option(help="The topic on which the record stood.", show_default=False),
]
Producer = Annotated[
    str | None,
    typer.Option(
        help="Its producer: a header client.id, producer or source_system, or the event's "
        "source_system.",
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="INSTANT", help="Set aside at or after it, as 2026-11-23T00:00:00Z.",
        show_default=False,
    ),
]  # fmt: skip
Until = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Set aside before it.", show_default=False),
]
In = Annotated[
    list[str] | None,
    typer.Option(
        "--in",
        help="dead-letters, quarantine or ingest-rejects; may be repeated. By default all.",
        show_default=False,
    ),
]
Limit = Annotated[int, typer.Option(min=0, help="Records that are named, the newest.")]
Place = Annotated[
    str,
    typer.Argument(
        metavar="TOPIC-PARTITION-OFFSET", help="Where it is kept, or where the record stood."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]


def read_selection(
    kept_in: list[str] | None,
    *,
    reason: str | None = None,
    topic: str | None = None,
    producer: str | None = None,
    since: str | None = None,
    until: str | None = None,
    places: list[str] | None = None,
    delivery: bool = False,
) -> Selection:
    """What the options mean; `delivery`: among what receivers refused.

    Raises ConsentryError where an option cannot be read.
    """
    from streams.operate.dead_letters.kept import OF_INPUTS, KeptIn
    from streams.operate.dead_letters.selection import Selection
    from streams.operate.record_place import parse_place

    known = [one.value for one in KeptIn if (one in OF_INPUTS) != delivery]
    for name in kept_in or ():
        if name not in known:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}", param_hint="--in")
    return Selection(
        kept_in=frozenset(KeptIn(one) for one in kept_in or known),
        reason=reason,
        topic=topic,
        producer=producer,
        since=read_instant(since, "--since"),
        until=read_instant(until, "--until"),
        places=frozenset(parse_place(one) for one in places or ()),
    )


def read_instant(text: str | None, option: str) -> Instant | None:
    """An instant; `now` is the present moment. Raises ConsentryError."""
    from streams.cli.instants import read_clock

    return read_clock(text, option)
