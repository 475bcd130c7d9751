"""Options that name an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.core.instants import Instant

Clock = Annotated[
    str | None,
    typer.Option(
        "--clock",
        metavar="INSTANT",
        help="Judge deadlines up to this instant, as 2026-11-23T00:00:00Z or now.",
        show_default=False,
    ),
]


def read_clock(text: str | None, option: str = "--clock") -> Instant | None:
    """The instant of an option; `now` is the present moment. Raises ConsentryError."""
    import time

    from streams.core.instants import Instant, format_instant, parse_instant
    from streams.errors import ConsentryError

    if text is None:
        return None
    if text == "now":
        return Instant(time.time_ns() // 1_000_000)
    try:
        instant = parse_instant(text)
        format_instant(instant)  # an offset can lead out of the calendar
    except ValueError as error:
        raise ConsentryError(
            f"{option} is {text!r}, which is no instant: {error}",
            "Write it as 2026-11-23T00:00:00Z, or now.",
        ) from None
    return instant
