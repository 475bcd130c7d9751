"""A table compiled: from the scope to the constants of a row, for each action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streams.core.vocabulary import ConsentAction
from streams.ingest.fields import actions_of
from streams.ingest.outcomes import Stopped, reject
from streams.ingest.paths import Scope, type_name, word_of
from streams.ingest.rules import TableUse
from streams.ingest.words import Verdictless

ByAction = Mapping[ConsentAction | None, Mapping[str, Any]]
RowReader = Callable[[Scope], ByAction]
"""Raises Stopped where the row says why there is no event, or where there is no row."""


def row_reader(use: TableUse, fixed: ByAction) -> RowReader:
    """The function of a table. `fixed`: constants that hold beside every row, by action."""
    rows: dict[str, Any] = {
        key: row if isinstance(row, Verdictless) else _by_action(row, fixed)
        for key, row in use.table.rows.items()
    }
    if use.path is None:
        assert use.row is not None
        only = rows[use.row]

        def always(_: Scope) -> ByAction:
            if type(only) is Verdictless:
                raise Stopped(only.reason, rejected=only.rejected)
            return only  # type: ignore[no-any-return]

        return always
    get, path, table = use.path.getter(), use.path.text, use.table.name

    def look_up(s: Scope) -> ByAction:
        value = get(s)
        word = value if type(value) is str else word_of(value)
        if word is None:
            reject(f"{path} is {type_name(value)}, and no key of the table {table}", path)
        row = rows.get(word)
        if type(row) is dict:
            return row
        if row is None:
            reject(f"the table {table} has no row for the value at {path}", path, unmapped=True)
        raise Stopped(row.reason, path=path, rejected=row.rejected)

    return look_up


def _by_action(row: Mapping[str, Any], fixed: ByAction) -> dict[ConsentAction | None, Any]:
    return {
        action: dict(constants)
        | {
            name: value
            for name, value in row.items()
            if action is None or action in actions_of(name)
        }
        for action, constants in fixed.items()
    }
