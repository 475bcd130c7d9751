"""Duties to notify recipients, and which of them nobody fulfilled in time (4.4)."""

from __future__ import annotations

from datetime import datetime

from tests.oracle.consents import by_category, defective
from tests.oracle.facts import Event, History, at, many, span
from tests.oracle.shares import judge_share, nature, target_of, targets_of
from tests.oracle.signals import signal_of

AGAINST_THE_WILL = {
    "SHARE_AFTER_OBJECTION",
    "SHARE_AFTER_WITHDRAWAL",
    "SHARE_DESPITE_REFUSAL",
}
Duty = tuple[str, str, str]
"""The trigger by type and id, and the recipient."""


def judge_duties(history: History, clock: datetime | None) -> tuple[list[Duty], list[Duty]]:
    """All duties as (trigger event, recipient), and those that are overdue at the clock."""
    duties: list[Duty] = []
    overdue: list[Duty] = []
    for trigger in history.events:
        for recipient, shares in owed(history, trigger).items():
            duty = trigger["event_type"], trigger["event_id"], recipient
            duties.append(duty)
            if (
                clock is not None
                and clock > due_at(history, trigger)
                and not was_notified(history, trigger, recipient)
                and not cancelled(history, trigger, recipient, shares)
            ):
                overdue.append(duty)
    return duties, overdue


def due_at(history: History, trigger: Event) -> datetime:
    return at(trigger) + span(history.settings["notify_deadline"])


def owed(history: History, trigger: Event) -> dict[str, list[Event]]:
    """The recipients to notify on account of an event, each with the shares it had."""
    owed_to: dict[str, list[Event]] = {}
    if trigger["event_type"] == "data-share":
        if AGAINST_THE_WILL & set(judge_share(history, trigger)):
            owed_to[trigger["recipient_id"]] = [trigger]
        return owed_to
    if trigger["event_type"] != "consent-change" or trigger["action"] not in {
        "WITHDRAWN",
        "OBJECTED",
        "ERASED",
    }:
        return owed_to
    signal = signal_of(history, trigger, at(trigger))
    for share in history.of("data-share"):
        kind = nature(history, share)
        if (
            at(share) < at(trigger)
            and kind.external
            and kind.marketing
            and signal.hits_one_of(targets_of(history, share))
        ):
            owed_to.setdefault(share["recipient_id"], []).append(share)
    return owed_to


def was_notified(history: History, trigger: Event, recipient: str) -> bool:
    return any(
        note["recipient_id"] == recipient and at(trigger) <= at(note) <= due_at(history, trigger)
        for note in history.of("recipient-notification")
    )


def cancelled(history: History, trigger: Event, recipient: str, shares: list[Event]) -> bool:
    """A sound new grant, in time, for every purpose shared; never for a share's own duty."""
    if trigger["event_type"] == "data-share":
        return False
    return all(
        any(
            at(trigger) < at(grant) <= due_at(history, trigger)
            and not defective(history, grant)
            and {nature(history, share).purpose, share["purpose"]} & set(many(grant, "purposes"))
            and _reaches(history, grant, recipient, share)
            for grant in history.of("consent-change", "GRANTED")
        )
        for share in shares
    )


def _reaches(history: History, grant: Event, recipient: str, share: Event) -> bool:
    if nature(history, share).role == "PROCESSOR" or recipient in many(grant, "recipient_ids"):
        return True
    named = history.settings["named_recipient_required"]
    return not named and by_category(grant, target_of(history, share))
