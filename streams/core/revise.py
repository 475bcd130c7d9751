"""Compare what the rules say now with what was last published, and word the difference.

OPEN, REVISED, RETRACTED and REMEDIATED with rising revisions: a reader who keeps the
highest revision of each id holds the truth (legal model 3.9, 4.5). FINAL is a label
beside it, once the term P15 has passed; nothing is decided by it.
"""

from __future__ import annotations

from typing import Final

import msgspec
from mypy_extensions import mypyc_attr

from streams.core.findings import Duty, Finding
from streams.core.identifiers import RecipientId, Slot
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.publications import History, following
from streams.core.render import render_duty, render_finding
from streams.core.rules.assess import Assessment
from streams.core.state import DutyState, EventRow, Published, PublishedDuty, Verdict
from streams.core.vocabulary import ClosingReason, DutyStatus, Status

_NO_FINDINGS: Final[tuple[Finding, ...]] = ()
_NO_DUTIES: Final[tuple[Duty, ...]] = ()

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_OPEN: Final = Status.OPEN
_REMEDIATED: Final = Status.REMEDIATED
_RETRACTED: Final = Status.RETRACTED
_REVISED: Final = Status.REVISED
_LATE_EVIDENCE: Final = ClosingReason.LATE_EVIDENCE


@mypyc_attr(acyclic=True)
class Revision:
    """The row as it stands now and what is to be published; never changed.

    The row is None where it stays as it is, and nobody asks for it.
    """

    __slots__ = ("changed", "duties", "findings", "row")

    def __init__(
        self,
        row: EventRow | None,
        *,
        changed: bool,
        findings: tuple[Finding, ...] = _NO_FINDINGS,
        duties: tuple[Duty, ...] = _NO_DUTIES,
    ) -> None:
        self.row = row
        self.changed = changed
        self.findings = findings
        self.duties = duties


UNCHANGED: Final = Revision(None, changed=False)
"""Nothing was published of an event, and nothing is to be, as of most; it must not be changed."""


def revise(
    row: EventRow,
    found: Assessment,
    policy: Policy,
    *,
    at: Instant,
    clock: Instant | None,
    late: bool,
    fresh: bool,
    restate: bool,
    cause: ClosingReason = ClosingReason.LATE_EVIDENCE,
) -> Revision:
    """Bring a row up to date with an assessment.

    `at` becomes `detected_at`; `clock` is the instant up to which time has passed (None:
    it stands still), by which findings become FINAL; `late` marks findings on an event that
    was judged before; `fresh` a row that has not been written yet; `restate` that another payload
    counts now, so that equal verdicts are published again with its particulars. `cause` is why
    what no longer holds is retracted: with any other than LATE_EVIDENCE the facts are the same,
    and the labels that speak of evidence stay as they are (legal model 6).
    """
    if not (row.published or row.duties or found.verdicts or found.duties):
        # As for most events: nothing was published, and nothing is to be.
        return Revision(row, changed=fresh)
    known_at = at if clock is None or clock < at else clock
    published, findings = _revise_findings(
        row,
        found,
        policy,
        at=at,
        known_at=known_at,
        clock=clock,
        late=late,
        restate=restate,
        cause=cause,
    )
    owed, duties = _revise_duties(
        row, found, policy, at=at, known_at=known_at, restate=restate, cause=cause
    )
    changed = fresh or bool(findings) or bool(duties)
    if findings or duties:
        row = msgspec.structs.replace(row, published=published, duties=owed)
    return Revision(row, changed=changed, findings=tuple(findings), duties=tuple(duties))


def _revise_findings(
    row: EventRow,
    found: Assessment,
    policy: Policy,
    *,
    at: Instant,
    known_at: Instant,
    clock: Instant | None,
    late: bool,
    restate: bool,
    cause: ClosingReason,
) -> tuple[dict[Slot, Published], list[Finding]]:
    published = dict(row.published)
    findings: list[Finding] = []
    for slot in sorted({*row.published, *found.verdicts}):
        before = published.get(slot)
        if before is not None:
            final = before.final or (clock is not None and clock > before.final_at)
            verdict = found.verdicts.get(slot)
            after = _publish_again(
                before, verdict, final=final, late=late, restate=restate, cause=cause
            )
            if after is before:
                continue
            history = following(before.publications, known_at, policy.digest)
            after = msgspec.structs.replace(after, history=history)
        else:
            # Without anything said before, the slot is here for its verdict.
            after = _publish_first(found.verdicts[slot], policy, known_at, late=late)
        published[slot] = after
        findings.append(render_finding(row.fact.event, slot, after, policy, at=at))
    return published, findings


