"""Tables by purpose, list, group or vendor: the part of a map that the DPO fills in.

    [tables]
    purposes = "purposes.toml"        # or .csv; beside the map

    ["8c2f0c5e-0001"]                 # the tool's own id
    purposes = ["OWN_DIRECT_MARKETING"]
    channels = ["EMAIL"]

    ["analytics"]
    ignore = "not marketing"

A row sets several fields at once, by constants. An id without a row rejects.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.core.vocabulary import EventType
from streams.ingest.outcomes import Outcome, RejectedItem
from streams.ingest.paths import type_name, word_of
from streams.ingest.values import element_of, read_constant
from streams.ingest.words import Verdictless, read_reason
from streams.policy_file.lines import key_lines
from streams.policy_file.places import PolicyPlace, Problems, suggestion
from streams.settings.text import read_text, text_fault
from streams.settings.toml_text import NotTomlError, parse
from streams.wire.field_specs import FIELDS, FieldSpec

NOT_IN_ROWS: Final = frozenset(
    {"event_id", "controller_id", "subject_id", "occurred_at", "recorded_at", "source_system",
     "schema_version", "trace_id", "action", "consent_id", "evidence_ref"}
)  # fmt: skip
"""Fields that follow from the record alone."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RawTable:
    """A table as it is written: rows by key, and where each stands."""

    name: str
    rows: Mapping[str, Mapping[str, Any]]
    place: PolicyPlace


@dataclass(frozen=True)
class FieldTable:
    """A table for one type of event: the fields of each row, or why it means no event."""

    name: str
    rows: Mapping[str, Row | Verdictless]

    @property
    def makes_events(self) -> bool:
        """Whether any row is more than a reason why there is no event."""
        return any(isinstance(row, Mapping) for row in self.rows.values())

    @property
    def columns(self) -> frozenset[str]:
        """Fields that some row sets."""
        return frozenset(name for row in self.rows.values() if isinstance(row, Mapping)
                         for name in row)  # fmt: skip

    @property
    def in_every_row(self) -> frozenset[str]:
        """Fields that every row sets, but those that are no event."""
        rows = [frozenset(row) for row in self.rows.values() if isinstance(row, Mapping)]
        return frozenset.intersection(*rows) if rows else frozenset()


def read_raw_tables(
    raw: object, place: PolicyPlace, problems: Problems, folder: Path
) -> dict[str, RawTable]:
    """The tables that a map names, each from its file or from the map itself."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        problems.add(place, 'allowed: tables by name, as purposes = "purposes.toml"')
        return {}
    found: dict[str, RawTable] = {}
    for name, given in raw.items():
        at = place.child(name)
        if isinstance(given, str):
            table = _from_file(name, folder / given, at, problems)
        elif isinstance(given, Mapping):
            table = RawTable(name, given, at)
        else:
            problems.add(at, "allowed: the name of a TOML or CSV file, or the rows themselves")
            continue
        if table is not None:
            found[name] = table
    return found


def _from_file(name: str, path: Path, place: PolicyPlace, problems: Problems) -> RawTable | None:
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        problems.add(place, f"{path} cannot be read: {text_fault(error)}")
        return None
    if path.suffix.lower() == ".csv":
        return _from_csv(name, text, PolicyPlace(str(path)), problems)
    try:
        rows = parse(text)
    except NotTomlError as error:
        problems.add(place, error.of(str(path)))
        return None
    return RawTable(name, rows, PolicyPlace(str(path), lines=key_lines(text)))


def _from_csv(name: str, text: str, place: PolicyPlace, problems: Problems) -> RawTable | None:
    """The first column is the key; cells of lists hold their elements apart by blanks or bars."""
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: dict[str, dict[str, Any]] = {}
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        header = [cell.strip() for cell in next(reader, [])]
        for column in sorted({one for one in header[1:] if header[1:].count(one) > 1}):
            problems.add(PolicyPlace(place.file, fixed_line=1), f"the column {column} stands twice")
        for cells in reader:
            if not any(cells):
                continue
            at = PolicyPlace(place.file, (cells[0],), fixed_line=reader.line_num)
            if len(cells) != len(header):
                problems.add(at, f"{len(cells)} cells under {len(header)} columns")
            elif cells[0] in rows:
                problems.add(at, "the same key stands in a row above")
            else:
                lines[cells[0],] = reader.line_num
                rows[cells[0]] = {
                    column: cell for column, cell in zip(header[1:], cells[1:], strict=True) if cell
                }
    except csv.Error as error:
        problems.add(PolicyPlace(place.file, fixed_line=reader.line_num), f"it is no CSV: {error}")
        return None
    return RawTable(name, rows, PolicyPlace(place.file, lines=lines))


def table_for(table: RawTable, kind: EventType, problems: Problems) -> FieldTable:
    """The rows as fields of a type of event."""
    shapes = {shape.name: shape for shape in FIELDS[kind].all}
    rows: dict[str, Row | Verdictless] = {}
    if not table.rows:
        problems.add(table.place, f"the table {table.name} has no rows")
    for key, raw in table.rows.items():
        place = table.place.child(key)
        if not _is_table(raw):
            problems.add(place, "allowed: fields of the event, or ignore or reject with a reason")
        elif set(raw) & {"ignore", "reject"}:
            ends = read_reason(raw, place, problems)
            if ends is not None:
                rows[key] = ends
        else:
            rows[key] = _row(raw, shapes, place, problems)
    return FieldTable(table.name, rows)


def _is_table(raw: object) -> bool:
    """Whether a row is one: a TOML file may hold anything."""
    return isinstance(raw, Mapping) and bool(raw)


def _row(
    raw: Mapping[str, Any], shapes: Mapping[str, FieldSpec], place: PolicyPlace, problems: Problems
) -> Row:
    allowed = [name for name in shapes if name not in NOT_IN_ROWS]
    row: dict[str, Any] = {}
    for name, value in raw.items():
        at = place.child(name)
        if name not in allowed:
            problems.add(at, f"a row sets no such field{suggestion(name, allowed)}")
            continue
        shape = shapes[name]
        read = read_constant(shape, _of_cell(shape, value), at, problems)
        if read is not None:
            row[name] = read
    return row


def _of_cell(shape: FieldSpec, value: Any) -> Any:
    """A value of a CSV cell in the form of TOML; others stay."""
    if not isinstance(value, str):
        return value
    if shape.is_list:
        return value.replace("|", " ").split()
    return (
        {"true": True, "false": False}.get(value.lower(), value)
        if (element_of(shape) is bool)
        else value
    )


def no_row(
    ends: Verdictless | None, key: Any, path: str, table: str, rule: str, number: str | None
) -> Outcome:
    """How an item ends whose row means no event, or (None) that has no row in the table."""
    if ends is None:
        if word_of(key) is None:
            reason = f"{path} is {type_name(key)}, and no key of the table {table}"
            return RejectedItem(reason, rule, number, path)
        reason = f"the table {table} has no row for the value at {path}"
        return RejectedItem(reason, rule, number, path, unmapped=True)
    return ends.outcome(path, rule, number)
