"""How far a negative signal reaches: to the next one that says the same (A4, A6)."""

from __future__ import annotations

from typing import Final

from streams.core.consent_index import order_of
from streams.core.event_kinds import event_key
from streams.core.events import DataShare, MarketingMessage
from streams.core.given_again import NEVER, Pause, first_ended_by, lifted, missed, replaced
from streams.core.grant_group import FOREVER
from streams.core.identifiers import EventKey
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.duties import kinds_hit
from streams.core.signals import Grant, Signal
from streams.core.targets import Target
from streams.core.timeline import Timeline
from streams.core.vocabulary import UNCONDITIONAL_SIGNALS

END: Final = Instant(1 << 60)
"""After all instants."""


def reached_by(index: Indexes, signal: Signal, policy: Policy, found: set[EventKey]) -> None:
    """The shares and messages that a signal of this scope can decide on.

    Of each kind of signal only the newest that hits counts, so it reaches to the next one,
    and not to where a later consent stands in the way.
    """
    for kind in kinds_hit(index.ledger, signal):
        if kind.shares.any_since(signal.at):
            targets = kind.normal.targets
            for target in targets:
                if signal.hits(target):
                    pause = lifted(index, signal, target, policy, asked=target is targets[0])
                    until = _next_like(index, signal, target, policy)
                    _add(kind.shares, signal.at, until, pause, found)
    for messages in index.messages.kinds():
        if not messages.messages.any_since(signal.at):
            continue
        for target in {messages.offer, messages.own}:
            if signal.hits(target):
                pause = lifted(index, signal, target, policy, asked=target == messages.offer)
                until = _next_like(index, signal, target, policy)
                _add(messages.messages, signal.at, until, pause, found)
    if signal.ends:
        _ended_by(index, signal, policy, found)


def _add(
    events: Timeline[DataShare] | Timeline[MarketingMessage],
    since: Instant,
    until: Instant,
    pause: Pause,
    found: set[EventKey],
) -> None:
    """The events from `since` to before `until`, but for those within the pause."""
    begins, ends = pause
    found.update([event_key(one) for one in events.between(since, min(begins, until))])
    if ends < until:
        found.update([event_key(one) for one in events.between(max(since, ends), until)])


def _ended_by(index: Indexes, signal: Signal, policy: Policy, found: set[EventKey]) -> None:
    """What may have rested on the consent that it ends by its id (A6), up to the next end."""
    gone = first_ended_by(index, signal, policy)
    later = index.consents.next_ending(signal)
    until = END if later is None else _put_off(later.at, policy)
    purposes = None if gone is None else {grant.purpose for grant in gone}
    for kind in index.ledger.kinds(purposes):
        if kind.shares.any_since(signal.at):
            pause = _not_missed(index, signal, gone, kind.normal.target, policy)
            _add(kind.shares, signal.at, until, pause, found)
    for messages in index.messages.kinds():
        if messages.messages.any_since(signal.at):
            pause = _not_missed(index, signal, gone, messages.offer, policy)
            _add(messages.messages, signal.at, until, pause, found)


def _not_missed(
    index: Indexes, signal: Signal, gone: list[Grant] | None, target: Target, policy: Policy
) -> Pause:
    """When nothing changes for a target because of the grants that a signal ended."""
    if gone is None:
        return NEVER
    missing = missed(gone, target, policy)
    if not missing:
        return signal.at, FOREVER
    return replaced(index, missing, target, signal.at, policy)


def _next_like(index: Indexes, signal: Signal, target: Target, policy: Policy) -> Instant:
    """Until when a signal is the newest of its kind that hits a target, exclusive."""
    later = index.signals.next(target, signal.kind, order_of(signal))
    if later is None:
        return END
    return later.at if signal.kind in UNCONDITIONAL_SIGNALS else _put_off(later.at, policy)


def _put_off(at: Instant, policy: Policy) -> Instant:
    """P11: when the grace of a withdrawal or refusal is over, at the latest."""
    return Instant(at + max([settings.withdrawal_grace for settings in policy.ever]))
