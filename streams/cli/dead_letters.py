"""`consentry dead-letters`: what could not be judged or mapped: list, show, replay, purge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.dead_letter_options import (
    In,
    Limit,
    Place,
    Producer,
    Reason,
    Since,
    Topic,
    Until,
    read_selection,
)
from streams.cli.dead_letter_purge import PURGE_EXAMPLES, purge
from streams.cli.dead_letter_replay import REPLAY_EXAMPLES, replay
from streams.cli.dead_letter_shown import as_document, instant_of, revealed, say_record
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import say, say_json, warn

if TYPE_CHECKING:
    from streams.operate.dead_letters.kept import KeptRecord
    from streams.operate.dead_letters.selection import Listing, Selection
    from streams.settings import Settings

_LIST_EXAMPLES = (
    "Examples:  consentry dead-letters list  |  "
    "consentry dead-letters list --reason UNPROCESSABLE_EVENT --topic data-share --json"
)
_SHOW_EXAMPLES = "Examples:  consentry dead-letters show consentry.dead-letters-0-17 --reveal"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    letters = typer.Typer(
        name="dead-letters",
        help="List, show, replay and purge records that could not be judged or mapped.",
        no_args_is_help=True,
    )
    letters.command("list", epilog=_LIST_EXAMPLES)(list_letters)
    letters.command("show", epilog=_SHOW_EXAMPLES)(show)
    letters.command("replay", epilog=REPLAY_EXAMPLES)(replay)
    letters.command("purge", epilog=PURGE_EXAMPLES)(purge)
    app.add_typer(letters)


def list_letters(
    kept_in: In = None,
    reason: Reason = None,
    topic: Topic = None,
    producer: Producer = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Count dead letters, quarantined records and ingest rejects by reason; name the newest.

    No bytes of a record are shown. Topics that are not there, or that this user may not
    read, are left out with a note.

    Exit code: 0, whatever is found; 2 when nothing could be read.
    """
    selection = read_selection(
        kept_in, reason=reason, topic=topic, producer=producer, since=since, until=until
    )
    say_listing(read_settings(config, brokers), selection, limit, as_json=as_json)


def say_listing(settings: Settings, selection: Selection, limit: int, *, as_json: bool) -> None:
    """Print what is kept of a selection, by reason, and the newest of it."""
    import asyncio

    listing, notes = asyncio.run(_list(settings, selection, limit))
    if as_json:
        counts = [{**key._asdict(), "count": count} for key, count in listing.by_count()]
        records = [as_document(one, listing.replayed) for one in listing.newest()]
        say_json({"counts": counts, "records": records, "notes": notes})
        return
    for note in notes:
        say(f"note: {note}", err=True)
    for key, count in listing.by_count():
        say(f"{count:>9}  {key.kept_in:<14}  {key.code}  {key.topic or '-'}")
        say(f"           {key.reason}")
    total = sum(listing.counts.values())
    say(f"{total:>9}  in all")
    if listing.marks:
        say(f"{listing.marks:>9}  were sent again, and are kept until they are deleted by age")
    known = [(name, count) for name, count in listing.producers.most_common() if name]
    if known:
        say(f"producers: {', '.join(f'{name} ({count})' for name, count in known[:20])}")
    for one in listing.newest():
        again = ", sent again" if one.place.reference in listing.replayed else ""
        where = one.origin.short if one.origin else "-"
        say(f"{instant_of(one)}  {one.place.short}  from {where}  {one.code}{again}")


async def _list(
    settings: Settings, selection: Selection, limit: int
) -> tuple[Listing, tuple[str, ...]]:
    import asyncio

    from streams.operate.dead_letters.reading import read_kept, shelves
    from streams.operate.dead_letters.selection import Listing
    from streams.verify.bus import LiveBus
    from streams.verify.pace import Pace

    found = await asyncio.to_thread(shelves, settings, selection.kept_in)
    listing = Listing(limit)
    async with LiveBus(settings, Pace(None)) as bus:
        async for records in read_kept(bus, settings, found.partitions):
            listing.take(records, selection)
    return listing, found.notes


def show(
    place: Place,
    reveal: Annotated[
        bool,
        typer.Option("--reveal", help="Show key, headers and value; they may hold personal data."),
    ] = False,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show why a record was set aside, and where it stood; its bytes only with --reveal.

    Exit code: 0 when it is there, 1 when nothing is kept for that place, 2 when Kafka
    cannot be used.
    """
    selection = read_selection(None, places=[place])
    say_found(read_settings(config, brokers), selection, place, reveal=reveal, as_json=as_json)


def say_found(
    settings: Settings, selection: Selection, place: str, *, reveal: bool, as_json: bool
) -> None:
    """Print the record that is kept for a place. Raises typer.Exit where there is none."""
    import asyncio

    found = asyncio.run(_find(settings, selection))
    if as_json:
        say_json({"records": [{**as_document(one), **revealed(one, reveal)} for one in found]})
    else:
        for one in found:
            say_record(one, reveal=reveal)
    if not found:
        warn(f"nothing is kept for {place}")
        raise typer.Exit(1)


async def _find(settings: Settings, selection: Selection) -> list[KeptRecord]:
    import asyncio

    from streams.operate.dead_letters.reading import read_kept, read_one, shelves, topic_of
    from streams.verify.bus import LiveBus
    from streams.verify.pace import Pace

    shelved = await asyncio.to_thread(shelves, settings, selection.kept_in)
    (place,) = selection.places
    async with LiveBus(settings, Pace(None)) as bus:
        for kept_in, count in shelved.partitions.items():
            if topic_of(settings, kept_in) == place.topic:
                there = place.partition < count
                one = await read_one(bus, kept_in, place) if there else None
                return [] if one is None else [one]
        found = []
        async for records in read_kept(bus, settings, shelved.partitions):
            found += [one for one in records if selection.holds(one)]
        return found
