"""Which events can a fact change? Those, and few others, are judged again (4.5).

An on-time fact touches itself and what shares its instant. A late one touches the events
after it that its target reaches, up to where another fact of the same kind takes its
place: a withdrawal up to the next one, a consent up to the same one given again. A missing
consent that turns up later touches the findings that said that there was none.
"""

from __future__ import annotations

from typing import Final, assert_never

from streams.core.affected_by_grant import by_grant
from streams.core.event_kinds import (
    event_key,
    is_consent_change,
    is_message,
    is_notification,
    is_purchase,
    is_share,
)
from streams.core.events import (
    DataShare,
    Event,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import EventKey
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.reach import END, reached_by
from streams.core.rules.duties import TRIGGERS
from streams.core.rules.message_target import is_marketing
from streams.core.rules.share_roles import normalise
from streams.core.signals import Signal, opt_out_at_collection
from streams.core.subject import Subject
from streams.core.vocabulary import ConsentAction, PurchaseAction

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED
_PURCHASED: Final = PurchaseAction.PURCHASED

_NOBODY: Final[set[EventKey]] = set()


def affected(
    subject: Subject, event: Event, policy: Policy, *, leaving: bool = False
) -> set[EventKey]:
    """The stored events whose verdicts or duties may depend on `event`, which is among them.

    `leaving`: another payload takes its place, so what rested on it is looked at too. The set is
    not to be changed: where it is empty it may be everybody's.
    """
    if is_message(event):
        return _NOBODY  # no other event is judged by it
    if is_share(event) and not subject.signals.any_since(Instant(event.occurred_at + 1)):
        return _NOBODY
    found: set[EventKey] = set()
    if is_share(event):
        _by_share(_indexed(subject, policy), event, policy, found)
    elif is_consent_change(event):
        if event.action is _GRANTED:
            by_grant(subject, event, policy, found, leaving=leaving)
        else:
            _by_signal(subject, Signal.of(event), policy, found)
    elif is_purchase(event):
        _by_purchase(subject, event, policy, found)
    elif is_notification(event):
        _by_notification(subject, event, found)
    else:
        assert_never(event)
    return found


def _indexed(subject: Subject, policy: Policy) -> Indexes:
    index = subject.arrange(policy, always=True)
    assert index is not None  # it was asked for
    return index


def _by_signal(subject: Subject, raw: Signal, policy: Policy, found: set[EventKey]) -> None:
    if subject.shares.any_since(raw.at) or subject.messages.any_since(raw.at):
        index = _indexed(subject, policy)
        reached_by(index, index.signals.scoped(raw), policy, found)


def _by_share(index: Indexes, share: DataShare, policy: Policy, found: set[EventKey]) -> None:
    """The later signals whose duties count it."""
    normal = normalise(share, policy)
    if normal.marketing:
        after = Instant(share.occurred_at + 1)
        for kind in TRIGGERS:
            for target in normal.targets:
                for signal in index.signals.since(target, kind, after):
                    found.add(signal.key)


def _by_purchase(subject: Subject, event: Purchase, policy: Policy, found: set[EventKey]) -> None:
    at = event.occurred_at
    if subject.messages.any_since(at):
        for kind in _indexed(subject, policy).messages.kinds():
            if kind.is_own_offer:
                later = kind.messages.between(at, END)
                found.update([event_key(message) for message in later if is_marketing(message)])
    if event.action is _PURCHASED:
        signal = opt_out_at_collection(event)
        if signal is not None:
            _by_signal(subject, signal, policy, found)


def _by_notification(subject: Subject, event: RecipientNotification, found: set[EventKey]) -> None:
    """The duties that it is the first to fulfil: those since the notification before it."""
    towards = subject.duties_towards.get(event.recipient_id)
    if towards is None:
        return
    at = event.occurred_at
    before, after = subject.notifications[event.recipient_id].neighbours(event)
    if after is not None and after.occurred_at == at:
        return
    since = Instant(-END if before is None else before.occurred_at + 1)
    for event_id in towards.between(since, Instant(at + 1)):
        if event_id in subject.records:
            found.add(event_id)
