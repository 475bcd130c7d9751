"""Negative signals: what they hit, what lifts them, which grants they kill (4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.consents import (
    Target,
    by_category,
    covers_channel,
    defective,
    failures,
    grants_until,
    names,
    replaced,
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


@dataclass
class Signal:
    """A negative signal; one that cites a consent can have several scopes."""

    kind: str
    at: datetime
    in_force_from: datetime
    scopes: list[Scope]

    def hits(self, target: Target) -> bool:
        return any(_hits(scope, target) for scope in self.scopes)


def _hits(scope: Scope, target: Target) -> bool:
    """A4."""
    if target.purpose not in scope.purposes:
        return False
    if not _hits_recipient(scope, target):
        return False
    if not scope.channels:
        return True
    if target.channel is None:
        return target.purpose != "OWN_DIRECT_MARKETING"  # a share has no channel
    return target.channel in scope.channels


def _hits_recipient(scope: Scope, target: Target) -> bool:
    """A recipient whose category nobody stated may be of any (ambiguity is read widest)."""
    if not scope.recipients and not scope.recipient_categories:
        return True
    if target.recipient is None:
        return False
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
        found.append(
            Signal(event["action"], at(event), at(event) + grace, scopes_of(history, event))
        )
    for event in history.of("purchase", "PURCHASED"):
        channels = [c for d in many(event, "contact_details_obtained") for c in CHANNELS_OF[d]]
        if event.get("opt_out_exercised_at_collection") is True and channels:
            scope = Scope(["OWN_DIRECT_MARKETING"], [], [], channels)
            found.append(Signal("OBJECTED", at(event), at(event), [scope]))
    return found


def scopes_of(history: History, event: Event) -> list[Scope]:
    """Stated fields, else those of the cited consent, else the widest (3.3, A4).

    The cited consent is the newest grant of that id at or before the signal; several of
    one instant are all meant. A4 says this of withdrawals and refusals; what an
    objection or erasure request leaves unstated is widest, whatever it cites (3.3).
    """
    purposes, channels = many(event, "purposes"), many(event, "channels")
    whom = many(event, "recipient_ids"), many(event, "recipient_categories")
    cited = [
        g
        for g in history.of("consent-change", "GRANTED")
        if event["action"] in {"WITHDRAWN", "REFUSED"}
        and event.get("consent_id") is not None
        and g.get("consent_id") == event["consent_id"]
        and at(g) <= at(event)
    ]
    if not cited:
        return [Scope(purposes or list(MARKETING), whom[0], whom[1], channels)]
    newest = max(at(g) for g in cited)
    found = []
    for g in cited:
        if at(g) == newest:
            theirs = many(g, "recipient_ids"), many(g, "recipient_categories")
            recipients, kinds = whom if any(whom) else theirs
            meant = purposes or many(g, "purposes")
            found.append(Scope(meant, recipients, kinds, channels or many(g, "channels")))
    return found


def lifted(history: History, signal: Signal, target: Target, t: datetime) -> bool:
    """A5: by a sound grant after the signal that covers the same target."""
    for grant in grants_until(history, t):
        covers = target.purpose in many(grant, "purposes") and covers_channel(grant, target.channel)
        to_recipient = (
            target.any_recipient_lifts
            or names(grant, target)
            or (by_category(grant, target) and not history.settings["named_recipient_required"])
        )
        if at(grant) > signal.at and covers and to_recipient and not defective(history, grant):
            return True
    return False


def unlifted(history: History, target: Target, t: datetime, hit: Target | None = None) -> set[str]:
    """The kinds of signal in force against a target at t.

    `hit` is what the signals must hit where it is not what a grant must cover.
    """
    return {
        s.kind
        for s in signals(history)
        if s.in_force_from <= t and s.hits(hit or target) and not lifted(history, s, target, t)
    }


def killed(history: History, grant: Event, target: Target, t: datetime) -> bool:
    """A6: a signal at or after the grant hits the target."""
    return any(
        s.at >= at(grant) and s.in_force_from <= t and s.hits(target) for s in signals(history)
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
