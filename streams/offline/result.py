"""What a check found, ready to be reported in any form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.core.findings import Duty, Finding
from streams.core.identifiers import ViolationId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.vocabulary import DutyStatus, EventType, Severity
from streams.offline.check import Names, RejectedLine, gather, judged
from streams.offline.find import Inputs, PassedOver
from streams.offline.read import read_events
from streams.offline.records import Advance, Found, Unread
from streams.offline.timeline import Moment, timeline

SEVERITIES = tuple(Severity)
"""Heaviest first."""

VIOLATIONS = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""The severities that are violations; the others advise, remind, or tell of bad records."""

OPEN_DUTY = frozenset({DutyStatus.DUE, DutyStatus.OVERDUE})


@dataclass(slots=True)
class Result:
    """One check. Findings stand heaviest first, then by time; duties by deadline.

    `read` = judged events + events not assessed + duplicates + rejected lines. `unread` are
    files, or the rest of files, of which nobody knows how many records they hold. `moments` holds
    the timeline of each finding where it was asked for. `unknown_fields` counts fields of events
    that no event of their type has; `names` are the controllers and recipients that events named.
    """

    inputs: tuple[str, ...]
    policy: Policy
    clock: Instant | None
    findings: list[Finding] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    passed_over: tuple[PassedOver, ...] = ()
    moments: dict[ViolationId, tuple[Moment, ...]] = field(default_factory=dict)
    by_type: Counter[EventType] = field(default_factory=Counter)
    read: int = 0
    duplicates: int = 0
    not_assessed: int = 0
    subjects: int = 0
    unknown_fields: int = 0
    names: Names = field(default_factory=Names)
    first_at: Instant | None = None
    last_at: Instant | None = None

    @property
    def usable(self) -> bool:
        """Whether anything could be judged."""
        return self.subjects > 0

    @property
    def judged(self) -> int:
        """Events that were judged, "not in scope" included."""
        return self.read - self.not_assessed - self.duplicates - len(self.rejected)

    @property
    def not_read(self) -> list[Unread]:
        """All that may hold events and was not read: in files, and files of folders."""
        whole = [Unread(one.file, 0, one.reason) for one in self.passed_over if one.unread]
        return whole + self.unread

    @property
    def violations(self) -> list[Finding]:
        """The findings that are violations."""
        return [finding for finding in self.findings if finding.severity in VIOLATIONS]

    def by_severity(self) -> Counter[Severity]:
        """Findings by severity, and duties that are open as obligations."""
        counts = Counter(finding.severity for finding in self.findings)
        counts[Severity.OBLIGATION] += sum(duty.status in OPEN_DUTY for duty in self.duties)
        return counts

    def reaches(self, level: Severity) -> int:
        """How many findings and open duties weigh as much as `level` or more."""
        counts = self.by_severity()
        heavy = SEVERITIES[: SEVERITIES.index(level) + 1]
        return sum(counts[severity] for severity in heavy)


def run_check(
    inputs: Inputs,
    policy: Policy,
    clock: Instant | None,
    *,
    advance: Advance | None = None,
    with_timelines: bool = False,
) -> Result:
    """Read, judge and collect."""
    records = read_events(inputs.files, advance)
    return check_records(records, inputs, policy, clock, with_timelines=with_timelines)


def check_records(
    records: Iterable[Found],
    inputs: Inputs,
    policy: Policy,
    clock: Instant | None,
    *,
    with_timelines: bool = False,
) -> Result:
    """Judge records of the files and collect."""
    gathered = gather(records, policy, clock)
    result = Result(
        inputs=inputs.names,
        passed_over=tuple(inputs.passed_over),
        policy=policy,
        clock=clock,
        findings=list(gathered.quality.values()),
        rejected=gathered.rejected,
        unread=gathered.unread,
        by_type=gathered.by_type,
        read=gathered.read,
        unknown_fields=gathered.unknown_fields,
        names=gathered.names,
        first_at=gathered.first_at,
        last_at=gathered.last_at,
    )
    for one in judged(gathered, policy, clock):
        result.subjects += 1
        result.duplicates += one.duplicates
        result.not_assessed += one.not_assessed
        result.findings.extend(one.findings)
        result.duties.extend(one.duties)
        if with_timelines:
            result.moments.update(
                (finding.violation_id, timeline(one.subject, finding, policy))
                for finding in one.findings
            )
    return in_order(result)


def in_order(result: Result) -> Result:
    """Sort what was found, so that it does not depend on who found it when."""
    places = {name: position for position, name in enumerate(result.inputs)}
    result.findings.sort(key=_weight)
    result.duties.sort(key=lambda duty: (duty.due_at, duty.duty_id))
    result.rejected.sort(key=lambda bad: (places.get(bad.file, -1), bad.line))
    result.unread.sort(key=lambda one: (places.get(one.file, -1), one.number))
    return result


def _weight(finding: Finding) -> tuple[int, Instant, str, str]:
    at = finding.occurred_at if finding.occurred_at is not None else finding.detected_at
    return SEVERITIES.index(finding.severity), at, finding.event_id, finding.violation_id
