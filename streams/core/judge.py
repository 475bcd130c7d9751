"""Judge a fact, or the passing of time, and say what to write (legal model 4.5).

`judge` adds the fact to the subject, evaluates the events that it can change, and
compares with what was last said. The net result of any sequence of facts equals one
evaluation of their set: that is Consentry's promise, and `tests/property` hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from streams.core.affected import affected
from streams.core.decision import Decision
from streams.core.event_kinds import event_key
from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.core.nothing_published import NO_DUTIES, NOTHING_PUBLISHED
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.reassess import again, decided, in_time, place_of, rows_of, taken_in
from streams.core.refusals import close
from streams.core.rules.assess import NOTHING, assess, not_assessed
from streams.core.state import EventRow, Fact, RefusalRow
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord, outranks

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_JUDGED: Final = Outcome.JUDGED
_NOT_ASSESSED: Final = Outcome.NOT_ASSESSED


def judge(
    subject: Subject,
    fact: Fact,
    policy: Policy,
    clock: Instant | None,
    most: int | None = None,
) -> Decision:
    """Take in one fact.

    `clock` is the instant up to which deadlines have passed (partition time), None for
    none. The subject grows in place; the rows of the decision, folded into a new
    Subject, give the same subject. Where the fact can change more than `most` other events,
    those are `left` for `judge_again`: before they are judged, no other fact of the
    subject may be.
    """
    event = fact.event
    subject.arrange(policy)
    record = subject.records.of(event)
    if record is not None:
        known = record.holds(fact)
        if known is not None:
            replayed = known.fact.source == fact.source
            return Decision(outcome=Outcome.REPLAY if replayed else Outcome.DUPLICATE)
        # Beside another payload of its id it is known by its hash.
        fact = fact.hashed
    if subject.erased_at is not None and event.occurred_at <= subject.erased_at:
        return Decision(outcome=Outcome.EXPIRED)
    outcome = _NOT_ASSESSED if not_assessed(event, policy) else _JUDGED
    taken_at = clock if clock is not None and clock > fact.ingested_at else None
    refused = subject.refusals.get(event_key(event)) if subject.refusals else None
    if record is None:
        record = subject.take(fact, policy.digest, taken_at)
        touched = affected(subject, event, policy)
        displaced = None
    else:
        row = EventRow(
            fact=fact,
            policy_digest=policy.digest,
            published=NOTHING_PUBLISHED,
            duties=NO_DUTIES,
            taken_at=taken_at,
        )
        touched, displaced = _contest(subject, record, row, policy)
        refused = None  # it was closed by the first payload
    if displaced is None and (not touched or touched == {event_key(event)}):
        decision = _alone(subject, record, fact, policy, clock, outcome)
        return (
            decision
            if refused is None
            else _closing(subject, refused, decision, fact, policy, clock)
        )
    key = event_key(event)
    touched = {*touched, key}
    left: tuple[EventKey, ...] = ()
    if most is not None and len(touched) - 1 > most:
        touched.discard(key)
        left = tuple(in_time(subject, touched))
        touched = {key}
    revisions = [
        again(subject, event_id, policy, clock, at=fact.ingested_at, new=fact)
        for event_id in in_time(subject, touched)
    ]
    rows = rows_of(revisions)
    if displaced is not None:
        rows.append(displaced)
    decision = decided(revisions, rows, outcome, left)
    return (
        decision if refused is None else _closing(subject, refused, decision, fact, policy, clock)
    )


def _alone(
    subject: Subject,
    record: SubjectRecord,
    fact: Fact,
    policy: Policy,
    clock: Instant | None,
    outcome: Outcome,
) -> Decision:
    """What a fact brings that can change no other event, as most."""
    found = assess(subject, record, policy, clock)
    if found is NOTHING and record.as_sent and record.event is fact.event:
        # Nothing was published of it, and nothing is to be: the row alone is written.
        subject.note(record)
        return Decision(outcome=outcome, silent=record, rejudged=1)
    alone = taken_in(subject, record, found, policy, clock, at=fact.ingested_at, new=fact)
    return Decision(
        outcome=outcome,
        rows=tuple(rows_of([alone])),
        findings=alone.findings,
        duties=alone.duties,
        rejudged=1,
    )


def _closing(
    subject: Subject,
    refused: RefusalRow,
    decision: Decision,
    fact: Fact,
    policy: Policy,
    clock: Instant | None,
) -> Decision:
    """A decision, and that the finding about records refused under the event's id is closed."""
    row, finding = close(subject, refused, policy, fact.ingested_at, clock)
    return decision.closing(row, finding)


def judge_again(
    subject: Subject,
    fact: Fact,
    event_ids: Sequence[EventKey],
    policy: Policy,
    clock: Instant | None,
) -> Decision:
    """Judge again some of the events that a fact, already taken in, left to be."""
    revisions = [
        again(subject, event_id, policy, clock, at=fact.ingested_at, new=fact)
        for event_id in event_ids
    ]
    rows = rows_of(revisions)
    return decided(revisions, rows, _JUDGED)


def left_by(
    subject: Subject, fact: Fact, policy: Policy, after: tuple[Instant, EventKey]
) -> list[EventKey]:
    """What a fact that was taken in has left to be judged again, from a place on.

    The same as `judge` said, after a restart in between: `after` is the event judged last.
    """
    subject.arrange(policy)
    event = fact.event
    key = event_key(event)
    record = subject.records[key]
    touched = affected(subject, event, policy)
    if record.others:
        touched = touched | subject.without(record, lambda: _displaced_by(subject, record, policy))
    return [one for one in in_time(subject, touched - {key}) if place_of(subject, one) > after]


def _displaced_by(subject: Subject, record: SubjectRecord, policy: Policy) -> set[EventKey]:
    return affected(subject, record.event, policy, leaving=True)


def judge_deadlines(
    subject: Subject, clock: Instant, policy: Policy, most: int | None = None
) -> Decision:
    """Take in that time has passed.

    Duties whose deadline lies before `clock` are overdue, and findings whose term P15
    ended before it are published again with the label FINAL. At most so many events at once:
    the subject's next deadline shows whether any are left.
    """
    subject.arrange(policy)
    passed = subject.deadlines.passed(clock, most)
    revisions = [
        again(subject, event_id, policy, clock, at=clock, new=None)
        for event_id in in_time(subject, passed)
    ]
    rows = rows_of(revisions)
    return decided(revisions, rows, _JUDGED)


def _contest(
    subject: Subject, record: SubjectRecord, row: EventRow, policy: Policy
) -> tuple[set[EventKey], EventRow | None]:
    """Another payload under a known id (Q03): which counts does not depend on arrival.

    Returns the events to judge again, and a row to write beside theirs: the payload
    that does not count.
    """
    if not outranks(row, record.row):
        subject.add(row)
        return set(), row
    holder = record.row
    touched = affected(subject, holder.fact.event, policy, leaving=True)
    subject.add(msgspec.structs.replace(row, published=holder.published, duties=holder.duties))
    stripped = msgspec.structs.replace(holder, published={}, duties={})
    record.others = (*record.others[:-1], stripped)
    return touched | affected(subject, row.fact.event, policy), stripped
