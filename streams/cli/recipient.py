"""`consentry recipient`: who one recipient received data of."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from streams.cli.exit_status import RESTRICTED
from streams.cli.options import Brokers, Config, Output, read_settings
from streams.cli.progress import progress_bar
from streams.cli.result_file import open_output, require_writable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.subject_access import ReceivedShare, RestrictedPerson

_EXAMPLES = (
    "Examples:  consentry recipient ADNET  |  consentry recipient ADNET --since "
    "2026-01-01T00:00:00Z --format csv --output adnet.csv"
)

_COLUMNS = (
    "controller_id", "subject_id", "occurred_at", "event_id", "purpose", "data_categories",
    "open_codes", "restricted_since",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="recipient", epilog=_EXAMPLES)(recipient)


def recipient(
    *,
    recipient_id: Annotated[str, typer.Argument(metavar="RECIPIENT", show_default=False)],
    controller: Annotated[
        str | None,
        typer.Option("--controller", metavar="ID", help="Of this controller only."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Shares from this time on (RFC 3339)."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="Shares up to this time (RFC 3339)."),
    ] = None,
    form: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="One line for each share.")
    ] = "csv",
    output: Output = None,
    brokers: Brokers = None,
    config: Config = None,
) -> None:
    """List the shares with one recipient: of whom, when, what for, which data, what is open.

    Reads the changelog of all partitions, as the role verifier, while workers run; writes
    nothing to the bus. Use it where a recipient must be notified, or an authority asks. Whose
    processing is restricted (GDPR 18) has one line, which says since when, and no share.

    Exit code: 0 when a share was found, 1 when none was, 2 when it cannot be read, 3 when some
    are not shown since processing is restricted.
    """
    from streams.check.report.lines import cell_text
    from streams.cli.instants import read_clock
    from streams.core.identifiers import ControllerId, RecipientId
    from streams.core.instants import LATEST
    from streams.subject_access import RestrictedPerson, received_by
    from streams.terminal.out import say, warn

    begin, end = read_clock(since, "--since"), read_clock(until, "--until")
    require_writable(output)
    settings = read_settings(config, brokers)
    shares, persons, restricted, previous = 0, 0, 0, ("", "")
    with (
        progress_bar("reading", None, unit="percent") as advance,
        received_by(
            settings,
            RecipientId(recipient_id),
            controller=None if controller is None else ControllerId(controller),
            since=begin,
            until=LATEST if end is None else end,
            advance=advance,
        ) as found,
        open_output(output) as file,
    ):
        if form == "csv":
            file.write(_csv_line(_COLUMNS))
        for one in found:
            if isinstance(one, RestrictedPerson):
                restricted += 1
                values = _withheld(one)
            else:
                shares += 1
                who = one.share.controller_id, one.share.subject_id
                persons += who != previous
                previous = who
                values = _values(one)
            line = _csv_line(map(cell_text, values.values())) if form == "csv" else _json(values)
            file.write(line)
    say(f"{shares} shares of {persons} persons", err=True)
    if found.unread:
        warn(
            f"{found.unread} shares could not be read, so whether they went to this recipient is "
            "unknown: consentry dead-letters list"
        )
    if restricted:
        say(
            f"not shown: the shares of {restricted} persons of whom processing is restricted "
            "(GDPR 18)",
            err=True,
        )
        raise typer.Exit(RESTRICTED)
    if not shares:
        raise typer.Exit(1)


def _values(one: ReceivedShare) -> dict[str, Any]:
    from streams.core.instants import format_instant

    share = one.share
    return {
        "controller_id": share.controller_id,
        "subject_id": share.subject_id,
        "occurred_at": format_instant(share.occurred_at),
        "event_id": share.event_id,
        "purpose": share.purpose,
        "data_categories": list(share.data_categories),
        "open_codes": list(one.open_codes),
        "restricted_since": None,
    }


def _withheld(one: RestrictedPerson) -> dict[str, Any]:
    from streams.core.instants import format_instant

    values: dict[str, Any] = dict.fromkeys(_COLUMNS)
    return values | {
        "controller_id": one.controller_id,
        "subject_id": one.subject_id,
        "restricted_since": format_instant(one.since),
    }


def _csv_line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"
