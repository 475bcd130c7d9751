"""What a check found, ready to be reported in any form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.check.decided_by import timeline
from streams.check.engine import JudgedCounts, judged_and_counted
from streams.check.gather import gather
from streams.check.gathered import SEVERITIES, Gathered, RejectedLine, nothing_gathered
from streams.check.memory import MemoryBound
from streams.check.names import Names
from streams.check.ready_line import ReadyLine, key_of
from streams.check.spool import Key, Moments, Spool
from streams.core.assumptions import Assumption
from streams.core.findings import Duty, Finding
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.vocabulary import DutyStatus, EventType, Severity
from streams.files.find import InputFiles, PassedOver
from streams.files.read import read_pieces
from streams.files.records import Advance, Unread

VIOLATIONS = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""The severities that are violations; the others advise, remind, or report bad records."""

OPEN_DUTY = frozenset({DutyStatus.DUE, DutyStatus.OVERDUE})


@dataclass(slots=True)
class Result:
    """One check. Findings stand heaviest first, then by time; duties by deadline.

    `read` = judged events + events not assessed + duplicates + rejected lines. `unread` are
    files, or the rest of files, of which nobody knows how many records they hold. `moments` holds
    the timeline of each finding where it was asked for. `finding_lines` and `duty_lines` stand in
    the place of `findings` and `duties` where only lines were asked for, of several processes.
    `unknown_fields` counts fields of events that no event of their type has; `names` are the
    controllers and recipients that events named.
    """

    inputs: tuple[str, ...]
    policy: Policy
    clock: Instant | None
    findings: Sequence[Finding] = ()
    duties: Sequence[Duty] = ()
    finding_lines: Sequence[ReadyLine] = ()
    duty_lines: Sequence[ReadyLine] = ()
    rejected: Sequence[RejectedLine] = ()
    unread: list[Unread] = field(default_factory=list)
    passed_over: tuple[PassedOver, ...] = ()
    moments: Moments = field(default_factory=lambda: Moments(MemoryBound(None)))
    by_type: Counter[EventType] = field(default_factory=Counter)
    read: int = 0
    duplicates: int = 0
    not_assessed: int = 0
    assumptions: Counter[Assumption] = field(default_factory=Counter)
    subjects: int = 0
    unknown_fields: int = 0
    names: Names = field(default_factory=Names)
    first_at: Instant | None = None
    last_at: Instant | None = None
    severities: Counter[Severity] | None = None

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
    def violations(self) -> Iterator[Finding]:
        """The findings that are violations."""
        return (finding for finding in self.findings if finding.severity in VIOLATIONS)

    @property
    def violation_count(self) -> int:
        """How many findings are violations."""
        counts = self.by_severity()
        return sum(counts[severity] for severity in VIOLATIONS)

    def by_severity(self) -> Counter[Severity]:
        """Findings by severity, and duties that are open as obligations."""
        if self.severities is None:
            counts = Counter(finding.severity for finding in self.findings)
            for duty in self.duties:
                if (severity := counted_as(duty)) is not None:
                    counts[severity] += 1
            for lines in (self.finding_lines, self.duty_lines):
                counts.update(one.severity for one in lines if one.severity is not None)
            self.severities = counts
        return self.severities

    def reaches(self, level: Severity) -> int:
        """How many findings and open duties weigh as much as `level` or more."""
        counts = self.by_severity()
        heavy = SEVERITIES[: SEVERITIES.index(level) + 1]
        return sum(counts[severity] for severity in heavy)


class Collected:
    """What a check has found so far, in no order yet."""

    def __init__(
        self, inputs: InputFiles, policy: Policy, clock: Instant | None, memory: MemoryBound
    ) -> None:
        self.result = Result(
            inputs=inputs.names,
            passed_over=tuple(inputs.passed_over),
            policy=policy,
            clock=clock,
            moments=Moments(memory),
        )
        self.gathered = nothing_gathered(inputs.names, memory)
        self.duties: Spool[Duty] = Spool(Duty, by_deadline, memory)
        self.finding_lines = Spool(ReadyLine, key_of, memory)
        self.duty_lines = Spool(ReadyLine, key_of, memory)
        self._memory = memory

    def judge(self, *, with_timelines: bool) -> None:
        """Judge all that was gathered."""
        result = self.result
        counts = JudgedCounts()
        for one in judged_and_counted(
            self.gathered, result.policy, result.clock, self._memory, counts
        ):
            for finding in one.findings:
                self.gathered.findings.add(finding)
                if with_timelines:
                    moments = timeline(one.subject, finding, result.policy)
                    result.moments.add(finding.violation_id, moments)
            for duty in one.duties:
                self.duties.add(duty)
        result.subjects += counts.subjects
        result.duplicates += counts.duplicates
        result.not_assessed += counts.not_assessed
        for (missing, source, recipient, note), events in counts.assumed.items():
            what = Assumption(missing, source, recipient, note)
            result.assumptions[what] += events
        _count(result, self.gathered)

    def finish(self) -> Result:
        """All in order, so that it does not depend on who found it when."""
        result, places = self.result, {name: n for n, name in enumerate(self.result.inputs)}
        result.findings = self.gathered.findings.in_order()
        result.duties = self.duties.in_order()
        result.finding_lines = self.finding_lines.in_order()
        result.duty_lines = self.duty_lines.in_order()
        result.rejected = self.gathered.rejected.in_order()
        result.unread.sort(key=lambda one: (places.get(one.file, -1), one.number))
        return result


def run_check(
    inputs: InputFiles,
    policy: Policy,
    clock: Instant | None,
    *,
    advance: Advance | None = None,
    with_timelines: bool = False,
    memory: int | None = None,
) -> Result:
    """Read, judge and collect, in so many bytes of memory (None: any number).

    Raises ConsentryError where the events of one person need more.
    """
    collected = Collected(inputs, policy, clock, MemoryBound(memory))
    gather(read_pieces(inputs.files, advance), policy, clock, collected.gathered)
    collected.judge(with_timelines=with_timelines)
    return collected.finish()


def _count(result: Result, gathered: Gathered) -> None:
    result.unread = gathered.unread
    result.by_type = gathered.by_type
    result.read = gathered.read
    result.unknown_fields = gathered.unknown_fields
    result.names = gathered.names
    result.first_at = gathered.first_at
    result.last_at = gathered.last_at


def by_deadline(duty: Duty) -> Key:
    """What has to be done first comes first."""
    return duty.due_at, 0, "", duty.duty_id


def counted_as(duty: Duty) -> Severity | None:
    """What a duty counts as while it is open."""
    return Severity.OBLIGATION if duty.status in OPEN_DUTY else None
