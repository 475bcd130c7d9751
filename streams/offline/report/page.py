"""The report for the dossier: one HTML file that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from streams import __version__
from streams.core.codes import CODES, Code
from streams.core.findings import Duty, Finding
from streams.core.instants import LATEST, Instant
from streams.core.law import RULE_VERSION
from streams.core.vocabulary import DutyStatus, Severity, Status
from streams.offline.report.facts import describe, moment
from streams.offline.report.picture import HEIGHT, LEFT, WIDTH, picture
from streams.offline.report.texts import LIMITS, TEXTS
from streams.offline.report.words import Pair, both, joined, label, reason
from streams.offline.result import SEVERITIES, VIOLATIONS, Result
from streams.offline.timeline import Moment, Part
from streams.policy_file import shown_settings

MAX_RECIPIENTS: Final = 25
MAX_DUTIES: Final = 200
MAX_REJECTED: Final = 50
MAX_INPUTS: Final = 8


class Card(NamedTuple):
    """One finding as the page shows it.

    Texts that the code's heading says already are None.
    """

    finding: Finding
    when: str
    rows: tuple[tuple[Pair, Pair], ...]
    flags: tuple[Pair, ...]
    explanation: Pair | None
    citations: str | None
    moments: tuple[tuple[Moment, str, Pair], ...]


class Group(NamedTuple):
    """All findings of a code and severity; `cards` are those told one by one."""

    code: Code
    severity: Severity
    findings: int
    citations: str
    cards: tuple[Card, ...]


def render_page(
    result: Result, *, language: str = "en", details: int = 2000, made_at: Instant | None = None
) -> str:
    """The whole page. `language` is the one that it opens in; it holds both.

    `details` findings are told one by one, the heaviest first. `made_at` None leaves out
    when it was made.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.j2")
    return template.render(
        t=TEXTS,
        label=label,
        moment=moment,
        limits=LIMITS,
        language=language,
        severities=VIOLATIONS,
        result=result,
        counts=result.by_severity(),
        shown_severities=_shown_severities(result),
        groups=list(_groups(result, details)),
        hidden=max(0, len(result.findings) - details),
        recipients=_recipients(result),
        picture=picture(result.findings, VIOLATIONS),
        size={"width": WIDTH, "height": HEIGHT, "left": LEFT},
        duties=_duties(result),
        more_duties=max(0, len(result.duties) - MAX_DUTIES),
        rejected=result.rejected[:MAX_REJECTED],
        rejected_codes=Counter(line.code for line in result.rejected).most_common(),
        more_rejected=max(0, len(result.rejected) - MAX_REJECTED),
        inputs=result.inputs[:MAX_INPUTS],
        more_inputs=max(0, len(result.inputs) - MAX_INPUTS),
        settings=_settings(result),
        made_at=made_at,
        version=__version__,
        rule_version=RULE_VERSION,
        judged=result.read - result.duplicates - len(result.rejected),
        Part=Part,
    )


def _shown_severities(result: Result) -> list[tuple[Severity, int]]:
    """The violations always; the others where there are some."""
    counts = result.by_severity()
    return [
        (severity, counts[severity])
        for severity in SEVERITIES
        if severity in VIOLATIONS or counts[severity]
    ]


def _groups(result: Result, details: int) -> Iterator[Group]:
    """By severity, then by number of the code. Findings are sorted already."""
    grouped: dict[tuple[int, str, str], list[Finding]] = {}
    told = {finding.violation_id for finding in result.findings[:details]}
    for finding in result.findings:
        code = CODES[finding.code]
        key = SEVERITIES.index(finding.severity), code.number, code.name
        grouped.setdefault(key, []).append(finding)
    for (_, _, name), findings in sorted(grouped.items()):
        code = CODES[name]
        heading = "; ".join(findings[0].citations)
        yield Group(
            code,
            findings[0].severity,
            len(findings),
            heading,
            tuple(
                _card(result, code, heading, finding)
                for finding in findings
                if finding.violation_id in told
            ),
        )


def _card(result: Result, code: Code, heading: str, finding: Finding) -> Card:
    explanation = Pair(finding.explanation_en, finding.explanation_nl)
    citations = "; ".join(finding.citations)
    moments = result.moments.get(finding.violation_id, ())
    return Card(
        finding,
        "" if finding.occurred_at is None else moment(finding.occurred_at),
        tuple(_rows(finding)),
        tuple(_flags(finding)),
        None if explanation == (code.explanation_en, code.explanation_nl) else explanation,
        None if citations == heading else citations,
        tuple((one, moment(one.at), _told(one)) for one in moments),
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
    return f"{CODES[name].number} {name}" if name in CODES else name


def _flags(finding: Finding) -> Iterator[Pair]:
    if finding.breach_assessment_required:
        yield TEXTS["breach"]
    if finding.review_required:
        yield TEXTS["review"]
    if finding.status is Status.REMEDIATED:
        yield TEXTS["remediated"]


def _told(one: Moment) -> Pair:
    return TEXTS["deadline"] if one.event is None else describe(one.event)


class Recipient(NamedTuple):
    """How many violations concern a recipient.

    `shares`: severity and percent of the longest bar.
    """

    name: str | None
    total: int
    persons: int
    counts: dict[Severity, int]
    shares: tuple[tuple[Severity, float], ...]


def _recipients(result: Result) -> list[Recipient]:
    counts: dict[str | None, Counter[Severity]] = {}
    persons: dict[str | None, set[tuple[str | None, str | None]]] = {}
    for finding in result.violations:
        name = finding.recipient_id
        counts.setdefault(name, Counter())[finding.severity] += 1
        persons.setdefault(name, set()).add((finding.controller_id, finding.subject_id))
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0] or ""))
    largest = ordered[0][1].total() if ordered else 1
    return [
        Recipient(
            name,
            by_severity.total(),
            len(persons[name]),
            dict(by_severity),
            tuple(
                (severity, round(by_severity[severity] / largest * 100, 2))
                for severity in VIOLATIONS
                if by_severity[severity]
            ),
        )
        for name, by_severity in ordered[:MAX_RECIPIENTS]
    ]


_DUTY_ORDER: Final = (
    DutyStatus.OVERDUE,
    DutyStatus.DUE,
    DutyStatus.FULFILLED_LATE,
    DutyStatus.FULFILLED,
    DutyStatus.CANCELLED,
)


def _duties(result: Result) -> list[Duty]:
    ordered = sorted(result.duties, key=lambda d: (_DUTY_ORDER.index(d.status), d.due_at))
    return ordered[:MAX_DUTIES]


def _settings(result: Result) -> list[dict[str, Any]]:
    at = result.clock or result.last_at or Instant(LATEST)
    rows = []
    for setting in shown_settings(result.policy, at):
        value = setting.value
        if isinstance(value, dict):
            value = ", ".join(f"{name} {text}" for name, text in value.items())
        elif isinstance(value, list):
            value = "; ".join(", ".join(group) for group in value) or "-"
        elif isinstance(value, bool):
            value = str(value).lower()
        rows.append(msgspec.structs.asdict(setting) | {"value": value})
    return rows
