"""The findings of a report, one by one: what the page says of each, grouped by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from streams.check.decided_by import Moment, Part
from streams.check.gathered import SEVERITIES
from streams.check.report.facts import describe, moment
from streams.check.report.texts import TEXTS
from streams.check.report.words import Pair, both, joined, label, reason
from streams.check.result import Result
from streams.core.codes import CODES, CodeEntry, entry_of
from streams.core.findings import Finding
from streams.core.vocabulary import Code, Severity, Status


class Card(NamedTuple):
    """One finding as the page shows it.

    Texts that the code's heading says already are None.
    """

    finding: Finding
    when: str
    rows: tuple[tuple[Pair, Pair], ...]
    flags: tuple[Pair, ...]
    explanation: Pair | None
    remediation: Pair | None
    citations: str | None
    moments: tuple[tuple[Moment, str, Pair], ...]


class CardGroup(NamedTuple):
    """All findings of a code and severity; `cards` are those shown one by one."""

    code: CodeEntry
    severity: Severity
    findings: int
    citations: str
    cards: tuple[Card, ...]


def groups(result: Result, details: int) -> Iterator[CardGroup]:
    """By severity, then by number of the code. Findings are sorted already."""
    counts: Counter[_Heading] = Counter()
    citations: dict[_Heading, str] = {}
    shown: dict[_Heading, list[Finding]] = {}
    # Only those that are shown are held: there may be more findings than fit into memory.
    for number, finding in enumerate(result.findings):
        heading = SEVERITIES.index(finding.severity), CODES[Code(finding.code)].number, finding.code
        counts[heading] += 1
        citations.setdefault(heading, "; ".join(finding.citations))
        if number < details:
            shown.setdefault(heading, []).append(finding)
    for heading in sorted(counts):
        code = CODES[Code(heading[2])]
        yield CardGroup(
            code,
            SEVERITIES[heading[0]],
            counts[heading],
            citations[heading],
            tuple(
                _card(result, code, citations[heading], finding)
                for finding in shown.get(heading, ())
            ),
        )


_Heading = tuple[int, str, str]
"""Place of the severity, number and name of the code."""


def _card(result: Result, code: CodeEntry, heading: str, finding: Finding) -> Card:
    explanation = Pair(finding.explanation_en, finding.explanation_nl)
    remediation = Pair(finding.remediation_en, finding.remediation_nl)
    citations = "; ".join(finding.citations)
    moments = result.moments.get(finding.violation_id)
    return Card(
        finding,
        "" if finding.occurred_at is None else moment(finding.occurred_at),
        tuple(_rows(finding)),
        tuple(_flags(finding)),
        None if explanation == (code.explanation_en, code.explanation_nl) else explanation,
        None if remediation == (code.remediation_en, code.remediation_nl) else remediation,
        None if citations == heading else citations,
        tuple((one, moment(one.at), describe_moment(one)) for one in moments),
    )


def _rows(finding: Finding) -> Iterator[tuple[Pair, Pair]]:
    if finding.recipient_id is not None:
        yield TEXTS["recipient"], both(finding.recipient_id)
    if finding.subject_id is not None:
        yield TEXTS["person"], both(finding.subject_id)
    if finding.controller_id is not None:
        yield TEXTS["controller"], both(finding.controller_id)
    if finding.claimed_basis is not None:
        yield TEXTS["claimed"], label(finding.claimed_basis)
    if finding.reason is not None:
        yield TEXTS["reason"], reason(finding.reason)
    if finding.uncovered_data_categories:
        yield TEXTS["uncovered"], joined(label(one) for one in finding.uncovered_data_categories)
    if finding.consent_ids_considered:
        yield TEXTS["considered"], both(", ".join(finding.consent_ids_considered))
    others = [name for name in finding.contributing_codes if name != finding.code]
    if others:
        yield TEXTS["also"], both(", ".join(_number(name) for name in others))


def _number(name: str) -> str:
    entry = entry_of(name)
    return name if entry is None else f"{entry.number} {name}"


def _flags(finding: Finding) -> Iterator[Pair]:
    if finding.breach_assessment_required:
        yield TEXTS["breach"]
    if finding.review_required:
        yield TEXTS["review"]
    if finding.status is Status.REMEDIATED:
        yield TEXTS["remediated"]


def describe_moment(one: Moment) -> Pair:
    """What happened at a moment, in words."""
    if one.part is Part.MORE:
        return Pair(f"and {one.more} more", f"en nog {one.more}")
    return TEXTS["deadline"] if one.event is None else describe(one.event)
