"""How far a negative signal reaches: to the next one that says the same (A4, A6)."""

from __future__ import annotations

from typing import Final

from streams.core.identifiers import EventId
from streams.core.indexes import Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.rules.duties import kinds_hit
from streams.core.rules.message_target import consent_target, is_own_offer, own_marketing_target
from streams.core.signal_index import order_of
from streams.core.signals import Signal, Target
from streams.core.vocabulary import UNCONDITIONAL_SIGNALS

END: Final = Instant(1 << 60)
"""After all instants."""


def reached_by(index: Indexes, signal: Signal, policy: Policy, found: set[EventId]) -> None:
    """The shares and messages that a signal of this scope can decide on.

    Of each kind of signal only the newest that hits counts, so it reaches to the next one.
    """
    for kind in kinds_hit(index.ledger, signal):
        if kind.shares.any_since(signal.at):
            until = _next_like(index, signal, kind.normal.target, policy)
            found.update([s.event_id for s in kind.shares.between(signal.at, until)])
    for messages in index.messages.kinds():
        if not messages.messages.any_since(signal.at):
            continue
        one = messages.one
        targets = [consent_target(one)]
        if is_own_offer(one) or signal.kind in UNCONDITIONAL_SIGNALS:
            targets.append(own_marketing_target(one))
        for target in targets:
            if signal.hits(target):
                until = _next_like(index, signal, target, policy)
                found.update([m.event_id for m in messages.messages.between(signal.at, until)])


def _next_like(index: Indexes, signal: Signal, target: Target, policy: Policy) -> Instant:
    """Until when a signal is the newest of its kind that hits a target, exclusive."""
    later = index.signals.next(target, signal.kind, order_of(signal))
    if later is None:
        return END
    if signal.kind in UNCONDITIONAL_SIGNALS:
        return later.at
    return Instant(later.at + max(settings.withdrawal_grace for settings in policy.ever))
