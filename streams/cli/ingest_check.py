"""`consentry ingest check`: are maps sound, and do schemas have what they read?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli.options import Config, read_settings
from streams.terminal.out import say, warn

if TYPE_CHECKING:
    from streams.ingest import MapSpec
    from streams.ingest.schema_nodes import SchemaNode

_UNSOUND: Final = (KeyError, TypeError, AttributeError, RecursionError)
"""What a walk over a schema raises where a part of it is missing, or of another type."""
_REMEDY: Final = "Give an Avro schema or a JSON Schema, as JSON."


def check(
    map_name: Annotated[
        str | None,
        typer.Argument(metavar="[MAP]", help="Folder or file of a map, or a ready connector. "
                       "Without one: all sources of the settings file.", show_default=False),
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Avro schema or JSON Schema of the records.",
                     show_default=False),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Take the latest schema of this subject of the registry: "
                     "Avro, JSON Schema or Protobuf.", show_default=False),
    ] = None,
    config: Config = None,
) -> None:  # fmt: skip
    """Check a map and its tables, and say everything that is wrong, with its line.

    With --schema or --subject also: what the map reads and the schema lacks, and symbols of the
    schema that the map has no word for. Without MAP each source of [ingest] is checked, those
    with registry framing against the latest schemas of their topics (subject TOPIC-value).

    Exit code: 0 when all maps are sound and the schemas have it all, 1 when one does not,
    2 when a map cannot be used.
    """
    from streams.ingest import load_map
    from streams.ingest.connectors import find_map
    from streams.ingest.golden import TEST_CONTROLLER

    if schema is not None and subject is not None:
        raise typer.BadParameter("give --schema or --subject, not both")
    if map_name is None:
        if schema is not None or subject is not None:
            raise typer.BadParameter("name the map that is to be compared")
        lacking = _check_sources(config)
    else:
        spec = load_map(find_map(map_name), controller_id=TEST_CONTROLLER)
        _sound(spec)
        lacking = 0
        if schema is not None:
            lacking = _compare(spec, _of_file(schema), str(schema))
        elif subject is not None:
            lacking = _compare(spec, _of_subject(config, subject), subject)
    if lacking:
        raise typer.Exit(1)


def _sound(spec: MapSpec) -> None:
    say(f"{spec.name} is sound: {len(spec.rules)} events, {len(spec.checks)} checks")


def _compare(spec: MapSpec, node: SchemaNode, name: str) -> int:
    """How much the schema lacks of what the map needs; each is printed."""
    from streams.errors import ConsentryError
    from streams.ingest.schema_check import gaps

    try:
        found = gaps(spec, node)
    except _UNSOUND:
        raise ConsentryError(f"{name} is no sound schema", _REMEDY) from None
    for gap in found:
        say(str(gap))
    if found:
        say(f"{name} lacks {len(found)} of what the map {spec.name} needs", err=True)
    else:
        say(f"{name} has all that the map {spec.name} reads")
    return len(found)


def _check_sources(config: Path | None) -> int:
    from streams.ingest.service.plan import read_plan
    from streams.ingest.service.sources import SourceFraming
    from streams.settings.load import settings_file

    plan = read_plan(settings_file(config), read_settings(config, asks_kafka=True))
    lacking = 0
    for source in plan.sources:
        _sound(source.mapping.spec)
        if source.framing is SourceFraming.REGISTRY:
            for topic in source.topics:
                subject = f"{topic}-value"
                lacking += _compare(source.mapping.spec, _of_subject(config, subject), subject)
            if source.matching is not None:
                warn(f"{source.name}: topics that only /{source.matching.pattern}/ names are compared "
                     "with no schema; ask for each with --subject")  # fmt: skip
    return lacking


def _of_file(schema: Path) -> SchemaNode:
    import json

    from streams.errors import ConsentryError
    from streams.ingest.schema_nodes import schema_node

    try:
        document = json.loads(schema.read_text("utf-8"))
    except OSError as error:
        raise ConsentryError(f"{schema} cannot be read: {error.strerror}", _REMEDY) from None
    except (ValueError, RecursionError):
        raise ConsentryError(f"{schema} is no JSON", _REMEDY) from None
    try:
        node = schema_node(document)
    except _UNSOUND:
        raise ConsentryError(f"{schema} is no sound schema", _REMEDY) from None
    if node is None:
        raise ConsentryError(f"{schema} is no schema that is known here", _REMEDY)
    return node


def _of_subject(config: Path | None, subject: str) -> SchemaNode:
    import asyncio

    from streams.errors import ConsentryError
    from streams.registry.faults import UnreadableSchema
    from streams.registry.latest import latest_schema

    found, parts = asyncio.run(latest_schema(read_settings(config), subject))
    texts = {name: part.text for name, part in parts.items()}
    try:
        node = _node(found.kind, found.text, texts)
    except UnreadableSchema as error:
        reason: str | None = error.reason
    except (ValueError, RecursionError):
        reason = "it is no JSON"
    except _UNSOUND:
        reason = "it is no sound schema"
    else:
        if node is not None:
            return node
        reason = f"its kind, {found.kind}, is not known here"
    raise ConsentryError(
        f"the latest schema of {subject} cannot be read: {reason}",
        "Avro, JSON Schema and Protobuf are read.",
    )


def _node(kind: str, text: str, parts: dict[str, str]) -> SchemaNode | None:
    import json

    from streams.ingest.schema_nodes import avro_node, schema_node

    if kind == "AVRO":
        return avro_node(json.loads(text), _documents(parts))
    if kind == "PROTOBUF":
        from streams.registry.protobuf_shape import json_shape

        return schema_node(json_shape(text, parts))
    return schema_node(json.loads(text)) if kind == "JSON" else None


def _documents(parts: dict[str, str]) -> Iterator[Any]:
    import json

    for text in parts.values():
        yield json.loads(text)
