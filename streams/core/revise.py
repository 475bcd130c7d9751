"""Compare what the rules say now with what was last said, and word the difference.

OPEN, REVISED, RETRACTED and REMEDIATED with rising revisions: a reader who keeps the
highest revision of each id holds the truth (legal model 3.9, 4.5).
"""

from __future__ import annotations

import msgspec

from streams.core.findings import Duty, Finding
from streams.core.identifiers import RecipientId, Slot
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.render import render_duty, render_finding
from streams.core.rules.assess import Assessment
from streams.core.state import DutyState, EventRow, Said, SaidDuty, Verdict
from streams.core.vocabulary import DutyStatus, Status

LATE_EVIDENCE = "LATE_EVIDENCE"
"""The reason of a retraction: evidence that came later shows that there was no violation."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """The row as it stands now and what is to be told."""

    row: EventRow
    changed: bool
    findings: tuple[Finding, ...]
    duties: tuple[Duty, ...]


def revise(
    row: EventRow,
    found: Assessment,
    policy: Policy,
    *,
    at: Instant,
    late: bool,
    fresh: bool,
    restate: bool,
) -> Revision:
    """Bring a row up to date with an assessment.

    `at` becomes `detected_at`; `late` marks findings on an event that was judged
    before; `fresh` a row that has not been written yet; `restate` that another payload
    counts now, so that equal verdicts are told again with its particulars.
    """
    said, findings = _revise_findings(row, found, policy, at=at, late=late, restate=restate)
    told, duties = _revise_duties(row, found, policy, at=at, restate=restate)
    changed = fresh or bool(findings) or bool(duties)
    if findings or duties:
        row = msgspec.structs.replace(row, said=said, duties=told)
    return Revision(row=row, changed=changed, findings=tuple(findings), duties=tuple(duties))


def _revise_findings(
    row: EventRow,
    found: Assessment,
    policy: Policy,
    *,
    at: Instant,
    late: bool,
    restate: bool,
) -> tuple[dict[Slot, Said], list[Finding]]:
    said = dict(row.said)
    findings: list[Finding] = []
    for slot in sorted({*row.said, *found.verdicts}):
        before = said.get(slot)
        after = _say(before, found.verdicts.get(slot), at=at, late=late, restate=restate)
        if after is None or after is before:
            continue
        said[slot] = after
        findings.append(render_finding(row.fact.event, slot, after, policy, at=at))
    return said, findings


def _say(
    before: Said | None, verdict: Verdict | None, *, at: Instant, late: bool, restate: bool
) -> Said | None:
    """What is to be said of a slot now; `before` itself where nothing is new."""
    open_before = before is not None and before.status is not Status.RETRACTED
    if verdict is None:
        if before is None or not open_before:
            return before
        withdrawn = msgspec.structs.replace(before.verdict, reason=LATE_EVIDENCE)
        return msgspec.structs.replace(
            before, verdict=withdrawn, revision=before.revision + 1, status=Status.RETRACTED
        )
    if before is not None and open_before and before.verdict == verdict and not restate:
        return before
    if verdict.remediated:
        status = Status.REMEDIATED
    else:
        status = Status.REVISED if open_before else Status.OPEN
    return Said(
        verdict=verdict,
        revision=before.revision + 1 if before is not None else 1,
        status=status,
        first_at=before.first_at if before is not None else at,
        late=late or (before is not None and open_before and before.late),
    )


def _revise_duties(
    row: EventRow, found: Assessment, policy: Policy, *, at: Instant, restate: bool
) -> tuple[dict[RecipientId, SaidDuty], list[Duty]]:
    told = dict(row.duties)
    duties: list[Duty] = []
    for recipient_id in sorted({*row.duties, *found.duties}):
        before = told.get(recipient_id)
        duty = _due(before, found.duties.get(recipient_id))
        if duty is None or (before is not None and before.duty == duty and not restate):
            continue
        after = SaidDuty(duty=duty, revision=before.revision + 1 if before is not None else 1)
        told[recipient_id] = after
        duties.append(render_duty(row.fact.event, recipient_id, after, policy, at=at))
    return told, duties


def _due(before: SaidDuty | None, duty: DutyState | None) -> DutyState | None:
    """The duty as it stands; one that no longer exists is retracted."""
    if duty is not None or before is None:
        return duty
    return msgspec.structs.replace(before.duty, status=DutyStatus.RETRACTED)
