"""A whole map as functions: what stands before its items, then each group of rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from streams.ingest.conditions import asked_of_items
from streams.ingest.embedded import with_json, with_literal, with_vendors
from streams.ingest.generate.items import write_items, write_record
from streams.ingest.generate.meanings import write_checks, write_condition, write_reject
from streams.ingest.generate.places import write_path
from streams.ingest.generate.rules import write_rule
from streams.ingest.generate.writer import FunctionWriter, ModuleWriter
from streams.ingest.map_spec import MapSpec
from streams.ingest.paths import SourcePath
from streams.ingest.rules import EventRule

MOST_MAPS: Final = 64
"""Maps whose functions are kept; more are written again when they are bound."""


@dataclass(frozen=True)
class MapFunctions:
    """What was written for a map.

    `take` is called with a record's value, its headers, the record as it came, a `RecordKeys`,
    what notes values (None: nothing), and a list that takes the outcomes. It raises Stopped where
    the whole record ends. `source` is its text, for those who look into it.
    """

    take: Callable[[Any, Any, Any, Any, Any, list[Any]], None]
    source: str


@lru_cache(maxsize=MOST_MAPS)
def functions_of(spec: MapSpec, *, observing: bool = False) -> MapFunctions:
    """The functions of a map; `observing`: those that note the values whose words it lists."""
    module = ModuleWriter(observing=observing)
    main = FunctionWriter(module, "take")
    _write_take(main, spec)
    module.add(main)
    source = module.source()
    return MapFunctions(module.compiled(f"<map {spec.name}>")["take"], source)


def _write_take(f: FunctionWriter, spec: MapSpec) -> None:
    f.uses |= {"top", "headers", "record", "keys", "note", "out"}
    _write_texts(f, spec)
    root = f.given("top")
    if spec.root is not None:
        root = write_path(f, spec.root)
        with f.block(f"if {root} is None"):
            write_reject(f, f"root: {spec.root.text} is absent", spec.root.text)
    f.line(f"root = item = {root}")
    f.line("name = outer = doubt = None")
    f.line("memo = {}")
    write_checks(f, [one for one in spec.checks if not asked_of_items(one)], "doubt")
    for number, rules in enumerate(spec.groups().values()):
        group = _group(f.module, f"items_{number}", spec, rules)
        taken = _taken(f, rules)
        with nullcontext() if taken is None else f.block(f"if {taken}"):
            f.call(group, outer="outer" if rules[0].each is None else "root")
    f.uses -= {"root", "item", "name", "outer", "doubt", "memo"}


def _write_texts(f: FunctionWriter, spec: MapSpec) -> None:
    """Texts that hold more than a text are read, and stand in their place as what they hold."""
    readers: list[tuple[SourcePath, str, object]] = [*((path, f.library(with_json), path) for path in spec.embedded),
               *((path, f.library(with_literal), path) for path in spec.literals)]  # fmt: skip
    if spec.tcf is not None:
        readers.append((spec.tcf.path, f.library(with_vendors), spec.tcf))
    for path, reader, given in readers:
        held = write_path(f, path)
        with f.block(f"if {held} is not None"):
            f.line(f"top = {reader}(top, {held}, {f.bind(given, 'text')})")
        f.known.clear()


def _group(
    module: ModuleWriter, name: str, spec: MapSpec, rules: Sequence[EventRule]
) -> FunctionWriter:
    """The function of the rules that go through the same items, and theirs."""
    constants = {"source_system": spec.name}
    if spec.controller_id is not None:
        constants["controller_id"] = spec.controller_id
    each = rules[0].each
    written: list[tuple[EventRule, FunctionWriter]] = []
    for number, rule in enumerate(rules):
        one = FunctionWriter(module, f"{name}_rule_{number}", rule=module.bind(rule.name, "rule"),
                             levels=0 if each is None else len(each.levels))  # fmt: skip
        write_rule(one, rule, constants)
        module.add(one)
        written.append((rule, one))
    group = FunctionWriter(module, name)
    checks = [one for one in spec.checks if asked_of_items(one)]
    if each is None:
        write_record(group, written, checks)
    else:
        write_items(group, each, written, checks)
    module.add(group)
    return group


def _taken(f: FunctionWriter, rules: Sequence[EventRule]) -> str | None:
    """Whether rules of the same items take a record at all; None: that is for its items to say.

    A record that no rule takes is rejected, but not once for each group of rules.
    """
    conditions = [rule.when for rule in rules if rule.when is not None]
    of_items = rules[0].each is not None and any(
        path.of_item for one in conditions for path in one.paths
    )
    if of_items or len(conditions) < len(rules):
        return None
    return " or ".join(f"({write_condition(f, one)})" for one in conditions)
