"""Tables as source: the row of a record, and the constants that stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams.ingest.generate.meanings import write_end
from streams.ingest.generate.places import write_path, write_word
from streams.ingest.generate.writer import FunctionWriter
from streams.ingest.rules import TableUse
from streams.ingest.tables import no_row
from streams.ingest.words import Verdictless


def write_row(f: FunctionWriter, use: TableUse, absent: Mapping[str, Any]) -> dict[str, str]:
    """Write the look-up of a row; expressions for the fields that rows set.

    `absent`: what stands in a field that the row does not set.
    """
    columns = sorted(use.table.columns)
    if use.path is None:
        assert use.row is not None
        only = use.table.rows[use.row]
        if isinstance(only, Verdictless):
            write_end(f, only, None)
            return {}
        return {name: f.bind(value, "constant") for name, value in only.items()}
    rows = {
        key: row
        if isinstance(row, Verdictless)
        else tuple(row.get(name, absent.get(name)) for name in columns)
        for key, row in use.table.rows.items()
    }
    value = write_path(f, use.path)
    row = f.fresh("row")
    f.line(f"{row} = {f.bind(rows, 'rows')}.get({write_word(f, value)})")
    with f.block(f"if type({row}) is not tuple"):
        f.finish(f"{f.library(no_row)}({row}, {value}, {f.bind(use.path.text, 'text')}, "
                 f"{f.bind(use.table.name, 'text')}, {f.rule}, {f.number})")  # fmt: skip
    names = {name: f.fresh(name) for name in columns}
    if names:
        f.line(f"{', '.join(names.values())}, = {row}")
    return names
