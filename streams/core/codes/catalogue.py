"""What a code is: its place, weight, words and articles (legal model 4.6, 4.7)."""

from __future__ import annotations

import msgspec

from streams.core.instants import EARLIEST, LATEST, Instant
from streams.core.vocabulary import Severity


class Citation(msgspec.Struct, frozen=True):
    """A provision, decision or statement of the source article, and when it applied.

    `since` is inclusive, `until` exclusive. Statutes are cited as in force at the
    event's time; judgments explain what the law has always meant and carry no dates.
    """

    text: str
    since: Instant = EARLIEST
    until: Instant = LATEST


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One of the 44 codes.

    `variants` gives other explanations, English and Dutch, by the reason of the
    finding. `breach_assessment` marks data that left against an expressed will, or
    protected data: GDPR 33 asks for an assessment within 72 hours.
    """

    number: str
    name: str
    family: str
    severity: Severity
    explanation_en: str
    explanation_nl: str
    remediation_en: str
    remediation_nl: str
    citations: tuple[Citation, ...]
    variants: dict[str, tuple[str, str]] = {}
    breach_assessment: bool = False

    def citations_at(self, instant: Instant | None) -> tuple[str, ...]:
        """The citations in force at `instant`; those in force now where it is None."""
        at = Instant(LATEST - 1) if instant is None else instant
        return tuple(c.text for c in self.citations if c.since <= at < c.until)

    def explanation(self, reason: str | None) -> tuple[str, str]:
        """English and Dutch explanation for a finding with this reason."""
        plain = (self.explanation_en, self.explanation_nl)
        return plain if reason is None else self.variants.get(reason, plain)
