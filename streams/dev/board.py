"""Findings for people: what changed, as a plain line or as a row of a live table."""

from __future__ import annotations

import re
from collections import Counter, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from streams.core.findings import Finding
from streams.core.identifiers import ViolationId
from streams.core.vocabulary import EventType, Severity, Status

if TYPE_CHECKING:
    from rich.table import Table

    from streams.terminal.console import Text

COLOURS: Final = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.OBLIGATION: "blue",
    Severity.ADVISORY: "magenta",
    Severity.QUALITY: "bright_black",
}
_ROOM_FOR_CODES = 160
_SENTENCE = re.compile(r"(?<=[^.]{3}[.;]) ")


class Change(NamedTuple):
    """A finding, and what has become of it: raised, revised, retracted or remediated."""

    what: str
    finding: Finding


class Board:
    """All findings seen, the latest changes first."""

    def __init__(self, kept: int = 200) -> None:
        self._held: dict[ViolationId, Finding] = {}
        self._recent: deque[Change] = deque(maxlen=kept)
        self.changes: Counter[str] = Counter()

    def take(self, finding: Finding) -> Change | None:
        """Take in a revision; None if it says nothing new (repeated, older, a label)."""
        held = self._held.get(finding.violation_id)
        if held is not None and finding.revision <= held.revision:
            return None
        self._held[finding.violation_id] = finding
        what = _change(held, finding)
        if what is None:
            return None
        change = Change(what, finding)
        self.changes[what] += 1
        self._recent.appendleft(change)
        return change

    def standing(self) -> Counter[Severity]:
        """How many findings stand now, by severity."""
        return Counter(f.severity for f in self._held.values() if f.status is not Status.RETRACTED)

    def table(self, lines: int, width: int) -> Table:
        """The latest changes as a table of at most `lines` lines.

        A wide one has a line for each with the code as well; a narrow one has the reason
        on a second line.
        """
        from rich.table import Table

        from streams.terminal.console import lines as stacked

        wide = width >= _ROOM_FOR_CODES
        table = Table(expand=True, box=None, padding=(0, 1), header_style="bold")
        table.add_column("", no_wrap=True, width=10)
        table.add_column("severity", no_wrap=True, width=9)
        if wide:
            table.add_column("code", no_wrap=True, width=36)
            table.add_column("what, and who received", no_wrap=True, width=45)
            table.add_column("why", no_wrap=True, ratio=1, overflow="ellipsis")
        else:
            table.add_column("what, who received, and why", no_wrap=True, ratio=1)
        for change in list(self._recent)[: lines if wide else lines // 2]:
            finding = change.finding
            cells = (
                (finding.code, what(finding), why(finding))
                if wide
                else (stacked(what(finding), f"  {why(finding)}"),)
            )
            gone = "strike dim" if change.what == "retracted" else ""
            table.add_row(change.what, severity_text(finding.severity), *cells, style=gone)
        return table

    def summary(self) -> Text:
        """One line: findings that stand by severity, and what changed so far."""
        from streams.terminal.console import line

        standing = self.standing()
        parts: list[str | tuple[str, str]] = []
        for severity in COLOURS:
            if standing[severity]:
                parts += [(f" {severity} {standing[severity]} ", COLOURS[severity]), " "]
        counts = (f"{count} {what}" for what, count in sorted(self.changes.items()))
        return line(*parts, ("  " + ", ".join(counts), "dim"))


def plain_line(change: Change) -> str:
    """A change in one line, for logs and pipes."""
    finding = change.finding
    seen = datetime.fromtimestamp(finding.detected_at / 1000, UTC)
    return (
        f"{seen:%H:%M:%S}  {change.what:<10}  {finding.severity:<10}  {finding.code}  "
        f"{what(finding)}  {why(finding)}"
    )


def severity_text(severity: Severity) -> Text:
    """The severity in its colour."""
    from streams.terminal.console import words

    return words(severity, COLOURS[severity])


def what(finding: Finding) -> str:
    """What happened, about whom (the start of the pseudonym), who received, and when."""
    person = f"{finding.subject_id[:9]}" if finding.subject_id else "?"
    party = finding.recipient_id
    match finding.event_type:
        case EventType.DATA_SHARE:
            text = f"share of {person}" + (f" to {party}" if party else "")
        case EventType.MARKETING_MESSAGE:
            text = f"message to {person}" + (f" for {party}" if party else "")
        case None:
            text = "record"
        case EventType.CONSENT_CHANGE:
            text = f"consent of {person}" + (f", {party}" if party else "")
        case EventType.PURCHASE:
            text = f"purchase of {person}"
        case EventType.RECIPIENT_NOTIFICATION:
            text = f"notification of {person}" + (f", {party}" if party else "")
        case _:
            assert_never(finding.event_type)
    if finding.occurred_at is None:
        return text
    return f"{text}, {datetime.fromtimestamp(finding.occurred_at / 1000, UTC):%d %b}"


def why(finding: Finding) -> str:
    """The explanation in one sentence."""
    return _SENTENCE.split(finding.explanation_en, maxsplit=1)[0].rstrip(".;") + "."


def _change(held: Finding | None, finding: Finding) -> str | None:
    if finding.status is Status.RETRACTED:
        return None if held is None or held.status is Status.RETRACTED else "retracted"
    if finding.status is Status.REMEDIATED:
        return None if held is not None and held.status is Status.REMEDIATED else "remediated"
    if held is None or held.status is Status.RETRACTED:
        return "raised"
    if (held.code, held.severity, held.reason) == (finding.code, finding.severity, finding.reason):
        return None
    return "revised"
