"""`consentry dead-letters replay`: send records again that were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.dead_letter_options import (
    In,
    Producer,
    Reason,
    Since,
    Topic,
    Until,
    read_selection,
)
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.operate.dead_letters.replay import ReplayResult

REPLAY_EXAMPLES = (
    "Examples:  consentry dead-letters replay --reason 'schema id' --dry-run  |  "
    "consentry dead-letters replay --file corrected.jsonl"
)


def replay(
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TOPIC-PARTITION-OFFSET...]", help="Single records."),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            help="Corrected events, as JSON lines, each with the event_id that it had; or "
            '{"dead_letter": "TOPIC-PARTITION-OFFSET", "event": {...}} where that was unreadable.',
        ),
    ] = None,
    kept_in: In = None,
    reason: Reason = None,
    topic: Topic = None,
    producer: Producer = None,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many would be sent, and where.")
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Send again what was set aside: corrected events, or all of a reason after its cause went.

    Records go back to the topic on which they stood, with their own key, headers and bytes
    and a header `consentry-replayed`; what ingest rejected goes to ingest, which maps it by its
    maps of today as if it came from where it stood, and to no topic of others; corrected events
    go to the topic of their type. All of a run is one transaction. A second run does no harm: the worker knows events by their ids.
    What is quarantined, or was cut, is never sent; it is named.

    Exit code: 0 when all that was meant was sent, 1 when some of it was not, 2 when none
    could be.
    """
    selection = read_selection(
        kept_in,
        reason=reason,
        topic=topic,
        producer=producer,
        since=since,
        until=until,
        places=places,
    )
    if file and (selection.narrows or kept_in):
        raise typer.BadParameter("say what to correct by its event_id alone", param_hint="--file")
    if not file and not selection.narrows:
        raise ConsentryError(
            "which records are to be sent again is not said",
            "Name --reason, --topic, --producer, --since, --until, single records, or --file.",
        )
    settings = read_settings(config, brokers)
    if file:
        from streams.files.find import find_inputs
        from streams.files.read import read_events
        from streams.operate.dead_letters.replay import replay_corrected

        lines = read_events(find_inputs(file).files)
        result = replay_corrected(settings, lines, dry_run=dry_run)
    else:
        from streams.operate.dead_letters.replay import replay as send_again

        result = send_again(settings, selection, dry_run=dry_run)
    _report(result, dry_run=dry_run, as_json=as_json)
    if not result.whole:
        raise typer.Exit(1)


def _report(result: ReplayResult, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "planned": result.planned,
                "sent": result.sent,
                "not_sent": [{"place": o.place.short, "why": o.why} for o in result.not_sent],
                "not_sent_count": result.not_sent_count,
                "superseded": result.superseded,
                "refused": [one._asdict() for one in result.refused],
                "notes": list(result.notes),
            }
        )
        return
    for note in result.notes:
        say(f"note: {note}", err=True)
    for one in result.not_sent:
        say(f"{one.place.short}: not sent: {one.why}", err=True)
    for line in result.refused:
        say(f"{line.file}:{line.line}: not sent: {line.why}", err=True)
    for topic, count in result.planned.items():
        say(f"{count:>9}  {topic}")
    if result.superseded:
        say(f"{result.superseded:>9}  left out: sent again before, and came back as another one")
    total = sum(result.planned.values())
    left = result.not_sent_count + len(result.refused)
    done = f"{total} would be sent" if dry_run else f"{result.sent} sent in one transaction"
    say(f"{done}, {left} cannot be")
