"""Answers as lines for programs and spreadsheets, and their sum for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from streams.ask.kept import Answered
from streams.ask.run import Asked
from streams.check.report.lines import cell_text
from streams.core.instants import format_instant

COLUMNS: Final = (
    "line", "controller_id", "subject_id", "covered", "code", "reason", "severity", "codes",
    "basis", "consent_ids", "consent_event_ids", "at", "restricted_since",
)  # fmt: skip


def answer_lines(answered: Iterable[Answered], form: Literal["csv", "jsonl"]) -> Iterator[bytes]:
    """A line for each question, in their order; of CSV a header first."""
    if form == "csv":
        yield _csv_line(COLUMNS)
    for one in answered:
        values = as_values(one)
        if form == "csv":
            yield _csv_line(map(_cell, values.values()))
        else:
            yield json.dumps(values, ensure_ascii=False).encode() + b"\n"


def as_values(one: Answered) -> dict[str, Any]:
    """One answer, ready for a JSON encoder."""
    answer = one.answer
    since = answer.restricted_since
    # No id holds the separator.
    controller_id, _, subject_id = one.key.decode().partition("\x1f")
    return {
        "line": one.number,
        "controller_id": controller_id,
        "subject_id": subject_id,
        "covered": answer.covered,
        "code": answer.code,
        "reason": answer.reason,
        "severity": answer.severity,
        "codes": list(answer.codes),
        "basis": answer.basis,
        "consent_ids": list(answer.consent_ids),
        "consent_event_ids": list(answer.consent_event_ids),
        "at": format_instant(answer.at),
        "restricted_since": None if since is None else format_instant(since),
    }


def summary(asked: Asked, policy_version: str) -> Iterator[str]:
    """As of when, by which policy, how many are covered, and why the others are not."""
    state = asked.state
    yield f"as of {format_instant(asked.at)}, by the policy {policy_version}"
    passed = "no time has passed" if state.passed is None else format_instant(state.passed)
    yield f"the state is that of {passed}: what came later is not known"
    yield f"covered: {asked.covered:,} of {asked.of:,}"
    for (code, reason), count in asked.why.most_common():
        named = ", ".join(str(one) for one in (code, reason) if one is not None)
        yield f"  not covered: {count:,} {named}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == []:
        return ""
    return str(value) if isinstance(value, int) else cell_text(value)


def _csv_line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
