"""The report for the dossier: one HTML file that needs nothing else."""

from __future__ import annotations

import re
from collections import Counter
from heapq import nsmallest
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from streams import __version__
from streams.check.decided_by import Part
from streams.check.gathered import SEVERITIES
from streams.check.report.assumed import assumed
from streams.check.report.cards import groups
from streams.check.report.facts import moment
from streams.check.report.picture import HEIGHT, LEFT, WIDTH, picture
from streams.check.report.texts import LIMITS, TEXTS
from streams.check.report.words import label
from streams.check.result import VIOLATIONS, Result
from streams.core.findings import Duty
from streams.core.instants import LATEST, Instant
from streams.core.law import RULE_VERSION
from streams.core.vocabulary import DutyStatus, Severity
from streams.policy_file import shown_settings
from streams.safe_text import safe

MAX_RECIPIENTS: Final = 25
MAX_DUTIES: Final = 200
MAX_REJECTED: Final = 50
MAX_UNREAD: Final = 50
MAX_INPUTS: Final = 8
_HEBREW_ARABIC: Final = (
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_RIGHT_TO_LEFT: Final = re.compile(f"{_HEBREW_ARABIC}(?:[^A-Za-z0-9&<>;]*{_HEBREW_ARABIC})*")
"""From a letter that runs from right to left to the last one before others do not."""


def render_page(
    result: Result, *, language: str = "en", details: int = 2000, made_at: Instant | None = None
) -> str:
    """The whole page. `language` is the one that it opens in; it holds both.

    `details` findings are shown one by one, the heaviest first. `made_at` None leaves out
    when it was made.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_shown,
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
        groups=list(groups(result, details)),
        hidden=max(0, len(result.findings) - details),
        recipients=_recipients(result),
        picture=picture(result.findings, VIOLATIONS),
        size={"width": WIDTH, "height": HEIGHT, "left": LEFT},
        duties=_duties(result),
        more_duties=max(0, len(result.duties) - MAX_DUTIES),
        rejected=result.rejected[:MAX_REJECTED],
        rejected_codes=Counter(line.code for line in result.rejected).most_common(),
        more_rejected=max(0, len(result.rejected) - MAX_REJECTED),
        unread=result.not_read[:MAX_UNREAD],
        more_unread=max(0, len(result.not_read) - MAX_UNREAD),
        inputs=result.inputs[:MAX_INPUTS],
        more_inputs=max(0, len(result.inputs) - MAX_INPUTS),
        settings=_settings(result),
        made_at=made_at,
        version=__version__,
        rule_version=RULE_VERSION,
        judged=result.judged,
        Part=Part,
        assumed=assumed(result.assumptions),
    )


def _shown(value: Any) -> Any:
    """What a browser would not show, or would obey (bidi controls), is shown as an escape.

    Letters that run from right to left order what stands beside them no more.
    """
    if type(value) is not str:
        return value
    return Markup(_RIGHT_TO_LEFT.sub(r"<bdi>\g<0></bdi>", str(escape(safe(value)))))  # noqa: S704


def _shown_severities(result: Result) -> list[tuple[Severity, int]]:
    """The violations always; the others where there are some."""
    counts = result.by_severity()
    return [
        (severity, counts[severity])
        for severity in SEVERITIES
        if severity in VIOLATIONS or counts[severity]
    ]


class RecipientRow(NamedTuple):
    """How many violations concern a recipient.

    `shares`: severity and percent of the longest bar.
    """

    name: str | None
    total: int
    persons: int
    counts: dict[Severity, int]
    shares: tuple[tuple[Severity, float], ...]


def _recipients(result: Result) -> list[RecipientRow]:
    counts: dict[str | None, Counter[Severity]] = {}
    for finding in result.violations:
        counts.setdefault(finding.recipient_id, Counter())[finding.severity] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0] or ""))
    # A second time, so that the persons of those recipients only are held.
    persons: dict[str | None, set[int]] = {name: set() for name, _ in ordered[:MAX_RECIPIENTS]}
    for finding in result.violations:
        if finding.recipient_id in persons:
            person = hash((finding.controller_id, finding.subject_id))
            persons[finding.recipient_id].add(person)
    largest = ordered[0][1].total() if ordered else 1
    return [
        RecipientRow(
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
    return nsmallest(
        MAX_DUTIES, result.duties, key=lambda d: (_DUTY_ORDER.index(d.status), d.due_at)
    )


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
