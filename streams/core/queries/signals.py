"""Which signals hit a target, and which end a consent (legal model 4.1, A4, A6)."""

from __future__ import annotations

from streams.core.identifiers import ConsentId
from streams.core.instants import Instant
from streams.core.policy import Policy, PolicySettings
from streams.core.queries.indexed import indexes_of
from streams.core.signals import Signal
from streams.core.subject import Subject
from streams.core.targets import Target
from streams.core.vocabulary import (
    UNCONDITIONAL_SIGNALS,
    ConsentAction,
)

SIGNAL_KINDS = (
    ConsentAction.OBJECTED,
    ConsentAction.ERASED,
    ConsentAction.WITHDRAWN,
    ConsentAction.REFUSED,
)
"""The negative signals, strongest first (4.2, 4a)."""


def newest_hits(
    subject: Subject, target: Target, at: Instant, settings: PolicySettings, policy: Policy
) -> list[Signal]:
    """A4: of each kind the newest signal that hits a target as of an instant.

    Older ones of the kind change nothing: they are lifted and kill where it does.
    """
    found: list[Signal] = []
    index = indexes_of(subject, policy)
    # P11: grace delays a withdrawal or refusal, never an objection or erasure.
    by_grace = Instant(at - settings.withdrawal_grace)
    if index is not None:
        for kind in SIGNAL_KINDS:
            until = at if kind in UNCONDITIONAL_SIGNALS else by_grace
            signal = index.signals.newest(target, kind, until)
            if signal is not None:
                found.append(signal)
        return found
    kinds: set[ConsentAction] = set()
    for raw in subject.signals.backwards(at):
        kind = raw.kind
        if kind in kinds or (kind not in UNCONDITIONAL_SIGNALS and raw.at > by_grace):
            continue
        signal = scoped(subject, raw)
        if signal.hits(target):
            kinds.add(kind)
            found.append(signal)
    return found


def scoped(subject: Subject, signal: Signal) -> Signal:
    """A signal with its full scope (A4): the cited consent as of the signal's instant."""
    if signal.cites is None:
        return signal
    index = subject.index
    if index is not None:
        return signal.scoped(index.signals.cited(signal))
    cited = [
        grant for grant in subject.grants.through(signal.at) if grant.consent_id == signal.cites
    ]
    return signal.scoped(max(cited, key=lambda grant: grant.order, default=None))


def newest_ending(subject: Subject, consent_id: ConsentId, until: Instant) -> Signal | None:
    """A6: the newest signal at or before an instant that ends a consent by its id alone."""
    index = subject.index
    if index is not None:
        return index.consents.newest_ending(consent_id, until)
    for signal in subject.signals.backwards(until):
        if signal.ends and signal.cites == consent_id:
            return signal
    return None
