"""What an entry of the catalogue holds: place, weight, words and articles (4.6, 4.7)."""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.instants import EARLIEST, LATEST, Instant
from streams.core.vocabulary import Code, Family, Severity

_LAST: Final = Instant(LATEST - 1)


class Citation(msgspec.Struct, frozen=True):
    """A provision, decision or statement of the source article, and when it applied.

    `since` is inclusive, `until` exclusive. Statutes are cited as in force at the
    event's time; judgments explain what the law has always meant and carry no dates.
    """

    text: str
    since: Instant = EARLIEST
    until: Instant = LATEST


class CodeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say about one code.

    `number` is how the norm names it. The texts are those of a finding that stands, where its
    reason adds nothing (`streams.core.texts`). `breach_assessment` marks data that left against
    an expressed will, or protected data: GDPR 33 asks for an assessment within 72 hours.
    """

    number: str
    name: Code
    family: Family
    severity: Severity
    explanation_en: str
    explanation_nl: str
    remediation_en: str
    remediation_nl: str
    citations: tuple[Citation, ...]
    breach_assessment: bool = False

    def citations_at(self, instant: Instant | None) -> tuple[str, ...]:
        """The citations in force at `instant`; those in force now where it is None."""
        # What has no end holds at the last instant too.
        at = _LAST if instant is None else min(instant, _LAST)
        return tuple(c.text for c in self.citations if c.since <= at < c.until)
