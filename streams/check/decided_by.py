"""Which facts decided a finding? The consents, signals, sales and shares it rests on.

Nothing is judged here: the rules have spoken. What they looked at is put in order of
time, so that a reader can follow them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from streams.core.event_kinds import event_key, key_of
from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.findings import Duty, Finding
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.coverage import Standing
from streams.core.rules.message_target import targets_of
from streams.core.rules.share_roles import normalise
from streams.core.subject import Subject
from streams.core.subject_record import SubjectRecord
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
    event, chosen = record.event, _Chosen(record.event)
    if finding.family in _BASIS_FAMILIES:
        chosen.add(_basis(subject, event, finding, policy))
    elif finding.family == "O.NOTIFY" and finding.recipient_id is not None:
        chosen.add_duty(subject, record, finding.recipient_id)
    if finding.code == Code.EVENT_ID_CONFLICT:
        for number, row in enumerate(record.others):
            chosen.add([row.fact.event], Part.CONFLICT, str(number))
    return chosen.nearest()


def duty_timeline(subject: Subject, duty: Duty) -> tuple[Moment, ...]:
    """The facts behind a duty in the same way: trigger, shares, notifications, deadline."""
    if duty.trigger_event_type is None:
        return ()
    record = subject.records.get(key_of(duty.trigger_event_type, duty.trigger_event_id))
    if record is None:
        return ()
    chosen = _Chosen(record.event)
    chosen.add_duty(subject, record, duty.recipient_id)
    return chosen.nearest()


class _Chosen:
    """The facts that decided something about an event, each once."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._moments: dict[tuple[str, str], Moment] = {}
        self._unnamed = 0
        self.add([event], Part.EVENT)

    def add(self, events: Iterable[Event], part: Part | None = None, payload: str = "") -> None:
        """Take events in; `payload` distinguishes those that share an id."""
        for one in events:
            when = Part.BEFORE if one.occurred_at <= self._event.occurred_at else Part.AFTER
            moment = Moment(one.occurred_at, part or when, one)
            self._moments.setdefault((event_key(one), payload), moment)

    def add_duty(self, subject: Subject, record: SubjectRecord, recipient_id: RecipientId) -> None:
        """What the duty towards a recipient rests on, which an event brought, and its deadline."""
        owed = record.row.duties.get(recipient_id)
        self.add(_duty(subject, record, recipient_id))
        if owed is not None:
            duty = owed.duty
            self._moments["", "due"] = Moment(duty.due_at, Part.DEADLINE, None)
            self._unnamed = max(0, duty.share_count - len(duty.share_ids))

    def nearest(self) -> tuple[Moment, ...]:
        """Those nearest to the event, in order of time."""
        return _nearest(self._moments.values(), self._event, self._unnamed)


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


def _duty(subject: Subject, record: SubjectRecord, recipient_id: RecipientId) -> Iterator[Event]:
    """What the recipient received, and when it was notified."""
    event, owed = record.event, record.row.duties.get(recipient_id)
    if owed is not None:
        for share_id in owed.duty.share_ids:
            share = subject.records.get(key_of(EventType.DATA_SHARE, share_id))
            # Of who leaves in pieces the share may have gone before the duty.
            if share is not None:
                yield share.event
    notified = subject.notifications.get(recipient_id)
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
