"""`consentry ingest check`, `coverage`, `guess`, `connectors` and `copy`: work on maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.options import Json
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.ingest import MapSpec
    from streams.ingest.coverage import Coverage

MapArgument = Annotated[
    str,
    typer.Argument(
        metavar="MAP", help="Folder or file of a map, or a ready connector.", show_default=False
    ),
]
FileArguments = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Files with a record on each line; - is standard input.",
                   show_default=False),
]  # fmt: skip
KcatLines = Annotated[
    bool, typer.Option("--kcat", help="Lines are what kcat -J prints: payload and headers.")
]


def check(
    map_name: MapArgument,
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Avro schema or JSON Schema of the records.",
                     show_default=False),
    ] = None,
) -> None:  # fmt: skip
    """Check a map and its tables, and say everything that is wrong, with its line.

    With --schema also: what the map reads and the schema lacks, and symbols of the schema
    that the map has no word for.

    Exit code: 0 when the map is sound and the schema has it all, 1 when the schema does not,
    2 when the map cannot be used.
    """
    from streams.ingest import load_map
    from streams.ingest.connectors import find_map
    from streams.ingest.golden import TEST_CONTROLLER

    spec = load_map(find_map(map_name), controller_id=TEST_CONTROLLER)
    say(f"{spec.name} is sound: {len(spec.rules)} events, {len(spec.checks)} checks")
    if schema is None:
        return
    found = _gaps(spec, schema)
    for gap in found:
        say(gap)
    if found:
        say(f"{schema} lacks {len(found)} of what the map needs", err=True)
        raise typer.Exit(1)
    say(f"{schema} has all that the map reads")


def _gaps(spec: MapSpec, schema: Path) -> list[Any]:
    import json

    from streams.errors import ConsentryError
    from streams.ingest.schema_check import gaps
    from streams.ingest.schema_nodes import schema_node

    remedy = "Give an Avro schema or a JSON Schema, as JSON."
    try:
        node = schema_node(json.loads(schema.read_text("utf-8")))
    except OSError as error:
        raise ConsentryError(f"{schema} cannot be read: {error.strerror}", remedy) from None
    except ValueError:
        raise ConsentryError(f"{schema} is no JSON", remedy) from None
    if node is None:
        raise ConsentryError(f"{schema} is no schema that is known here", remedy)
    return list(gaps(spec, node))


def coverage(
    map_name: MapArgument,
    files: FileArguments,
    kcat: KcatLines = False,
    as_json: Json = False,
) -> None:
    """Show which values of records the map does not know, and which of its words never come.

    Exit code: 0 when the map knows every value, 1 when it does not, 2 when it cannot be used.
    """
    from streams.ingest import Mapping, load_map
    from streams.ingest.connectors import find_map
    from streams.ingest.coverage import Coverage
    from streams.ingest.files import read_records
    from streams.ingest.golden import TEST_CONTROLLER, TEST_KEY

    spec = load_map(find_map(map_name), controller_id=TEST_CONTROLLER)
    counted = Coverage(Mapping(spec, TEST_KEY))
    for record in read_records(files, kcat=kcat):
        counted.add(record.value, record.headers)
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
    files: FileArguments,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Write the map and its table there; "
                     "a new folder. By default they are printed.", show_default=False),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the map: the source_system of its events.")
    ] = "source",
    kcat: KcatLines = False,
) -> None:  # fmt: skip
    """Make a first map of consent records from what they hold. Every guess is marked.

    What is left to people: what each purpose means, which recipients, and the kind of the
    person's id. Until then the map rejects what it would have to invent.
    """
    from streams.errors import ConsentryError
    from streams.ingest.files import read_records
    from streams.ingest.guessing import guess_map

    values = [record.value for record in read_records(files, kcat=kcat)]
    guessed = guess_map(name, values)
    parts = {"map.toml": guessed.map_text, "purposes.toml": guessed.table_text}
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
    say(f"{output}: map.toml and purposes.toml; {guessed.open_questions} things to decide")


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
