"""A verification as text for people and as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from rich.table import Table

from streams.check.report.assumed import assumed_as_json, assumed_lines
from streams.core.instants import Instant, format_instant
from streams.terminal.console import Hanging, SafeConsole, words
from streams.verify.result import (
    Behind,
    Difference,
    DifferenceKind,
    PartitionCut,
    TopicBalance,
    Verification,
    Waiting,
)

_COUNTED = {
    "read": "read",
    "judged": "judged",
    "not_assessed": "not assessed",
    "duplicates": "duplicates",
    "replays": "replays",
    "rekeyed": "re-keyed",
    "expired": "expired",
    "dead_lettered": "dead-lettered",
}
"""The counters of the worker, and what their columns are called."""

_LEFT = "left"
"""The column of what the topics still hold of subjects that left; the worker's is its own."""
_SHOWN_VALUE = 60
"""Characters of a value that differs; explanations are long."""


def as_json(found: Verification) -> dict[str, Any]:
    """All of it, ready for a JSON encoder; instants in the canonical form."""
    return {
        "equal": found.equal,
        "seconds": round(found.seconds, 3),
        "records": found.records,
        "partitions": [_cut(cut) for cut in found.cuts],
        "balance": [msgspec.to_builtins(line) for line in found.balance],
        "counts": {str(kind): count for kind, count in found.counts.items()},
        "differences": [_difference(one) for one in found.differences],
        "earlier_texts": found.earlier_texts,
        "uncommitted": [_waiting(one) for one in found.uncommitted],
        "assumptions": assumed_as_json(found.assumptions.events, notes=False),
        "misspelt": assumed_as_json(found.assumptions.events, notes=True),
        "notes": found.notes,
    }


def print_report(found: Verification, console: SafeConsole) -> None:
    """A table of what was verified, one of the accounting, then every difference."""
    console.print(_cuts(found.cuts))
    console.print(_balance(found.balance, with_inputs=found.with_inputs))
    for note in _notes(found):
        console.print(Hanging(words(f"note: {note}")))
    for text in assumed_lines(found.assumptions.events):
        console.print(Hanging(words(text)))
    for one in found.differences:
        for line in _lines(one):
            console.print(Hanging(words(line)))
    total = sum(found.counts.values())
    if more := total - len(found.differences):
        console.print(f"and {more} more")
    facts = sum(cut.facts for cut in found.cuts)
    published = sum(cut.findings + cut.duties for cut in found.cuts)
    scale = f"{facts} facts, {published} findings and duties, {found.seconds:.1f} s"
    if found.equal:
        console.print(f"equal: {scale}", style="bold green")
    else:
        kinds = ", ".join(
            f"{found.counts[kind]} {kind}" for kind in DifferenceKind if found.counts[kind]
        )
        console.print(f"{total} differences ({kinds}): {scale}", style="bold red")
    if found.uncommitted:
        console.print(_not_judged(found.uncommitted), style="bold yellow")


def _not_judged(waiting: list[Waiting]) -> str:
    total = sum(one.records for one in waiting)
    return f"not judged yet: {total} records behind {len(waiting)} open transactions"


def _notes(found: Verification) -> Iterator[str]:
    for one in found.uncommitted:
        since = "" if one.since is None else f" since {format_instant(one.since)}"
        yield (
            f"{one.topic}, partition {one.partition}: {one.records} records from offset "
            f"{one.offset} on stand behind a transaction that a producer has open{since}: they "
            "cannot be judged before it ends"
        )
    yield from found.notes
    if found.earlier_texts:
        yield (
            f"{found.earlier_texts} findings and duties were published under another release or policy "
            "version: their texts and citations were not compared"
        )
    if not found.with_inputs:
        yield "the inputs were not read: whether facts are missing is not known"


def _cuts(cuts: list[PartitionCut]) -> Table:
    table = Table(title="Verified", title_justify="left", title_style="bold")
    for name in ("partition", "batch", "subjects", "facts", "findings", "duties"):
        table.add_column(name, justify="right")
    table.add_column("time")
    for cut in cuts:
        table.add_row(
            str(cut.partition),
            *map(str, (cut.sequence, cut.subjects, cut.facts, cut.findings, cut.duties)),
            _instant(cut.partition_time) or "none yet",
        )
    return table


def _balance(lines: list[TopicBalance], *, with_inputs: bool) -> Table:
    """The worker's counters; beneath, what the topics show."""
    table = Table(
        title="Accounting: counted by the worker"
        + (", and beneath it what the topics show" if with_inputs else ""),
        title_justify="left",
        title_style="bold",
    )
    table.add_column("topic", overflow="fold")
    table.add_column("", no_wrap=True)
    for name in (*_COUNTED.values(), _LEFT, "to come"):
        table.add_column(name, justify="right")
    for line in lines:
        if not line.position and not line.lag:
            continue
        name = f"{line.topic}/{line.partition}"
        lag = "" if line.lag is None else str(line.lag)
        table.add_row(name, "worker", *(str(line.counted[one]) for one in _COUNTED), "", lag)
        if line.seen is not None:
            since = "topic" if not line.start else f"from offset {line.start}"
            table.add_row("", since, *_seen(line))
    return table


def _seen(line: TopicBalance) -> Iterator[str]:
    shown = msgspec.structs.asdict(line.seen) if line.seen else {}
    for name in (*_COUNTED, _LEFT):
        yield str(shown.get(name, ""))


def _lines(one: Difference) -> Iterator[str]:
    place = f"{one.topic}, partition {one.partition}"
    if one.offset is not None:
        place += f", offset {one.offset}"
    yield f"{one.kind}: {place}: {one.what}"
    named = (("code", one.code), ("id", one.violation_id), ("subject", one.subject_id))
    about = ", ".join(f"{name} {value}" for name, value in named if value)
    if about:
        yield f"  {about}"
    for field in one.fields:
        yield f"  {field.name}: facts {_short(field.expected)}, topic {_short(field.found)}"
    for fact in one.facts:
        source = fact.source
        yield (
            f"  fact {fact.event_id}, {fact.event_type}, {_instant(fact.occurred_at)}, "
            f"{source.topic}/{source.partition}/{source.offset}"
        )


def _short(value: Any) -> str:
    text = str(value) if value is not None else "none"
    return text if len(text) <= _SHOWN_VALUE else text[: _SHOWN_VALUE - 3] + "..."


def _difference(one: Difference) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(one)
    record["facts"] = [_fact(fact) for fact in one.facts]
    return record


def _fact(fact: Behind) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(fact)
    record["occurred_at"] = format_instant(fact.occurred_at)
    record["source"] = msgspec.structs.asdict(fact.source)
    return record


def _waiting(one: Waiting) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(one)
    record["since"] = _instant(one.since)
    return record


def _cut(cut: PartitionCut) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(cut)
    for name in ("partition_time", "left_before", "arrived_before"):
        record[name] = _instant(record[name])
    return record


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_instant(at)
