"""A result as JSON lines and as CSV, for programs and spreadsheets."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

import msgspec

from streams.check.gathered import weight
from streams.check.ready_line import ReadyLine
from streams.check.report.assumed import assumed_as_json
from streams.check.result import Result, by_deadline, counted_as
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant, format_instant
from streams.core.law import RULE_VERSION
from streams.safe_text import safe, safe_json_line
from streams.wire.findings import (
    duty_for_json,
    duty_to_json,
    finding_for_json,
    finding_to_json,
)

COLUMNS: Final = (
    "kind", "code", "severity", "status", "reason", "controller_id", "subject_id", "event_id",
    "event_type", "occurred_at", "recipient_id", "claimed_basis", "due_at", "explanation_en",
    "explanation_nl", "citations", "remediation_en", "remediation_nl", "policy_version",
    "violation_id",
)  # fmt: skip
_FORMULA: Final = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")
"""Where a spreadsheet would begin a formula: at the start of a cell, after blanks, in the
full-width forms too; and after a semicolon, where it takes that for the separator."""


def write_jsonl(result: Result, file: BinaryIO) -> None:
    """A line for each finding, duty, rejected line and unread file, by `kind`; then a summary."""
    for lines in (
        map(_finding_line, result.findings),
        (one.line for one in result.finding_lines),
        map(_duty_line, result.duties),
        (one.line for one in result.duty_lines),
        (_line("rejected", msgspec.to_builtins(line)) for line in result.rejected),
        (
            _line("unread", {"file": one.file, "line": one.number, "reason": one.reason})
            for one in result.not_read
        ),
    ):
        file.writelines(lines)
    file.write(_line("summary", summary(result)))


def finding_lines(findings: Iterable[Finding]) -> Iterator[ReadyLine]:
    """The lines of findings, in the order given."""
    for one in findings:
        yield ReadyLine(weight(one), one.severity, _finding_line(one))


def duty_lines(duties: Iterable[Duty]) -> Iterator[ReadyLine]:
    """The lines of duties, in the order given."""
    for one in duties:
        yield ReadyLine(by_deadline(one), counted_as(one), _duty_line(one))


def _finding_line(finding: Finding) -> bytes:
    return _line("finding", finding_for_json(finding))


def _duty_line(duty: Duty) -> bytes:
    return _line("duty", duty_for_json(duty))


def _line(kind: str, record: dict[str, Any]) -> bytes:
    """A record, its kind before the rest, of which there is some."""
    return b'{"kind":"%b",%b\n' % (kind.encode(), safe_json_line(_encode(record))[1:])


_encode: Final = msgspec.json.Encoder().encode


def summary(result: Result) -> dict[str, Any]:
    """Counts, period and versions; the counts of records add up to `read`."""
    return {
        "read": result.read,
        "judged": result.judged,
        "not_assessed": result.not_assessed,
        "duplicates": result.duplicates,
        "rejected": len(result.rejected),
        "unread": len(result.not_read),
        "passed_over": len(result.passed_over),
        "subjects": result.subjects,
        "unknown_fields": result.unknown_fields,
        "alike_but_for_case": result.names.alike,
        "assumptions": assumed_as_json(result.assumptions, notes=False),
        "notes": assumed_as_json(result.assumptions, notes=True),
        "findings": len(result.findings) + len(result.finding_lines),
        "violations": result.violation_count,
        "duties": len(result.duties) + len(result.duty_lines),
        "by_severity": {str(name): count for name, count in result.by_severity().items() if count},
        "first_event_at": _text(result.first_at),
        "last_event_at": _text(result.last_at),
        "clock": _text(result.clock),
        "policy_version": result.policy.version,
        "law_version": result.policy.law_version,
        "rule_version": RULE_VERSION,
    }


def write_csv(result: Result, file: BinaryIO) -> None:
    """Findings and duties, a row each, with a header.

    UTF-8 with the mark that spreadsheets look for.
    """
    # Not a TextIOWrapper, which closes the file when the reader of a pipe has gone.
    writer = csv.writer(codecs.getwriter("utf-8-sig")(file))
    writer.writerow(COLUMNS)
    for record in _in_texts(result):
        record["violation_id"] = record.get("violation_id") or record.get("duty_id")
        record["event_id"] = record.get("event_id") or record.get("trigger_event_id")
        record["reason"] = record.get("reason") or record.get("trigger")
        writer.writerow([cell_text(record.get(name)) for name in COLUMNS])


def _in_texts(result: Result) -> Iterator[dict[str, Any]]:
    for finding in result.findings:
        yield {"kind": "finding", **finding_to_json(finding)}
    for duty in result.duties:
        yield {"kind": "duty", **duty_to_json(duty)}


def cell_text(value: Any) -> str:
    """Text of a cell. Ids come from producers: none may begin a formula, or hide anything."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(cell_text, value))
    return _FORMULA.sub(r"\1\2'", safe(value))


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
