"""What an entry of the catalogue holds: place, weight, words and articles (4.6, 4.7)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from streams.core.instants import EARLIEST, LATEST, Instant
from streams.core.vocabulary import Cause, Code, Family, Severity


class Citation(msgspec.Struct, frozen=True):
    """A provision, decision or statement of the source article, and when it applied.

    `since` is inclusive, `until` exclusive. Statutes are cited as in force at the
    event's time; judgments explain what the law has always meant and carry no dates.
    """

    text: str
    since: Instant = EARLIEST
    until: Instant = LATEST


class Variant(StrEnum):
    """Other explanations of a code than those that its reasons have."""

    ENDED_BY_ID = "ENDED_BY_ID"
    """NO_CONSENT where the consent was ended by its id (4.1, A6)."""


class CodeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say about one code.

    `number` is how the norm names it. `variants` gives other explanations, English and Dutch,
    by the reason of the finding. `breach_assessment` marks data that left against an expressed
    will, or protected data: GDPR 33 asks for an assessment within 72 hours.
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
    variants: dict[Cause | Variant, tuple[str, str]] = {}
    breach_assessment: bool = False

    def citations_at(self, instant: Instant | None) -> tuple[str, ...]:
        """The citations in force at `instant`; those in force now where it is None."""
        at = Instant(LATEST - 1) if instant is None else instant
        return tuple(c.text for c in self.citations if c.since <= at < c.until)

    def explanation(self, reason: Cause | Variant | None) -> tuple[str, str]:
        """English and Dutch explanation for a finding with this reason, or this variant."""
        plain = (self.explanation_en, self.explanation_nl)
        return plain if reason is None else self.variants.get(reason, plain)
