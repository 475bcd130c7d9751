"""Evaluate events of a subject that are known already, and say what changed (legal model 4.5).

A fact, the passing of time and another policy all do it; they differ in which events they
concern and in why what no longer holds is retracted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streams.core.decision import Decision
from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.revise import UNCHANGED, Revision, revise
from streams.core.rules.assess import NOTHING, Assessment, assess
from streams.core.state import EventRow, Fact
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
from streams.core.vocabulary import ClosingReason


def sweep(
    subject: Subject,
    event_ids: Sequence[EventKey],
    policy: Policy,
    clock: Instant | None,
    *,
    at: Instant | None,
    cause: ClosingReason,
) -> Decision:
    """Judge events again because the policy or the rules are others now (legal model 6).

    Over all events of a subject, in any number of calls, the net result is that of one batch
    under `policy`; a second time brings nothing. `clock` is partition time; `at`, when the
    change was recorded, becomes `detected_at`, None: the ingestion time of each event.
    """
    subject.arrange(policy)
    revisions = []
    for event_id in event_ids:
        recorded = subject.records[event_id].ingested_at
        then = recorded if at is None or at < recorded else at
        revisions.append(again(subject, event_id, policy, clock, at=then, new=None, cause=cause))
    return decided(revisions, rows_of(revisions), Outcome.JUDGED)


def again(
    subject: Subject,
    event_id: EventKey,
    policy: Policy,
    clock: Instant | None,
    *,
    at: Instant,
    new: Fact | None,
    cause: ClosingReason = ClosingReason.LATE_EVIDENCE,
) -> Revision:
    """Evaluate one event and take the result into the subject.

    `at` is when what led to it was recorded, `new` the fact that did, None where it was the
    passing of time or a change of the policy. `cause` is why what no longer holds is retracted.
    """
    record = subject.records[event_id]
    found = assess(subject, record, policy, clock)
    return taken_in(subject, record, found, policy, clock, at=at, new=new, cause=cause)


def taken_in(
    subject: Subject,
    record: SubjectRecord,
    found: Assessment,
    policy: Policy,
    clock: Instant | None,
    *,
    at: Instant,
    new: Fact | None,
    cause: ClosingReason = ClosingReason.LATE_EVIDENCE,
) -> Revision:
    """Take what was found of one event into the subject; the rest is as in `again`."""
    fresh = new is not None and record.event is new.event
    if found is NOTHING and record.as_sent and not fresh:
        return UNCHANGED
    revision = revise(
        record.row,
        found,
        policy,
        at=at,
        clock=clock,
        # A tick is on time; evidence about an event that was already judged is late.
        late=new is not None and not (fresh and not record.conflicting),
        fresh=fresh,
        restate=fresh and record.conflicting,
        cause=cause,
    )
    assert revision.row is not None
    record.row = revision.row
    subject.note(record)
    return revision


def in_time(subject: Subject, event_ids: Iterable[EventKey]) -> list[EventKey]:
    """By occurrence, so that equal facts give equal output in one decision."""
    return sorted(event_ids, key=lambda event_id: place_of(subject, event_id))


def place_of(subject: Subject, event_id: EventKey) -> tuple[Instant, EventKey]:
    """Where an event stands among those of its subject."""
    return subject.records[event_id].event.occurred_at, event_id


def rows_of(revisions: Iterable[Revision]) -> list[EventRow]:
    """The rows that revisions have changed."""
    return [one.row for one in revisions if one.changed and one.row is not None]


def decided(
    revisions: list[Revision],
    rows: list[EventRow],
    outcome: Outcome,
    left: tuple[EventKey, ...] = (),
) -> Decision:
    """What revisions of events of one subject bring together."""
    return Decision(
        outcome=outcome,
        rows=tuple(rows),
        findings=tuple([one for revision in revisions for one in revision.findings]),
        duties=tuple([one for revision in revisions for one in revision.duties]),
        rejudged=len(revisions),
        left=left,
    )
