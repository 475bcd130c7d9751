"""Whom must the controller notify? Duties O01 and the finding O02 (legal model 4.4).

GDPR 19 and C-129/21: after a withdrawal, objection or erasure request every recipient
that had the data is notified; so is the recipient of a share against an expressed will.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from streams.core.events import ConsentChange, DataShare, RecipientNotification
from streams.core.identifiers import EventId, RecipientId
from streams.core.instants import Instant, after
from streams.core.ledger import Ledger, ShareKind, first_ids
from streams.core.policy import Policy
from streams.core.queries.grants import granted_between
from streams.core.queries.indexed import ledger_of
from streams.core.queries.signals import scoped
from streams.core.rules import share_basis
from streams.core.rules.consent_scope import recipient_failure
from streams.core.rules.consent_validity import defects
from streams.core.rules.rule import SCOPE, VALIDITY, Rule
from streams.core.rules.share_basis import AGAINST_EXPRESSED_WILL
from streams.core.signals import Grant, Signal
from streams.core.state import MAX_SHARES_NAMED, DutyState, Verdict
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import Code, ConsentAction, DutyStatus, Trigger

_NOTIFIED: Final = frozenset({"occurred_at", "recipient_id"})

OF_SIGNALS: Final = Rule(
    norm="4.4",
    judges=ConsentChange,
    codes=(Code.RECIPIENT_NOTIFICATION_DUE, Code.RECIPIENT_NOT_NOTIFIED),
    reads={
        ConsentChange: SCOPE | VALIDITY,
        DataShare: frozenset(
            {
                "occurred_at", "recipient_id", "purpose", "recipient_role", "recipient_kind",
                "recipient_category", "recipient_own_use",
            }
        ),
        RecipientNotification: _NOTIFIED,
    },
)  # fmt: skip
OF_SHARES: Final = Rule(
    norm="4.4",
    judges=DataShare,
    codes=(Code.RECIPIENT_NOTIFICATION_DUE, Code.RECIPIENT_NOT_NOTIFIED),
    reads={**share_basis.RULE.reads, RecipientNotification: _NOTIFIED},
)
"""A share against an expressed will: whether it is one is read where it is judged."""


TRIGGERS: Final = {
    ConsentAction.WITHDRAWN: Trigger.WITHDRAWN,
    ConsentAction.OBJECTED: Trigger.OBJECTED,
    ConsentAction.ERASED: Trigger.ERASED,
}
"""The signals that bring duties; a refusal brings none."""


def signal_duties(
    subject: Subject, event: ConsentChange, policy: Policy, clock: Instant | None
) -> dict[RecipientId, DutyState]:
    """The duties that a withdrawal, objection or erasure request brings."""
    trigger = TRIGGERS.get(event.action)
    if trigger is None:
        return {}
    signal = scoped(subject, Signal.of(event))
    received: dict[RecipientId, list[ShareKind]] = {}
    for kind in kinds_hit(ledger_of(subject, policy), signal):
        if kind.shares.any_before(signal.at):
            received.setdefault(kind.normal.recipient_id, []).append(kind)
    due_at = after(signal.at, policy.at(signal.at).notify_deadline)
    return {
        recipient_id: _duty(
            subject,
            recipient_id,
            trigger=trigger,
            starts_at=signal.at,
            due_at=due_at,
            share_ids=first_ids(kinds, signal.at, MAX_SHARES_NAMED),
            share_count=sum(kind.shares.count(signal.at) for kind in kinds),
            cancelled=_regranted(subject, signal, kinds, due_at, policy),
            clock=clock,
        )
        for recipient_id, kinds in received.items()
    }


def kinds_hit(ledger: Ledger, signal: Signal) -> Iterator[ShareKind]:
    """The kinds of shares that a signal of full scope hits (A4)."""
    purposes = signal.purposes or None
    only_named = signal.recipient_ids and not signal.recipient_categories
    for kind in ledger.kinds(purposes, signal.recipient_ids if only_named else None):
        if signal.hits_any(kind.normal.targets):
            yield kind


def share_duties(
    subject: Subject,
    share: DataShare,
    found: list[Verdict],
    policy: Policy,
    clock: Instant | None,
) -> dict[RecipientId, DutyState]:
    """The duty that a share against an expressed will brings; no re-grant cancels it."""
    triggers = [AGAINST_EXPRESSED_WILL.get(verdict.code) for verdict in found]
    trigger = next((one for one in triggers if one is not None), None)
    if trigger is None:
        return {}
    due_at = after(share.occurred_at, policy.at(share.occurred_at).notify_deadline)
    duty = _duty(
        subject,
        share.recipient_id,
        trigger=trigger,
        starts_at=share.occurred_at,
        due_at=due_at,
        share_ids=(share.event_id,),
        share_count=1,
        cancelled=False,
        clock=clock,
    )
    return {share.recipient_id: duty}


def overdue(duties: dict[RecipientId, DutyState]) -> dict[RecipientId, Verdict]:
    """O02 for every duty that was not fulfilled in time; remedied where notified later."""
    return {
        recipient_id: Verdict(
            code=Code.RECIPIENT_NOT_NOTIFIED,
            reason=duty.trigger,
            remediated=duty.status is DutyStatus.FULFILLED_LATE,
        )
        for recipient_id, duty in duties.items()
        if duty.status in (DutyStatus.OVERDUE, DutyStatus.FULFILLED_LATE)
    }


def _duty(
    subject: Subject,
    recipient_id: RecipientId,
    *,
    trigger: Trigger,
    starts_at: Instant,
    due_at: Instant,
    share_ids: tuple[EventId, ...],
    share_count: int,
    cancelled: bool,
    clock: Instant | None,
) -> DutyState:
    """Fulfilled by a notification from start to deadline, both inclusive."""
    timeline = subject.notifications.get(recipient_id)
    notification = None if timeline is None else timeline.first(starts_at)
    first = None if notification is None else notification.occurred_at
    passed = clock is not None and clock > due_at
    notified_at = None
    if first is not None and first <= due_at:
        status, notified_at = DutyStatus.FULFILLED, first
    elif cancelled:
        status = DutyStatus.CANCELLED
    elif passed and first is not None:
        status, notified_at = DutyStatus.FULFILLED_LATE, first
    elif passed:
        status = DutyStatus.OVERDUE
    else:
        status = DutyStatus.DUE
    return DutyState(
        trigger=trigger,
        starts_at=starts_at,
        due_at=due_at,
        share_ids=share_ids,
        share_count=share_count,
        status=status,
        notified_at=notified_at,
    )


def _regranted(
    subject: Subject, signal: Signal, kinds: list[ShareKind], due_at: Instant, policy: Policy
) -> bool:
    """Whether every purpose shared was validly granted again, in time, for the recipient.

    Later expiry, replacement or withdrawal of the re-grant does not revive the duty. As
    processor any recipient will do; every other share asks for the recipient's name, or
    where P2 allows it for the category it was shared under.
    """
    if not subject.grants.any_since(Instant(signal.at + 1)):
        return False
    return all(_granted_again(subject, signal, kind, due_at, policy) for kind in kinds)


def _granted_again(
    subject: Subject, signal: Signal, kind: ShareKind, due_at: Instant, policy: Policy
) -> bool:
    """For the purpose of these shares as declared or as normalised."""
    for target in kind.normal.targets:
        for grant in granted_between(subject, target, signal.at, due_at, policy):
            if _given_again(grant, target, policy):
                return True
    return False


def _given_again(grant: Grant, target: Target, policy: Policy) -> bool:
    if grant.purpose is not target.purpose or defects(grant, policy):
        return False
    settings = policy.at(grant.at)
    return target.any_recipient or recipient_failure(grant, target, settings) is None