def _publish_first(verdict: Verdict, policy: Policy, known_at: Instant, *, late: bool) -> Published:
    """What is published of a slot for the first time, always PROVISIONAL.

    P15 counts from then, by the policy in force then. A record that waited was recorded before
    it is judged: the term counts from the later, so that what is new is never FINAL.
    """
    return Published(
        verdict=verdict,
        revision=1,
        status=_REMEDIATED if verdict.remediated else _OPEN,
        final_at=Instant(known_at + policy.at(known_at).final_after),
        late=late,
        history=History(known_at, policy.digest),
    )


def _publish_again(
    before: Published,
    verdict: Verdict | None,
    *,
    final: bool,
    late: bool,
    restate: bool,
    cause: ClosingReason,
) -> Published:
    """What is to be published of a slot now; `before` itself where nothing is new."""
    open_before = before.status is not _RETRACTED
    if verdict is None:
        if not open_before:
            return before
        return msgspec.structs.replace(
            before,
            verdict=msgspec.structs.replace(before.verdict, reason=cause),
            revision=before.revision + 1,
            status=_RETRACTED,
            final=final,
            # What changes a FINAL finding is late by its label (4.5).
            late=before.late or (final and late),
        )
    if open_before and before.verdict == verdict and not restate:
        if final == before.final:
            return before
        # OPEN with a revision above 1 shows readers that a retracted finding opens again.
        status = _REMEDIATED if verdict.remediated else _REVISED
        revision = before.revision + 1
        return msgspec.structs.replace(before, revision=revision, status=status, final=final)
    opened = _REVISED if open_before else _OPEN
    return Published(
        verdict=verdict,
        revision=before.revision + 1,
        status=_REMEDIATED if verdict.remediated else opened,
        final_at=before.final_at,
        final=final,
        late=late or (before.late and (open_before or cause != _LATE_EVIDENCE)),
    )


def _revise_duties(
    row: EventRow,
    found: Assessment,
    policy: Policy,
    *,
    at: Instant,
    known_at: Instant,
    restate: bool,
    cause: ClosingReason,
) -> tuple[dict[RecipientId, PublishedDuty], list[Duty]]:
    owed = dict(row.duties)
    duties: list[Duty] = []
    for recipient_id in sorted({*row.duties, *found.duties}):
        before = owed.get(recipient_id)
        duty = _due(before, found.duties.get(recipient_id))
        if duty is None or (before is not None and before.duty.limited == duty and not restate):
            continue
        if before is None:
            history = History(known_at, policy.digest)
            after = PublishedDuty(duty=duty, revision=1, history=history)
        else:
            after = PublishedDuty(
                duty=duty,
                revision=before.revision + 1,
                history=following(before.publications, known_at, policy.digest),
                cause=_why(before, duty, cause),
            )
        owed[recipient_id] = after
        event = row.fact.event
        duties.append(render_duty(event, recipient_id, after, policy, at=at))
    return owed, duties


def _due(before: PublishedDuty | None, duty: DutyState | None) -> DutyState | None:
    """The duty as it stands; one that no longer exists is retracted."""
    if duty is not None or before is None:
        return duty
    return msgspec.structs.replace(before.duty.limited, status=DutyStatus.RETRACTED)


def _why(before: PublishedDuty, duty: DutyState, cause: ClosingReason) -> ClosingReason:
    """Why a duty is retracted: what was retracted before stays so for its own reason."""
    if duty.status is not DutyStatus.RETRACTED:
        return _LATE_EVIDENCE
    return before.cause if before.duty.status is DutyStatus.RETRACTED else cause
