"""Answers as lines for programs and spreadsheets, and their sum for people."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

from streams.ask.answers import Answer
from streams.ask.questions import Question
from streams.ask.run import Asked
from streams.check.report.lines import cell_text
from streams.core.instants import format_instant

COLUMNS: Final = (
    "line", "controller_id", "subject_id", "covered", "code", "reason", "severity", "codes",
    "basis", "consent_ids", "consent_event_ids", "at", "restricted_since",
)  # fmt: skip


def answer_lines(
    questions: Sequence[Question], answers: Sequence[Answer], form: Literal["csv", "jsonl"]
) -> Iterator[bytes]:
    """A line for each question, in their order; of CSV a header first."""
    if form == "csv":
        yield _csv_line(COLUMNS)
    for question, answer in zip(questions, answers, strict=True):
        values = as_values(question, answer)
        if form == "csv":
            yield _csv_line(map(_cell, values.values()))
        else:
            yield json.dumps(values, ensure_ascii=False).encode() + b"\n"


def as_values(question: Question, answer: Answer) -> dict[str, Any]:
    """One answer, ready for a JSON encoder."""
    since = answer.restricted_since
    return {
        "line": question.number,
        "controller_id": question.event.controller_id,
        "subject_id": question.event.subject_id,
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
    answers = asked.answers
    yield f"as of {format_instant(asked.at)}, by the policy {policy_version}"
    passed = "no time has passed" if state.passed is None else format_instant(state.passed)
    yield f"the state is that of {passed}: what came later is not known"
    covered = sum(answer.covered for answer in answers)
    yield f"covered: {covered:,} of {len(answers):,}"
    why = Counter((a.code, a.reason) for a in answers if not a.covered)
    for (code, reason), count in why.most_common():
        named = ", ".join(str(one) for one in (code, reason) if one is not None)
        yield f"  not covered: {count:,} {named}"


def lines_of(
    questions: Sequence[Question], answers: Sequence[Answer], *, covered: bool
) -> Iterator[bytes]:
    """The lines as they came that are covered, or those that are not."""
    for question, answer in zip(questions, answers, strict=True):
        if answer.covered is covered:
            yield question.raw + b"\n"


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
