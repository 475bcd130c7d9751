"""Which events can a fact change? Those, and only those, are judged again (4.5).

An on-time fact touches itself and what shares its instant. A late one touches the
events after it that its target reaches; a missing consent that turns up later touches
the findings that said that there was none.
"""

from __future__ import annotations

from typing import Final

from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import EventId
from streams.core.policy import Policy
from streams.core.rules.coverage import addresses, scoped
from streams.core.rules.duties import may_concern
from streams.core.rules.message_basis import (
    consent_target,
    is_marketing,
    is_own_offer,
    own_marketing_target,
)
from streams.core.rules.share_roles import normalise
from streams.core.signals import Grant, Signal, Target, opt_out_at_collection
from streams.core.subject import Subject
from streams.core.vocabulary import UNCONDITIONAL_SIGNALS, ConsentAction, Status

_FAR_MISS = frozenset({"NO_CONSENT", "CONSENT_OTHER_PURPOSE"})
_FAR_REASONS = frozenset({"NO_RECORD", "GRANTED_LATER", "OTHER_PURPOSE"})

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED
_RETRACTED: Final = Status.RETRACTED


def affected(
    subject: Subject, event: Event, policy: Policy, *, leaving: bool = False
) -> set[EventId]:
    """The stored events whose verdicts or duties may depend on `event`.

    `leaving`: another payload takes its place, so what rested on it is looked at too.
    """
    found: set[EventId] = set()
    if isinstance(event, DataShare):
        _by_share(subject, event, policy, found)
    elif isinstance(event, ConsentChange):
        if event.action is _GRANTED:
            _by_grant(subject, event, policy, found, leaving=leaving)
        else:
            _by_signal(subject, Signal.of(event), policy, found)
    elif isinstance(event, Purchase):
        _by_purchase(subject, event, policy, found)
    elif isinstance(event, RecipientNotification):
        _by_notification(subject, event, found)
    return found


def _by_grant(
    subject: Subject, event: ConsentChange, policy: Policy, found: set[EventId], *, leaving: bool
) -> None:
    at = event.occurred_at
    purposes = set(event.purposes)
    if event.replaces_consent_id is not None:
        purposes.update(
            [
                grant.purpose
                for grant in subject.grants
                if grant.consent_id == event.replaces_consent_id
            ]
        )
    for share in subject.shares.since(at):
        if normalise(share, policy).purpose in purposes or _says_far_miss(subject, share.event_id):
            found.add(share.event_id)
    for message in subject.messages.since(at):
        if (
            consent_target(message).purpose in purposes
            or _says_far_miss(subject, message.event_id)
            or own_marketing_target(message).purpose in purposes
        ):
            found.add(message.event_id)
    if subject.unrecorded:
        _without_record(subject, event, policy, found)
    if leaving:
        found |= subject.granted_later
    for signal in subject.signals.before(at):
        if signal.at + policy.at(signal.at).notify_deadline >= at:
            found.add(signal.event_id)
    _by_citation(subject, event, found)


def _without_record(
    subject: Subject, event: ConsentChange, policy: Policy, found: set[EventId]
) -> None:
    """Findings that said that no consent was recorded: it was, but later, or is now known."""
    grant = Grant(event)
    for event_id in subject.unrecorded:
        without = subject.records[event_id].event
        if isinstance(without, DataShare) and without.consent_ref == event.consent_id:
            found.add(event_id)
        elif without.occurred_at <= event.occurred_at:
            target = _target(without, policy)
            if target is not None and addresses(grant, target, policy.at(without.occurred_at)):
                found.add(event_id)


def _target(event: Event, policy: Policy) -> Target | None:
    if isinstance(event, DataShare):
        return normalise(event, policy).target
    if isinstance(event, MarketingMessage):
        return consent_target(event)
    return None


def _by_citation(subject: Subject, event: ConsentChange, found: set[EventId]) -> None:
    """A signal that cites this consent has another scope now (A4)."""
    if event.consent_id is None:
        return
    for signal in subject.signals.since(event.occurred_at):
        if signal.cites == event.consent_id:
            found.add(signal.event_id)
            found.update([share.event_id for share in subject.shares.since(signal.at)])
            found.update([message.event_id for message in subject.messages.since(signal.at)])


def _by_signal(subject: Subject, raw: Signal, policy: Policy, found: set[EventId]) -> None:
    signal = scoped(subject, raw)
    for share in subject.shares.since(signal.at):
        if signal.hits(normalise(share, policy).target):
            found.add(share.event_id)
    for message in subject.messages.since(signal.at):
        stops_own = is_own_offer(message) or signal.kind in UNCONDITIONAL_SIGNALS
        if signal.hits(consent_target(message)) or (
            stops_own and signal.hits(own_marketing_target(message))
        ):
            found.add(message.event_id)


def _by_share(subject: Subject, share: DataShare, policy: Policy, found: set[EventId]) -> None:
    later = subject.signals.after(share.occurred_at)
    if not later:
        return
    normal = normalise(share, policy)
    if normal.marketing:
        for signal in later:
            if may_concern(scoped(subject, signal), normal.target):
                found.add(signal.event_id)


def _by_purchase(subject: Subject, event: Purchase, policy: Policy, found: set[EventId]) -> None:
    for message in subject.messages.since(event.occurred_at):
        if is_marketing(message) and is_own_offer(message):
            found.add(message.event_id)
    signal = opt_out_at_collection(event)
    if signal is not None:
        _by_signal(subject, signal, policy, found)


def _by_notification(subject: Subject, event: RecipientNotification, found: set[EventId]) -> None:
    for event_id in subject.duties_towards.get(event.recipient_id, ()):
        row = subject.records[event_id].row
        said = row.duties.get(event.recipient_id)
        if said is not None and said.duty.starts_at <= event.occurred_at:
            found.add(event_id)


def _says_far_miss(subject: Subject, event_id: EventId) -> bool:
    """Whether the finding said that no consent comes near: then any grant is nearer."""
    return any(
        said.status is not _RETRACTED
        and (said.verdict.code in _FAR_MISS or said.verdict.reason in _FAR_REASONS)
        for said in subject.records[event_id].row.said.values()
    )
