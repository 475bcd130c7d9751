"""How far a negative signal reaches: to the next one that says the same (A4, A6)."""

from __future__ import annotations

from typing import Final

from streams.core.consent_index import order_of
from streams.core.events import event_key
from streams.core.identifiers import EventKey
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.duties import kinds_hit
from streams.core.signals import Signal
from streams.core.targets import Target
from streams.core.vocabulary import UNCONDITIONAL_SIGNALS

END: Final = Instant(1 << 60)
"""After all instants."""


def reached_by(index: Indexes, signal: Signal, policy: Policy, found: set[EventKey]) -> None:
    """The shares and messages that a signal of this scope can decide on.

    Of each kind of signal only the newest that hits counts, so it reaches to the next one.
    """
    for kind in kinds_hit(index.ledger, signal):
        if kind.shares.any_since(signal.at):
            for target in kind.normal.targets:
                if signal.hits(target):
                    until = _next_like(index, signal, target, policy)
                    found.update([event_key(s) for s in kind.shares.between(signal.at, until)])
    for messages in index.messages.kinds():
        if not messages.messages.any_since(signal.at):
            continue
        for target in {messages.offer, messages.own}:
            if signal.hits(target):
                until = _next_like(index, signal, target, policy)
                found.update([event_key(m) for m in messages.messages.between(signal.at, until)])
    if signal.ends:
        _ended_by(index, signal, policy, found)


def _ended_by(index: Indexes, signal: Signal, policy: Policy, found: set[EventKey]) -> None:
    """What may have rested on the consent that it ends by its id (A6), up to the next end."""
    assert signal.cites is not None
    same = index.consents.by_id.get(signal.cites)
    if same is None or same.newest(signal.at) is None:
        return
    purposes = {grant.purpose for grant in same.begun(signal.at)}
    later = index.consents.next_ending(signal)
    until = END if later is None else _put_off(later.at, policy)
    for kind in index.ledger.kinds(purposes):
        found.update([event_key(share) for share in kind.shares.between(signal.at, until)])
    for messages in index.messages.kinds():
        if messages.offer.purpose in purposes:
            found.update([event_key(m) for m in messages.messages.between(signal.at, until)])


def _next_like(index: Indexes, signal: Signal, target: Target, policy: Policy) -> Instant:
    """Until when a signal is the newest of its kind that hits a target, exclusive."""
    later = index.signals.next(target, signal.kind, order_of(signal))
    if later is None:
        return END
    return later.at if signal.kind in UNCONDITIONAL_SIGNALS else _put_off(later.at, policy)


def _put_off(at: Instant, policy: Policy) -> Instant:
    """P11: when the grace of a withdrawal or refusal is over, at the latest."""
    return Instant(at + max([settings.withdrawal_grace for settings in policy.ever]))
