"""Score a run against the truth of its sample: what is missing, what is extra, by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.identifiers import ViolationId
from streams.core.instants import Instant
from streams.core.vocabulary import Code, DutyStatus, Status
from streams.dev.samples.truth import Truth

Named = tuple[str, str, str, str]
"""Subject, event, code, and recipient for duties and what becomes of them; else empty."""

DUTY = Code.RECIPIENT_NOTIFICATION_DUE
OVERDUE = Code.RECIPIENT_NOT_NOTIFIED
_UNADDRESSED = frozenset({Code.UNPROCESSABLE_EVENT, Code.RAW_PERSONAL_DATA_IN_EVENT})
"""Findings on records whose event may be unreadable: compared by number only."""


class ScoredNet:
    """The net result of a run: of each finding and duty the highest revision.

    Feed it everything that was read, in any order and as often as it was delivered.
    """

    def __init__(self) -> None:
        self._findings: dict[ViolationId, Finding] = {}
        self._duties: dict[ViolationId, Duty] = {}

    def add_finding(self, finding: Finding) -> None:
        """Take in one revision of a finding."""
        held = self._findings.get(finding.violation_id)
        if held is None or finding.revision > held.revision:
            self._findings[finding.violation_id] = finding

    def add_duty(self, duty: Duty) -> None:
        """Take in one revision of a duty."""
        held = self._duties.get(duty.duty_id)
        if held is None or duty.revision > held.revision:
            self._duties[duty.duty_id] = duty

    def findings(self) -> list[Finding]:
        """The findings that stand."""
        return [f for f in self._findings.values() if f.status is not Status.RETRACTED]

    def duties(self) -> list[Duty]:
        """The duties that were raised and not taken back."""
        return [d for d in self._duties.values() if d.status is not DutyStatus.RETRACTED]


class CodeScore(msgspec.Struct, frozen=True, kw_only=True):
    """How one code came out; counts of findings (or duties)."""

    expected: int
    found: int
    missing: int
    extra: int


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A run compared with the truth."""

    missing: tuple[Named, ...]
    extra: tuple[Named, ...]
    by_code: dict[str, CodeScore]

    @property
    def expected(self) -> int:
        """How many findings and duties the truth holds."""
        return sum(code.expected for code in self.by_code.values())

    @property
    def right(self) -> int:
        """How many of them were found."""
        return self.expected - sum(code.missing for code in self.by_code.values())

    @property
    def full(self) -> bool:
        """Whether all was found and nothing else."""
        return not any(code.missing or code.extra for code in self.by_code.values())


def score(
    truth: Truth, findings: Iterable[Finding], duties: Iterable[Duty], clock: Instant | None
) -> Score:
    """Compare the net `findings` and `duties` of a run with `truth`.

    `clock` is the instant up to which the run judged deadlines; None: none has passed.
    """
    expected: Counter[Named] = Counter()
    for wanted in truth.standing(clock):
        expected[(wanted.subject_id, wanted.event_id, wanted.code, wanted.recipient_id or "")] += 1
    for owed in truth.duties:
        expected[(owed.subject_id, owed.trigger_event_id, DUTY, owed.recipient_id)] += 1
    for code, count in truth.unaddressed.items():
        expected[("", "", code, "")] += count

    found: Counter[Named] = Counter()
    for finding in findings:
        if finding.code in _UNADDRESSED:
            found[("", "", finding.code, "")] += 1
        else:
            recipient = (finding.recipient_id or "") if finding.code == OVERDUE else ""
            found[(finding.subject_id or "", finding.event_id, finding.code, recipient)] += 1
    for duty in duties:
        found[(duty.subject_id, duty.trigger_event_id, DUTY, duty.recipient_id)] += 1

    missing = sorted((expected - found).elements())
    extra = sorted((found - expected).elements())
    return Score(
        missing=tuple(missing),
        extra=tuple(extra),
        by_code=_by_code(expected, found, missing, extra),
    )


def _by_code(
    expected: Counter[Named], found: Counter[Named], missing: list[Named], extra: list[Named]
) -> dict[str, CodeScore]:
    counts = [_codes(expected.elements()), _codes(found.elements()), _codes(missing), _codes(extra)]
    return {
        code: CodeScore(
            expected=counts[0][code],
            found=counts[1][code],
            missing=counts[2][code],
            extra=counts[3][code],
        )
        for code in sorted(set(counts[0]) | set(counts[1]))
    }


def _codes(names: Iterable[Named]) -> Counter[str]:
    return Counter(name[2] for name in names)
