"""A map from its file: everything that is wrong is said at once, with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping as Given
from pathlib import Path
from typing import Any, Final

from streams.errors import ConsentryError
from streams.ingest.conditions import read_checks, read_path
from streams.ingest.embedded import TcfRule
from streams.ingest.map_spec import InputFormat, MapSpec
from streams.ingest.paths import TOP, SourcePath
from streams.ingest.rules import EventRule, read_rule
from streams.ingest.tables import RawTable, read_raw_tables
from streams.ingest.values import text_fault
from streams.policy_file.lines import key_lines
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.settings.text import text_of
from streams.settings.toml_text import read_document

REMEDY: Final = "docs/ingest.md describes maps."
FILE_NAME: Final = "map.toml"
LANGUAGE: Final = 1
"""The version of the language of maps that this release reads."""

_KEYS: Final = [
    "version", "name", "title", "format", "embedded_json", "embedded_literal", "tcf", "controller_id",
    "root", "tables", "check", "event",
]  # fmt: skip
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


def load_map(path: Path, *, controller_id: str | None = None) -> MapSpec:
    """Read a map: its file, or the folder that it stands in as map.toml.

    `controller_id` holds where the map names none. Raises ConsentryError with everything that
    is wrong in the map and its tables.
    """
    file = path / FILE_NAME if path.is_dir() else path
    text = text_of(file, f"the map {file}", REMEDY)
    return map_from_text(text, name=str(file), folder=file.parent, controller_id=controller_id)


def map_from_text(
    text: str, *, name: str = "map", folder: Path | None = None, controller_id: str | None = None
) -> MapSpec:
    """As `load_map`; `name` stands for the file in problems, tables are looked for in `folder`."""
    document = read_document(text, name, REMEDY)
    problems = Problems()
    spec = _read(document, PolicyPlace(name, lines=key_lines(text)), problems, folder or Path(),
                 controller_id)  # fmt: skip
    # A table that several rules use is read for each.
    shown = list(dict.fromkeys(map(str, problems.found)))
    if shown or spec is None:
        count = len(shown)
        raise ConsentryError(
            f"the map has {count} problem{'s' * (count != 1)}:", REMEDY, problems=shown
        )
    return spec


def _read(
    document: Given[str, Any],
    place: PolicyPlace,
    problems: Problems,
    folder: Path,
    controller_id: str | None,
) -> MapSpec | None:
    for key in document:
        if key not in _KEYS:
            problems.add(place.child(key), f"there is no such key{suggestion(key, _KEYS)}")
    if document.get("version") != LANGUAGE or isinstance(document.get("version"), bool):
        problems.add(place.child("version"), f"allowed: {LANGUAGE}, the language of this map",
                     *([document["version"]] if "version" in document else []))  # fmt: skip
    name = _name(document, place, problems)
    controller = _controller(document, place, problems, controller_id)
    tables = read_raw_tables(document.get("tables"), place.child("tables"), problems, folder)
    root = None
    if "root" in document:
        root = read_path(document["root"], place.child("root"), problems)
        if root is not None and root.scope != TOP:
            problems.add(place.child("root"), "it is said from top", root.text)
    spec = MapSpec(
        name=name,
        title=str(document.get("title", name)),
        format=_format(document, place, problems),
        controller_id=controller,
        root=root,
        embedded=_embedded(document.get("embedded_json", []), place.child("embedded_json"),
                           problems),
        literals=_embedded(document.get("embedded_literal", []),
                           place.child("embedded_literal"), problems),
        tcf=_tcf(document.get("tcf"), place.child("tcf"), problems, tables),
        checks=read_checks(document.get("check"), place.child("check"), problems),
        rules=_rules(document.get("event"), place, problems, tables, controller is not None),
    )  # fmt: skip
    return spec if not problems.found else None


def _rules(
    raw: object,
    place: PolicyPlace,
    problems: Problems,
    tables: Any,
    with_controller: bool,  # noqa: FBT001
) -> tuple[EventRule, ...]:
    if not isinstance(raw, list) or not raw:
        problems.add(place, "[[event]] is missing: what events the map makes")
        return ()
    found: list[EventRule] = []
    for number, one in enumerate(raw):
        at = place.child("event").child(number)
        rule = read_rule(one, at, problems, tables, with_controller=with_controller)
        if rule is None:
            continue
        if any(rule.name == other.name for other in found):
            problems.add(at.child("name"), "another event of the map has the same name; give each "
                         "its own", rule.name)  # fmt: skip
        found.append(rule)
    return tuple(found)


def _name(document: Given[str, Any], place: PolicyPlace, problems: Problems) -> str:
    name = document.get("name")
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    problems.add(place.child("name"), "allowed: 1 to 40 small letters, digits and hyphens; it is "
                 "the source_system of the events", *(() if name is None else (name,)))  # fmt: skip
    return ""


def _controller(
    document: Given[str, Any], place: PolicyPlace, problems: Problems, given: str | None
) -> str | None:
    named = document.get("controller_id", given)
    if named is None:
        return None
    fault = text_fault("controller_id", named) if isinstance(named, str) else "it is no text"
    if fault is not None:
        problems.add(place.child("controller_id"), fault)
        return None
    return str(named)


def _format(document: Given[str, Any], place: PolicyPlace, problems: Problems) -> InputFormat:
    named = document.get("format", "json")
    if named in InputFormat.__members__.values():
        return InputFormat(named)
    allowed = ", ".join(InputFormat)
    problems.add(place.child("format"), f"allowed: one of {allowed}", named)
    return InputFormat.JSON


def _embedded(raw: object, place: PolicyPlace, problems: Problems) -> tuple[SourcePath, ...]:
    """Paths to texts that are JSON, or a literal, themselves."""
    if not isinstance(raw, list):
        problems.add(place, 'allowed: paths to texts, as ["top.payload"]')
        return ()
    found = [read_path(one, place.child(n), problems) for n, one in enumerate(raw)]
    for path in found:
        if path is not None and path.scope != TOP:
            problems.add(place, "they are said from top", path.text)
    return tuple(path for path in found if path is not None)


def _tcf(
    raw: object, place: PolicyPlace, problems: Problems, tables: Given[str, RawTable]
) -> TcfRule | None:
    """`{from = "top.tcString", vendors = "vendors"}`: the string, and the table of vendors.

    With `gpp = true` it is a GPP string, with a TCF string among its sections.
    """
    if raw is None:
        return None
    gpp = raw.get("gpp", False) if isinstance(raw, Given) else False
    if (
        not isinstance(raw, Given)
        or set(raw) - {"gpp"} != {"from", "vendors"}
        or not isinstance(gpp, bool)
    ):
        problems.add(place, 'allowed: {from = "top.tcString", vendors = "the name of a table"}, '
                     "and gpp = true for a GPP string")  # fmt: skip
        return None
    path = read_path(raw["from"], place.child("from"), problems)
    if path is not None and path.scope != TOP:
        problems.add(place.child("from"), "it is said from top", path.text)
    table = tables.get(raw["vendors"]) if isinstance(raw["vendors"], str) else None
    if table is None:
        problems.add(place.child("vendors"), "tables names no such table", raw["vendors"])
        return None
    ids = [key for key in table.rows if not (key.isascii() and key.isdigit() and key[0] != "0")]
    for key in ids:
        problems.add(table.place.child(key), "the key is no id of the Global Vendor List")
    return None if path is None or ids else TcfRule(path, tuple(map(int, table.rows)), gpp)
