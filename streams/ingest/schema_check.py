"""Does a schema still have what a map needs? For CI of the team that owns the schema or the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streams.ingest.conditions import asked_of_items
from streams.ingest.map_spec import MapSpec
from streams.ingest.paths import ITEM, OUTER, ROOT, TOP, SourcePath
from streams.ingest.rules import EventRule
from streams.ingest.schema_nodes import SchemaNode


@dataclass(frozen=True)
class SchemaGap:
    """A path that the map reads and the schema lacks, or a symbol that the map has no word for."""

    rule: str | None
    path: str
    symbol: str | None = None

    def __str__(self) -> str:
        where = "the map" if self.rule is None else f"event {self.rule}"
        if self.symbol is None:
            return f"{where} reads {self.path}, which the schema does not have"
        return f"{where} has no word for {self.symbol}, which the schema allows at {self.path}"


_Uses = Iterator[tuple[SourcePath, Mapping[str, Any] | None]]


def gaps(spec: MapSpec, schema: SchemaNode) -> list[SchemaGap]:
    """Everything that the map reads and the schema does not have, each once."""
    found: dict[SchemaGap, None] = {}
    root: SchemaNode | None = schema
    if spec.root is not None:
        root = _follow(schema, spec.root.steps)
        if root is None:
            found[SchemaGap(None, spec.root.text)] = None
    within = tuple(path.steps for path in (*spec.embedded, *spec.literals))
    if spec.tcf is not None:
        within = (*within, spec.tcf.path.steps)
    for check in spec.checks:
        places = {TOP: schema, ROOT: root}
        if not asked_of_items(check):
            _look(None, ((path, check.words) for path in check.paths), places, within, found)
    for rule in spec.rules:
        items = _places(rule, schema, root, within, found)
        checks = [check for check in spec.checks if asked_of_items(check)]
        uses = [(path, check.words) for check in checks for path in check.paths]
        _look(rule.name, iter([*uses, *_uses(rule)]), items, within, found)
    return list(found)


def _places(
    rule: EventRule,
    schema: SchemaNode,
    root: SchemaNode | None,
    within: Sequence[tuple[str | int, ...]],
    found: dict[SchemaGap, None],
) -> dict[int, SchemaNode | None]:
    """Where the paths of a rule begin. What `each` names and is missing is a gap itself."""
    places: dict[int, SchemaNode | None] = {TOP: schema, ROOT: root, ITEM: root, OUTER: root}
    for path, _ in rule.each.levels if rule.each else ():
        holder = _at(path, places)
        item = None if holder is None else holder.element()
        if item is None and places.get(path.scope) is not None and not _embedded(path, within):
            found[SchemaGap(rule.name, path.text)] = None
        places[OUTER], places[ITEM] = places[ITEM], item
    return places


def _uses(rule: EventRule) -> _Uses:
    """The paths of a rule, with the words for their values where the map closes them."""
    for check in rule.checks:
        yield from ((path, check.words) for path in check.paths)
    if rule.when is not None:
        yield from ((path, None) for path in rule.when.paths)
    for use in rule.tables:
        if use.path is not None:
            yield use.path, None
    for subject in rule.subjects:
        yield from ((path, None) for path in subject.paths)
    for made in rule.fields.values():
        words = made.words if made.words and not made.of_names else None
        yield from ((path, words) for path in made.paths)


def _look(
    rule: str | None,
    uses: _Uses,
    places: Mapping[int, SchemaNode | None],
    within: Sequence[tuple[str | int, ...]],
    found: dict[SchemaGap, None],
) -> None:
    for path, words in uses:
        # What begins nowhere is missing already; headers and names are in no schema.
        if places.get(path.scope) is None or _embedded(path, within):
            continue
        node = _at(path, places)
        if node is None:
            found[SchemaGap(rule, path.text)] = None
        elif words is not None:
            for symbol in sorted(node.symbols() - set(words)):
                found[SchemaGap(rule, path.text, symbol)] = None


def _at(path: SourcePath, places: Mapping[int, SchemaNode | None]) -> SchemaNode | None:
    start = places.get(path.scope)
    return None if start is None else _follow(start, path.steps)


def _embedded(path: SourcePath, within: Sequence[tuple[str | int, ...]]) -> bool:
    """Whether it leads into a text that holds JSON, of which the schema says nothing."""
    return path.scope == TOP and any(path.steps[: len(steps)] == steps for steps in within)


def _follow(node: SchemaNode | None, steps: Sequence[str | int]) -> SchemaNode | None:
    for step in steps:
        if node is None:
            return None
        node = node.member(step) if isinstance(step, str) else node.element()
    return node
