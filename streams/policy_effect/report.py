"""The effect of a policy as text for people and as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich.table import Table

from streams.core.instants import format_instant
from streams.policy_effect.effect import ChangeKind, Dimension, Effect, Example
from streams.policy_effect.standing import StandingResult
from streams.terminal.console import Hanging, SafeConsole, words

ROWS: Final = 15
"""Values of a dimension for people; programs get all."""

EXAMPLES_SHOWN: Final = 20


def as_json(effect: Effect) -> dict[str, Any]:
    """All of it, ready for a JSON encoder."""
    return {
        "subjects": effect.subjects,
        "subjects_changed": effect.subjects_changed,
        "facts": effect.facts,
        "before": effect.before,
        "after": effect.after,
        **{str(kind): effect.totals[kind] for kind in ChangeKind},
        "by": {str(dimension): _by(effect, dimension) for dimension in Dimension},
        "replaced": [
            {"from": before, "to": after, "count": count}
            for (before, after), count in effect.replaced.most_common()
        ],
        "examples": [
            {"change": str(kind), "id": one.one_id, "before": _plain(one.before),
             "after": _plain(one.after)}
            for (kind, _), examples in effect.examples.items()
            for one in examples
        ],
        "partitions": effect.partitions,
        "partitions_without_state": effect.empty,
        "subjects_left_out": effect.left_out,
        "notes": effect.notes,
    }  # fmt: skip


def _by(effect: Effect, dimension: Dimension) -> dict[str, dict[str, int]]:
    return {
        value: {str(kind): counts.get(kind, 0) for kind in ChangeKind}
        for value, counts in effect.by(dimension).items()
    }


def _plain(one: StandingResult | None) -> dict[str, Any] | None:
    if one is None:
        return None
    due_at = None if one.due_at is None else format_instant(one.due_at)
    return {**one._asdict(), "severity": str(one.severity), "due_at": due_at}


def print_effect(effect: Effect, console: SafeConsole) -> None:
    """A table by code, severity, controller and recipient, then examples, then the sum."""
    if not effect.nothing:
        console.print(_table(effect))
    for (before, after), count in effect.replaced.most_common(ROWS):
        console.print(Hanging(words(f"{count} change from {before} to {after}")))
    examples = [(kind, one) for (kind, _), named in effect.examples.items() for one in named]
    for kind, one in examples[:EXAMPLES_SHOWN]:
        console.print(Hanging(words(f"{kind}: {_line(one)}")))
    if len(examples) > EXAMPLES_SHOWN:
        console.print(f"and {len(examples) - EXAMPLES_SHOWN} more examples (--json has them)")
    for note in _notes(effect):
        console.print(Hanging(words(f"note: {note}")))
    scale = f"{_persons(effect.subjects)} with {effect.facts} facts"
    if effect.nothing:
        console.print(f"nothing changes: {effect.before} stand; {scale}", style="bold green")
        return
    totals = ", ".join(f"{effect.totals[kind]} {kind}" for kind in ChangeKind)
    console.print(
        f"{totals}: {effect.before} stand now, {effect.after} would; "
        f"{effect.subjects_changed} of {scale} are touched",
        style="bold yellow",
    )


def _table(effect: Effect) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("by")
    table.add_column("", overflow="fold")
    for kind in ChangeKind:
        table.add_column(str(kind), justify="right")
    for dimension in Dimension:
        found = effect.by(dimension)
        for place, (value, counts) in enumerate(list(found.items())[:ROWS]):
            head = "" if place else str(dimension)
            table.add_row(head, value, *(str(counts.get(kind, 0)) for kind in ChangeKind))
        if len(found) > ROWS:
            table.add_row("", f"and {len(found) - ROWS} more (--json has all)")
        table.add_section()
    return table


def _line(one: Example) -> str:
    shown = one.after or one.before
    assert shown is not None, "one of them is there"
    about = f"event {shown.event_id}, person {shown.subject_id}"
    if shown.recipient_id is not None:
        about += f", recipient {shown.recipient_id}"
    if one.before is None or one.after is None:
        return f"{_what(shown)} ({one.one_id}; {about})"
    return f"{_what(one.before)} becomes {_what(one.after)} ({one.one_id}; {about})"


def _persons(count: int) -> str:
    return "1 person" if count == 1 else f"{count} persons"


def _what(one: StandingResult) -> str:
    text = f"{one.code} {one.severity} {one.state}"
    if one.reason is not None:
        text += f", {one.reason}"
    return text if one.due_at is None else f"{text}, due {format_instant(one.due_at)}"


def _notes(effect: Effect) -> Iterator[str]:
    yield from effect.notes
    if effect.empty:
        numbers = ", ".join(map(str, effect.empty))
        yield f"nothing is stored yet on partition {numbers}"
    if effect.left_out:
        yield (f"left out: {_persons(effect.left_out)} of whom a record is being judged in pieces")
