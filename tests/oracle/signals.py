"""Negative signals: what they hit, what lifts them, which grants they kill (4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.consents import (
    Target,
    by_category,
    covers_way,
    defective,
    failures,
    grants_until,
    names,
    replaced,
    unverified_call,
)
from tests.oracle.facts import MARKETING, Event, History, at, many, span

CHANNELS_OF = {"EMAIL": ["EMAIL"], "PHONE": ["SMS", "MESSAGING_APP", "PHONE_HUMAN"]}


@dataclass
class Scope:
    """What a signal is about. Recipients and their categories, channels: empty is all."""

    purposes: list[str]
    recipients: list[str]
    recipient_categories: list[str]
    channels: list[str]
    topics: list[str]


@dataclass
class Signal:
    """A negative signal; `ends` is the consent that it ends by its id alone."""

    kind: str
    at: datetime
    in_force_from: datetime
    scope: Scope
    ends: str | None = None

    def hits(self, target: Target) -> bool:
        return _hits(self.scope, target)

    def hits_one_of(self, targets: list[Target]) -> bool:
        return any(self.hits(target) for target in targets)


def _hits(scope: Scope, target: Target) -> bool:
    """A4."""
    if target.purpose not in scope.purposes:
        return False
    if not _hits_recipient(scope, target):
        return False
    if target.channel is None:  # a share has no channel and no topic
        limited = scope.channels or scope.topics
        return not limited or target.purpose != "OWN_DIRECT_MARKETING"
    on_channel = not scope.channels or target.channel in scope.channels
    on_topic = not scope.topics or target.topic is None or target.topic in scope.topics
    return on_channel and on_topic


def _hits_recipient(scope: Scope, target: Target) -> bool:
    """A recipient whose category nobody stated may be of any (ambiguity is read widest)."""
    if not scope.recipients and not scope.recipient_categories:
        return True
    if target.sender is not None:
        return target.sender in scope.recipients
    if target.recipient in scope.recipients:
        return True
    category = target.recipient_category
    return bool(scope.recipient_categories) and (
        category is None or category in scope.recipient_categories
    )


def signals(history: History) -> list[Signal]:
    """All negative signals, opt-outs at collection among them."""
    found = []
    for event in history.of("consent-change", "REFUSED", "WITHDRAWN", "OBJECTED", "ERASED"):
        grace = span("PT0S")
        if event["action"] in {"WITHDRAWN", "REFUSED"}:
            grace = span(history.settings["withdrawal_grace"])
        found.append(signal_of(history, event, at(event) + grace))
    for event in history.of("purchase", "PURCHASED"):
        channels = [c for d in many(event, "contact_details_obtained") for c in CHANNELS_OF[d]]
        if event.get("opt_out_exercised_at_collection") is True and channels:
            scope = Scope(["OWN_DIRECT_MARKETING"], [], [], channels, [])
            found.append(Signal("OBJECTED", at(event), at(event), scope))
    return found


def signal_of(history: History, event: Event, in_force_from: datetime) -> Signal:
    stated = ("purposes", "recipient_ids", "recipient_categories", "channels", "topics")
    by_id_alone = event["action"] in {"WITHDRAWN", "REFUSED"} and not any(
        many(event, field) for field in stated
    )
    return Signal(
        event["action"],
        at(event),
        in_force_from,
        scope_of(history, event),
        event.get("consent_id") if by_id_alone else None,
    )


def scope_of(history: History, event: Event) -> Scope:
    """Stated fields, else those of the cited consent, else the widest (3.3, A4).

    The cited consent is the newest grant of that id at or before the signal, of one instant
    the one with the highest event id. A4 says this of withdrawals and refusals; what an
    objection or erasure request leaves unstated is widest, whatever it cites.
    """
    cited: Event = {}
    if event["action"] in {"WITHDRAWN", "REFUSED"} and event.get("consent_id") is not None:
        of_that_id = [
            g
            for g in history.of("consent-change", "GRANTED")
            if g.get("consent_id") == event["consent_id"] and at(g) <= at(event)
        ]
        cited = max(of_that_id, key=lambda g: (at(g), g["event_id"]), default={})
    whom = (
        event if any(many(event, f) for f in ("recipient_ids", "recipient_categories")) else cited
    )
    return Scope(
        many(event, "purposes") or many(cited, "purposes") or list(MARKETING),
        many(whom, "recipient_ids"),
        many(whom, "recipient_categories"),
        many(event, "channels") or many(cited, "channels"),
        many(event, "topics") or many(cited, "topics"),
    )


def lifted(history: History, signal: Signal, targets: list[Target], t: datetime) -> bool:
    """A5: by a sound grant after the signal that covers one of the targets."""
    return any(
        at(grant) > signal.at and not defective(history, grant) and _covers(history, grant, target)
        for grant in grants_until(history, t)
        for target in targets
    )


def _covers(history: History, grant: Event, target: Target) -> bool:
    to_recipient = (
        target.any_recipient_lifts
        or names(grant, target)
        or (by_category(grant, target) and not history.settings["named_recipient_required"])
    )
    return (
        target.purpose in many(grant, "purposes")
        and covers_way(grant, target)
        and to_recipient
        and not unverified_call(history, grant, target)
    )


def unlifted(
    history: History, hit: list[Target], t: datetime, lifting: list[Target] | None = None
) -> set[str]:
    """The kinds of signal in force at t against one of the targets.

    `lifting` are the targets that a later grant may cover, where they are not the same.
    """
    return {
        s.kind
        for s in signals(history)
        if s.in_force_from <= t and s.hits_one_of(hit) and not lifted(history, s, lifting or hit, t)
    }


def killed(history: History, grant: Event, target: Target, t: datetime) -> bool:
    """A6: a signal at or after the grant hits the target, or ends that very consent."""
    return any(
        s.at >= at(grant)
        and s.in_force_from <= t
        and (s.hits(target) or (s.ends is not None and s.ends == grant.get("consent_id")))
        for s in signals(history)
    )


def live(history: History, target: Target, category: str | None, t: datetime) -> list[Event]:
    """The grants that make a use of one data category (None: not looked at) lawful at t."""
    return [
        g
        for g in grants_until(history, t)
        if not failures(history, g, target, category, t)
        and not replaced(history, g, t)
        and not killed(history, g, target, t)
    ]
