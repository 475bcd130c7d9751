"""`consentry delivery-dead-letters`: what receivers refused: list, show, replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.dead_letter_options import Limit, Place, Reason, Since, Until, read_selection
from streams.cli.dead_letters import say_found, say_listing
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.operate.dead_letters.delivery_replay import DeliveryReplay
    from streams.operate.dead_letters.selection import Selection

_LIST_EXAMPLES = "Examples:  consentry delivery-dead-letters list --sink splunk --json"
_SHOW_EXAMPLES = (
    "Examples:  consentry delivery-dead-letters show consentry.delivery-dead-letters-0-17"
)
_REPLAY_EXAMPLES = (
    "Examples:  consentry delivery-dead-letters replay --sink elastic --dry-run  |  "
    "consentry delivery-dead-letters replay --sink elastic --reason mapper_parsing_exception"
)

Sink = Annotated[
    list[str] | None,
    typer.Option("--sink", metavar="NAME", help="Of this sink; may be given more than once."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    letters = typer.Typer(
        name="delivery-dead-letters",
        help="List, show and replay findings and duties that a receiver refused.",
        no_args_is_help=True,
    )
    letters.command("list", epilog=_LIST_EXAMPLES)(list_letters)
    letters.command("show", epilog=_SHOW_EXAMPLES)(show)
    letters.command("replay", epilog=_REPLAY_EXAMPLES)(replay)
    app.add_typer(letters)


def list_letters(
    sink: Sink = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Count what receivers refused by sink and reason; name the newest.

    Exit code: 0, whatever is found; 2 when nothing could be read.
    """
    selection = _selection(sink, reason=reason, since=since, until=until)
    say_listing(read_settings(config, brokers), selection, limit, as_json=as_json)


def show(
    place: Place,
    reveal: Annotated[
        bool,
        typer.Option("--reveal", help="Show key, headers and value: a finding or duty."),
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show which sink refused a record, and why; its bytes only with --reveal.

    Exit code: 0 when it is there, 1 when nothing is kept for that place, 2 when Kafka
    cannot be used.
    """
    selection = read_selection(None, places=[place], delivery=True)
    say_found(read_settings(config, brokers), selection, place, reveal=reveal, as_json=as_json)


def replay(
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TOPIC-PARTITION-OFFSET...]", help="Single letters."),
    ] = None,
    sink: Sink = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many would be sent, and to which sink.")
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Send what a receiver refused to it again, once it was put right.

    Each finding or duty goes out as it stands now: its last revision, also where that is
    closed, and once for each sink. This command sends it itself, so it needs the settings and
    secrets of the sinks; the deliverer may run beside it, except for a sink of type file.
    What was taken is marked, and is not sent by the next run. Alerts are not sent again.

    Exit code: 0 when all that was meant was sent, 1 when some of it was not, 2 when none
    could be.
    """
    from streams.cli.deliver import chosen
    from streams.operate.dead_letters.delivery_replay import replay_letters

    selection = _selection(sink, reason=reason, since=since, until=until, places=places)
    if not selection.narrows:
        raise ConsentryError(
            "which letters are to be sent again is not said",
            "Name --sink, --reason, --since, --until, or single letters.",
        )
    settings = read_settings(config, brokers)
    result = replay_letters(settings, chosen(config, sink), selection, dry_run=dry_run)
    _report(result, dry_run=dry_run, as_json=as_json)
    if not dry_run and not result.whole:
        raise typer.Exit(1)


def _selection(
    sinks: list[str] | None,
    *,
    reason: str | None,
    since: str | None,
    until: str | None,
    places: list[str] | None = None,
) -> Selection:
    import msgspec

    found = read_selection(
        None, reason=reason, since=since, until=until, places=places, delivery=True
    )
    return msgspec.structs.replace(found, sinks=frozenset(sinks or ()))


def _report(result: DeliveryReplay, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        import msgspec

        say_json(
            {
                "sinks": msgspec.to_builtins(result.sinks),
                "not_sent": [{"place": o.place.short, "why": o.why} for o in result.not_sent],
                "before": result.before,
                "notes": list(result.notes),
            }
        )
        return
    for note in result.notes:
        say(f"note: {note}", err=True)
    for one in result.not_sent:
        say(f"{one.place.short}: not sent: {one.why}", err=True)
    for name, sink in result.sinks.items():
        if dry_run:
            say(f"{sink.planned:>9}  would go to {name}")
            continue
        left = sink.planned - sink.taken - sink.refused - sink.gone
        say(f"{sink.taken:>9}  taken by {name}, {sink.refused} refused again, {left} not tried")
        if sink.gone:
            say(f"{sink.gone:>9}  of persons who left; {name} deletes nothing")
        if sink.problem:
            say(f"{name}: {sink.problem}", err=True)
    if result.before:
        say(f"{result.before:>9}  left out: sent again before")
    if not result.sinks and not result.not_sent:
        say("there is nothing to send again.")
