"""Which facts decided a finding? The consents, signals, sales and shares it rests on.

Nothing is judged here: the rules have spoken. What they looked at is put in order of
time, so that a reader can follow them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
    event_key,
    key_of,
)
from streams.core.findings import Finding
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.coverage import Standing
from streams.core.rules.message_target import targets_of
from streams.core.rules.share_roles import normalise
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import Code, EventType

MAX_MOMENTS = 12
"""Facts shown of one finding; of more, those nearest to the event."""

_SALES_FAMILY = frozenset(
    {
        Code.MSG_NO_PRIOR_SALE,
        Code.MSG_NOT_SAME_SELLER,
        Code.MSG_CONTACT_NOT_FROM_SALE,
        Code.MSG_NO_OPT_OUT_AT_COLLECTION,
        Code.MSG_SALE_REVERSED,
        Code.MSG_NOT_SIMILAR_PRODUCT,
        Code.MSG_SOFT_OPT_IN_STALE,
        Code.MSG_AFTER_OPT_OUT,
        Code.BASIS_RECORD_MISMATCH,
    }
)
_BASIS_FAMILIES = frozenset({"S.BASIS", "M.BASIS", "S.SPECIAL", "X.RECORD"})


class Part(StrEnum):
    """What a fact is to the finding."""

    EVENT = "EVENT"
    BEFORE = "BEFORE"
    AFTER = "AFTER"
    CONFLICT = "CONFLICT"
    DEADLINE = "DEADLINE"
    MORE = "MORE"


class Moment(msgspec.Struct, frozen=True):
    """A fact at its instant; `event` None for a deadline that passed.

    MORE comes last and is no fact: so many more decided the finding, and are not shown.
    """

    at: Instant
    part: Part
    event: Event | None
    more: int = 0


def timeline(subject: Subject, finding: Finding, policy: Policy) -> tuple[Moment, ...]:
    """The facts behind a finding, oldest first, the event itself among them.

    Where there are more than MAX_MOMENTS, the last one says how many are left out.
    """
    if finding.event_type is None:
        return ()
    record = subject.records.get(key_of(finding.event_type, finding.event_id))
    if record is None:
        return ()
    event = record.event
    chosen: dict[tuple[str, str], Moment] = {}
    unnamed = 0

    def add(events: Iterable[Event], part: Part | None = None) -> None:
        for one in events:
            when = Part.BEFORE if one.occurred_at <= event.occurred_at else Part.AFTER
            chosen.setdefault((event_key(one), ""), Moment(one.occurred_at, part or when, one))

    add([event], Part.EVENT)
    if finding.family in _BASIS_FAMILIES:
        add(_basis(subject, event, finding, policy))
    elif finding.family == "O.NOTIFY" and finding.recipient_id is not None:
        add(_duty(subject, event, finding))
        duty_state = record.row.duties.get(finding.recipient_id)
        if duty_state is not None:
            duty = duty_state.duty
            chosen["", "due"] = Moment(duty.due_at, Part.DEADLINE, None)
            unnamed = max(0, duty.share_count - len(duty.share_ids))
    if finding.code == Code.EVENT_ID_CONFLICT:
        for number, row in enumerate(record.others):
            other = row.fact.event
            key = event_key(other), str(number)
            chosen[key] = Moment(other.occurred_at, Part.CONFLICT, other)
    return _nearest(chosen.values(), event, unnamed)


def _basis(subject: Subject, event: Event, finding: Finding, policy: Policy) -> Iterator[Event]:
    """Consents looked at, signals that hit, sales behind the customer exception."""
    considered = set(finding.consent_ids_considered)
    for grant in subject.grants:
        if grant.consent_id in considered:
            yield grant.event
    for targets in _targets(event, policy):
        target = targets[0]
        standing = Standing(subject, targets, event.occurred_at, policy)
        for signal in standing.hits:
            yield subject.records[signal.key].event
        for grant in subject.grants.after(event.occurred_at):
            if grant.purpose is target.purpose:
                # It does not heal, and a reader will ask.
                yield grant.event
    if finding.code in _SALES_FAMILY and isinstance(event, MarketingMessage):
        yield from subject.sales.through(event.occurred_at)
        yield from subject.reversals.through(event.occurred_at)


def _targets(event: Event, policy: Policy) -> list[tuple[Target, ...]]:
    match event:
        case DataShare():
            return [normalise(event, policy).targets]
        case MarketingMessage():
            offer, own = targets_of(event, policy)
            return [(offer,), (own,)]
        case ConsentChange() | Purchase() | RecipientNotification():
            return []


def _duty(subject: Subject, event: Event, finding: Finding) -> Iterator[Event]:
    """What the recipient received, and when it was notified."""
    assert finding.recipient_id is not None
    duty_state = subject.records[event_key(event)].row.duties.get(finding.recipient_id)
    if duty_state is not None:
        for share_id in duty_state.duty.share_ids:
            yield subject.records[key_of(EventType.DATA_SHARE, share_id)].event
    notified = subject.notifications.get(finding.recipient_id)
    if notified is not None:
        yield from notified.since(event.occurred_at)
    if isinstance(event, DataShare):
        # The share itself is against a signal: show which.
        for signal in subject.signals.through(event.occurred_at):
            found = subject.records[signal.key].event
            if isinstance(found, ConsentChange):
                yield found


def _nearest(moments: Iterable[Moment], event: Event, unnamed: int) -> tuple[Moment, ...]:
    """Those nearest to the event; `unnamed` is how many the duty counts and does not name."""
    ordered = sorted(moments, key=lambda m: (m.at, m.part is Part.EVENT, _id(m)))
    more = unnamed + max(0, len(ordered) - MAX_MOMENTS)
    if len(ordered) > MAX_MOMENTS:
        near = sorted(
            ordered,
            key=lambda m: (
                m.part not in (Part.EVENT, Part.DEADLINE),
                abs(m.at - event.occurred_at),
            ),
        )[:MAX_MOMENTS]
        ordered = [moment for moment in ordered if moment in near]
    if more:
        ordered.append(Moment(event.occurred_at, Part.MORE, None, more))
    return tuple(ordered)


def _id(moment: Moment) -> str:
    return event_key(moment.event) if moment.event is not None else ""
