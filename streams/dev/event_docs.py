"""Writes what docs/events.md takes from the software: field tables and fingerprints.

Run `python -m streams.dev.event_docs` after a change of a schema; a test fails until then.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from streams.core.events import INSTANT_FIELDS
from streams.core.vocabulary import EventType
from streams.errors import ConsentryError
from streams.wire.field_specs import FIELDS, FieldSpec
from streams.wire.guard import look_of
from streams.wire.looks import IDENTIFIER, MESSAGE_ID
from streams.wire.schemas import INPUTS, schemas

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"

_PART = re.compile(r"(<!-- begin (?P<name>[a-z]+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)


def rendered(page: str) -> str:
    """The page with its written parts renewed. Raises ConsentryError for an unknown part."""
    parts = {"fields": _fields(), "fingerprints": _fingerprints()}

    def renew(match: re.Match[str]) -> str:
        if match["name"] not in parts:
            raise ConsentryError(
                f"docs/events.md has a part named {match['name']}",
                "rename the marker; there are: " + ", ".join(parts),
            )
        return f"{match[1]}{parts[match['name']]}{match[3]}"

    return _PART.sub(renew, page)


def _fields() -> str:
    return "\n".join(_event(kind) for kind in EventType)


def _event(kind: EventType) -> str:
    source = schemas().current[INPUTS[kind]].source
    meanings = {field["name"]: field["doc"] for field in source["fields"]}
    lines = [
        f"### {kind.value}",
        "",
        source["doc"],
        "",
        "| field | must | holds | guard | meaning |",
        "|---|---|---|---|---|",
        f"| `event_type` | yes, in JSON | `{kind.value}` | | The type of the event. |",
    ]
    lines += [_row(shape, meanings[shape.name]) for shape in FIELDS[kind].all]
    return "\n".join(lines) + "\n"


def _row(shape: FieldSpec, meaning: str) -> str:
    must = "yes" if shape.required else ""
    return f"| `{shape.name}` | {must} | {_holds(shape)} | {_guard(shape)} | {meaning} |"


def _holds(shape: FieldSpec) -> str:
    if shape.name in INSTANT_FIELDS:
        return "instant"
    if shape.symbols:
        symbols = ", ".join(shape.symbols)
        return f"list of: {symbols}" if shape.is_list else symbols
    if shape.type is bool:
        return "true, false"
    return "list of texts" if shape.is_list else "text"


def _guard(shape: FieldSpec) -> str:
    if shape.symbols or shape.type is bool or shape.name in INSTANT_FIELDS:
        return ""
    return {IDENTIFIER: "contact", MESSAGE_ID: "phone"}.get(look_of(shape.name), "all")


def _fingerprints() -> str:
    lines = ["| schema | version | bytes on the wire |", "|---|---|---|"]
    for name in INPUTS.values():
        schema: Any = schemas().current[name]
        header = f"C3 01 {schema.fingerprint.hex(' ').upper()}"
        lines.append(f"| `schemas/{name}.avsc` | {schema.version} | `{header}` |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Renew the page in the checkout."""
    PAGE.write_text(rendered(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
