"""Grants: the tests T1 to T11, how long a grant lasts, and what it covers (4.1, 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.facts import Event, History, at, categories, instant, many, recorded, span

AFFIRMATIVE = (
    "CHECKBOX_UNTICKED",
    "BUTTON",
    "DOUBLE_OPT_IN",
    "WRITTEN_SIGNED",
    "ORAL_RECORDED",
    "EXPLICIT_STATEMENT",
)
EXPLICIT = ("EXPLICIT_STATEMENT", "WRITTEN_SIGNED")
MUST_BE_NAMED = ("INBOX_AD", "AUTOMATED_CALL")
VALIDITY = (7, 8, 9, 10, 11)


@dataclass
class Target:
    """What a consent must cover: purpose, recipient if there is one, channel and topic if any.

    `sender` is who sends its own marketing: signals are measured by that, not by `recipient`.
    """

    purpose: str
    recipient: str | None = None
    recipient_category: str | None = None
    channel: str | None = None
    topic: str | None = None
    sender: str | None = None
    any_recipient_lifts: bool = False


def fails(history: History, grant: Event, test: int) -> bool:
    """Whether a grant by itself fails one of the tests T7 to T11."""
    settings = history.settings
    method = grant.get("consent_method")
    match test:
        case 7:
            return method not in AFFIRMATIVE
        case 8:
            age = grant.get("age_band") or "UNKNOWN"
            young = age in {"UNDER_12", "AGE_12_15", "UNDER_16"} or (
                age == "UNKNOWN" and settings["unknown_age"] == "UNDER_16"
            )
            guarded = young or grant.get("under_guardianship") is True
            return guarded and grant.get("guardian_consent") is not True
        case 9:
            allowed = span(settings["max_recording_delay"].get(method, "PT24H"))
            return grant.get("evidence_ref") is None or recorded(grant) - at(grant) > allowed
        case 10:
            return grant.get("notice_version") is None
        case 11:
            return (
                grant.get("bundled_with_terms") is True
                or grant.get("condition_of_service") is True
                or grant.get("separate_act") is False
            )
        case _:
            raise AssertionError(test)


def defective(history: History, grant: Event) -> bool:
    """A01: the grant fails one of T7 to T11."""
    return any(fails(history, grant, test) for test in VALIDITY)


def names(grant: Event, target: Target) -> bool:
    return target.recipient is None or target.recipient in many(grant, "recipient_ids")


def by_category(grant: Event, target: Target) -> bool:
    return target.recipient_category is not None and (
        target.recipient_category in many(grant, "recipient_categories")
    )


def covers_way(grant: Event, target: Target) -> bool:
    """T5 and A9: the channel and the topic of a message; a share has neither."""
    if target.channel is None:
        return True
    channels, topics = many(grant, "channels"), many(grant, "topics")
    if channels and target.channel not in channels:
        return False
    if not channels and target.channel in MUST_BE_NAMED:
        return False
    return not topics or target.topic in topics


def unverified_call(history: History, grant: Event, target: Target) -> bool:
    """T9 under P25: a call, and the number was not verified."""
    return (
        history.settings["phone_consent_needs_verified_number"]
        and target.channel in {"PHONE_HUMAN", "AUTOMATED_CALL"}
        and "PHONE" not in many(grant, "verified_contact")
    )


def failures(
    history: History, grant: Event, target: Target, category: str | None, t: datetime
) -> list[int]:
    """The tests that a grant fails for a target and one data category (None: any) at t."""
    failed: list[int] = []
    if target.purpose not in many(grant, "purposes"):
        failed.append(1)
    if not names(grant, target):
        if not by_category(grant, target):
            failed.append(2)
        elif history.settings["named_recipient_required"]:
            failed.append(3)
    if category is not None and category not in categories(grant):
        failed.append(4)
    if not covers_way(grant, target):
        failed.append(5)
    if grant.get("expires_at") and t >= instant(grant["expires_at"]):
        failed.append(6)
    if unverified_call(history, grant, target):
        failed.append(9)
    return failed + [test for test in VALIDITY if fails(history, grant, test)]


def grants_until(history: History, t: datetime) -> list[Event]:
    """The grants that count at t (A1, A2, P12)."""
    return [
        g
        for g in history.of("consent-change", "GRANTED")
        if at(g) < t or (at(g) == t and history.settings["grant_at_same_instant_valid"])
    ]


def replaced(history: History, grant: Event, t: datetime) -> bool:
    """A8: another grant, defective or not, took its place at or before t."""
    return any(
        other["event_id"] != grant["event_id"]
        and other.get("replaces_consent_id") is not None
        and other["replaces_consent_id"] == grant.get("consent_id")
        and at(grant) <= at(other) <= t
        for other in history.of("consent-change", "GRANTED")
    )
