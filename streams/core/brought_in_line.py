"""A subject beside what a topic of findings or duties says of it: whichever readers would keep.

A row that says less than the topic is raised above it, so that a reader of the highest revision
comes to hold what the state says. What no rule has said is kept as taken back.
"""

from __future__ import annotations

import msgspec

from streams.core.decision import Decision
from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.instants import Instant
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.publications import History, following
from streams.core.quality import UNPROCESSABLE
from streams.core.refusals import finding_of
from streams.core.render import render_duty, render_finding
from streams.core.state import EventRow, Published, PublishedDuty
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.core.superseded import duty_taken_back, event_of, finding_taken_back, slot_of
from streams.core.vocabulary import Status


def brought_in_line(
    subject: Subject, said: OutputRecord, policy: Policy, *, at: Instant, clock: Instant | None
) -> Decision | None:
    """What to store and publish of the event that `said` is about; the subject grows in place.

    `said` stands on a topic, at the highest revision that readers saw, and has an own address. At
    that revision the state says something else, or nothing. `at` is when an operator asked,
    `clock` partition time. None where the state does not have the event.
    """
    about = event_of(said)
    assert about is not None
    key = about[1]
    known_at = at if clock is None or clock < at else clock
    if isinstance(said, Finding) and said.code == UNPROCESSABLE:
        return _refused_id(subject, said, policy, at=at, known_at=known_at)
    record = subject.records.get(key)
    if record is None:
        return None
    if isinstance(said, Duty):
        return _duty(subject, record, said, policy, at=at, known_at=known_at)
    return _finding(subject, record, said, policy, at=at, known_at=known_at)


def _finding(
    subject: Subject,
    record: SubjectRecord,
    said: Finding,
    policy: Policy,
    *,
    at: Instant,
    known_at: Instant,
) -> Decision:
    slot = slot_of(said)
    assert slot is not None
    row = record.row
    before = row.published.get(slot)
    if before is None:
        after = msgspec.structs.replace(
            finding_taken_back(said),
            final_at=Instant(known_at + policy.at(known_at).final_after),
            history=History(known_at, policy.digest),
        )
    elif before.revision > said.revision:
        return _NOTHING
    else:
        after = msgspec.structs.replace(
            before,
            revision=said.revision + 1,
            status=_again(before.status, said.status),
            history=following(before.publications, known_at, policy.digest),
        )
    row = msgspec.structs.replace(row, published={**row.published, slot: after})
    findings = (render_finding(row.fact.event, slot, after, policy, at=at),)
    return _stored(subject, record, row, findings if _is_new(after, said) else (), ())


def _duty(
    subject: Subject,
    record: SubjectRecord,
    said: Duty,
    policy: Policy,
    *,
    at: Instant,
    known_at: Instant,
) -> Decision:
    row, who = record.row, said.recipient_id
    before = row.duties.get(who)
    if before is None:
        after = msgspec.structs.replace(
            duty_taken_back(said), history=History(known_at, policy.digest)
        )
    elif before.revision > said.revision:
        return _NOTHING
    else:
        after = msgspec.structs.replace(
            before,
            revision=said.revision + 1,
            history=following(before.publications, known_at, policy.digest),
        )
    row = msgspec.structs.replace(row, duties={**row.duties, who: after})
    duties = (render_duty(row.fact.event, who, after, policy, at=at),)
    return _stored(subject, record, row, (), duties if _is_new(after, said) else ())


def _refused_id(
    subject: Subject, said: Finding, policy: Policy, *, at: Instant, known_at: Instant
) -> Decision | None:
    """Nothing but records makes a refused id, so none is made of a finding alone."""
    about = event_of(said)
    row = None if about is None else subject.refusals.get(about[1])
    if row is None:
        return None
    if row.revision > said.revision:
        return _NOTHING
    row = msgspec.structs.replace(
        row,
        revision=said.revision + 1,
        status=_again(row.status, said.status),
        history=following(row.publications, known_at, policy.digest),
    )
    subject.refuse(row)
    finding = finding_of(subject.controller_id, subject.subject_id, row, policy, at)
    return Decision(outcome=Outcome.JUDGED, refusals=(row,), findings=(finding,))


def _again(status: Status, said: Status) -> Status:
    """What stands is open again for a reader who saw it closed, and else revised."""
    if status not in (Status.OPEN, Status.REVISED):
        return status
    return Status.OPEN if said is Status.RETRACTED else Status.REVISED


def _is_new(after: Published | PublishedDuty, said: OutputRecord) -> bool:
    """Whether it is to be published; of what was closed already the row keeps the revision."""
    return after.revision > said.revision


def _stored(
    subject: Subject,
    record: SubjectRecord,
    row: EventRow,
    findings: tuple[Finding, ...],
    duties: tuple[Duty, ...],
) -> Decision:
    record.row = row
    subject.note(record)
    return Decision(outcome=Outcome.JUDGED, rows=(row,), findings=findings, duties=duties)


_NOTHING = Decision(outcome=Outcome.DUPLICATE)
