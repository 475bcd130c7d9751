"""`consentry policy history`: who changed what, when and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.control.log import ControlEntry
    from streams.core.policy import Policy
    from streams.policy_file.changes import DatedText, PolicyChanges, RowChange

EXAMPLES = (
    "Examples:  consentry policy history  |  consentry policy history --last 1  |  "
    "consentry policy history --json"
)
ROWS_SHOWN: Final = 20
"""Rows of registers of one change, for people; programs get all."""


def history(
    last: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The latest so many only.", show_default=False),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show every policy that was in force: since when, by whom, why, and what it changed.

    Reads the topic of policies and writes nothing. Settings are shown with the old and the new
    value, registers with the rows that were added, removed or changed.

    Exit code: 0 when there is one, 1 when there is none yet, 2 when it cannot be read.
    """
    from streams.control.read import read_control

    settings = read_settings(config, brokers)
    log = read_control(settings)
    shown = list(_with_changes(log.entries))
    shown = shown if last is None else shown[-last:]
    if as_json:
        say_json([_document(entry, changes, problem) for entry, changes, problem in shown])
    else:
        for entry, changes, problem in shown:
            _say(entry, changes, problem)
    if not log.entries:
        say(f"{log.topic} has no policy yet: the first worker writes it.", err=True)
        raise typer.Exit(1)


Shown = tuple["ControlEntry", "PolicyChanges | None", str | None]


def _with_changes(entries: Sequence[ControlEntry]) -> Iterator[Shown]:
    """Each entry with what it changed, or with why this release cannot say so."""
    from streams.core.policy import default_policy
    from streams.errors import ConsentryError
    from streams.policy_file.changes import policy_changes

    before: Policy | None = default_policy()
    for entry in entries:
        try:
            after = entry.in_force().policy
        except ConsentryError as error:
            before = None
            yield entry, None, error.problem
            continue
        unknown = "this release cannot load the policy before it"
        if before is None:
            yield entry, None, unknown
        else:
            yield entry, policy_changes(before, after), None
        before = after


def _document(
    entry: ControlEntry, changes: PolicyChanges | None, problem: str | None
) -> dict[str, Any]:
    import msgspec

    from streams.core.instants import format_instant

    record = entry.record
    return {
        "sequence": record.sequence,
        "in_force_since": format_instant(entry.at),
        "version": record.version,
        "who": record.who,
        "why": record.why,
        "ticket": record.ticket,
        "written_at": record.written_at,
        "digest": record.digest,
        "offset": entry.offset,
        "changes": msgspec.to_builtins(changes),
        "problem": problem,
    }


def _say(entry: ControlEntry, changes: PolicyChanges | None, problem: str | None) -> None:
    from streams.core.instants import format_instant

    record = entry.record
    ticket = "" if record.ticket is None else f" ({record.ticket})"
    say(f"Policy {record.sequence}, {record.version}, since {format_instant(entry.at)}")
    say(f"  by {record.who}{ticket}: {record.why}")
    if problem is not None:
        say(f"  what it changed is not known: {problem}")
        return
    assert changes is not None, "a problem or changes"
    if record.sequence == 1:
        say("  against the defaults:")
    for line in _lines(changes):
        say(f"  {line}")


def _lines(changes: PolicyChanges) -> Iterator[str]:
    if changes.nothing:
        yield "nothing differs"
    if changes.version is not None:
        yield f"version: {changes.version[0]} -> {changes.version[1]}"
    for one in changes.settings:
        yield f"{one.number} {one.name}: {_values(one.before)} -> {_values(one.after)}"
    for row in changes.rows[:ROWS_SHOWN]:
        yield _row(row)
    if len(changes.rows) > ROWS_SHOWN:
        yield f"and {len(changes.rows) - ROWS_SHOWN} more rows of registers (--json has all)"


def _values(values: Sequence[DatedText]) -> str:
    return "; ".join(
        _text(one.value) if one.valid_from is None else f"from {one.valid_from} {_text(one.value)}"
        for one in values
    )


def _row(row: RowChange) -> str:
    since = "" if row.valid_from is None else f" from {row.valid_from}"
    name = f"{row.register}: {row.row}{since}"
    if row.before is None:
        return f"{name} added ({_columns(row.after)})"
    if row.after is None:
        return f"{name} removed ({_columns(row.before)})"
    return f"{name} changed: {_columns(row.before)} -> {_columns(row.after)}"


def _columns(columns: dict[str, Any] | None) -> str:
    found = [f"{name} {_text(value)}" for name, value in (columns or {}).items()]
    return ", ".join(found) or "no columns"


def _text(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return " ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value) or '""'
