"""`consentry ingest coverage`, `guess`, `connectors` and `copy`: work on maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from streams.cli.ingest_records import Files, FromTopic, Kcat, Last, chosen_records
from streams.cli.options import Brokers, Config, Json
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.ingest.coverage import Coverage

MapArgument = Annotated[
    str,
    typer.Argument(
        metavar="MAP", help="Folder or file of a map, or a ready connector.", show_default=False
    ),
]


def coverage(
    map_name: MapArgument,
    files: Files = None,
    topic: FromTopic = None,
    last: Last = 10_000,
    kcat: Kcat = False,
    config: Config = None,
    brokers: Brokers = None,
    as_json: Json = False,
) -> None:
    """Show which values of records the map does not know, and which of its words never come.

    Exit code: 0 when the map knows every value, 1 when it does not, 2 when it cannot be used.
    """
    from streams.errors import ConsentryError
    from streams.ingest import Mapping, load_map
    from streams.ingest.connectors import find_map
    from streams.ingest.coverage import Coverage
    from streams.ingest.golden import TEST_CONTROLLER, TEST_KEY

    spec = load_map(find_map(map_name), controller_id=TEST_CONTROLLER)
    counted = Coverage(Mapping(spec, TEST_KEY))
    for record in chosen_records(files, topic, last, config, brokers, kcat=kcat):
        if record.fault is not None:
            counted.unread(record.fault)
            continue
        counted.add(record.value if record.decoded is None else record.decoded, record.headers)
    if not counted.records:
        raise ConsentryError("the files hold no records", "Name files that hold some.")
    unknown = any(place.unmapped for place in counted.places.values())
    if as_json:
        say_json(_as_json(counted))
    else:
        _print_coverage(counted)
    if unknown:
        raise typer.Exit(1)


def _as_json(counted: Coverage) -> dict[str, Any]:
    return {
        "map": counted.mapping.name,
        "records": counted.records,
        "events": counted.events,
        "ignored": dict(counted.ignored),
        "rejected": dict(counted.rejected),
        "ratio": round(counted.ratio, 4),
        "places": [
            {"event": place.rule or None, "path": place.path, "unmapped": place.unmapped,
             "never_seen": place.never_seen}
            for place in counted.places.values()
        ],
    }  # fmt: skip


def _print_coverage(counted: Coverage) -> None:
    say(
        f"{counted.mapping.name}: {counted.records} records, {counted.events} events, "
        f"{counted.ignored.total()} ignored, {counted.rejected.total()} rejected; "
        f"{counted.ratio:.1%} decided by the map"
    )
    for kind, reasons in (("ignored", counted.ignored), ("rejected", counted.rejected)):
        for reason, count in reasons.most_common():
            say(f"  {count:>6} {kind}: {reason}")
    for place in counted.places.values():
        where = f"{place.rule}: {place.path}" if place.rule else place.path
        for value, count in place.unmapped.items():
            say(f"  {count:>6} without a word at {where}: {value}")
        if place.never_seen:
            say(f"         never seen at {where}: {', '.join(place.never_seen)}")


def guess(
    files: Files = None,
    topic: FromTopic = None,
    last: Last = 200,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Write the map and its table there; "
                     "a new folder. By default they are printed.", show_default=False),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the map: the source_system of its events.")
    ] = "source",
    event_type: Annotated[
        Literal["consent-change", "data-share"],
        typer.Option("--type", help="What the records say: who consented to what, or whose data "
                     "went where."),
    ] = "consent-change",
    kcat: Kcat = False,
    config: Config = None,
    brokers: Brokers = None,
) -> None:  # fmt: skip
    """Make a first map of records of consent, or of uploads, from what they hold.

    Every guess is marked. What is left to people: what each purpose means, which recipients, and
    the kind of the person's id. Until then the map rejects what it would have to invent.
    """
    from streams.errors import ConsentryError

    chosen = chosen_records(files, topic, last, config, brokers, kcat=kcat)
    values = [record.value for record in chosen if record.fault is None]
    parts = _guessed(name, values, event_type)
    if output is None:
        for file, text in parts.items():
            for line in [f"# ---- {file}", *text.rstrip("\n").split("\n")]:
                say(line)
        return
    if output.exists():
        raise ConsentryError(f"{output} is there already", "Name a folder that is not there yet.")
    output.mkdir(parents=True)
    for file, text in parts.items():
        (output / file).write_text(text, "utf-8")
    lines = [line for text in parts.values() for line in text.splitlines()]
    marked = sum("DECIDE" in line and not line.startswith("# Lines with DECIDE") for line in lines)
    say(f"{output}: {' and '.join(parts)}; {marked} things to decide")


def _guessed(name: str, values: list[bytes], event_type: str) -> dict[str, str]:
    """The files of the first map, by name."""
    from streams.ingest.guess_shares import guess_shares
    from streams.ingest.guessing import guess_map

    if event_type == "data-share":
        return guess_shares(name, values)
    guessed = guess_map(name, values)
    return {"map.toml": guessed.map_text, "purposes.toml": guessed.table_text}


def connectors() -> None:
    """List the ready connectors."""
    from streams.ingest import load_map
    from streams.ingest.connectors import connector_names, find_map
    from streams.ingest.golden import TEST_CONTROLLER

    for name in connector_names():
        say(f"{name:<20} {load_map(find_map(name), controller_id=TEST_CONTROLLER).title}")


def copy(
    name: Annotated[str, typer.Argument(metavar="CONNECTOR", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
) -> None:
    """Copy a ready connector into a new folder, to fill in its tables."""
    from streams.ingest.connectors import copy_connector

    copy_connector(name, folder)
    say(f"{folder}: fill in its tables, then try it: consentry ingest try {folder} FILE")
