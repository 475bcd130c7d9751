"""What the events of one person are: instants, duplicates, settings (3.2, 4.5, 6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

Event = dict[str, Any]
Settings = dict[str, Any]

MARKETING = (
    "THIRD_PARTY_DIRECT_MARKETING",
    "OWN_DIRECT_MARKETING",
    "AD_AUDIENCE_MATCHING",
    "THIRD_PARTY_OFFERS",
)

DEFAULTS: Settings = {
    "legitimate_interest_mode": "NEVER",  # severity only: no result here depends on it
    "named_recipient_required": True,
    "joint_controller_as_third_party": True,
    "ad_platform_processor_accepted": False,
    "telemarketing_customer_exception_sector": "NONE",
    "reversed_sale_supports_soft_opt_in": False,
    "indirect_consideration_accepted": False,
    "similar_products": [["COFFEE", "TEA"]],
    "soft_opt_in_max_age": "P1096D",
    "withdrawal_grace": "PT0S",
    "grant_at_same_instant_valid": True,
    "refusal_blocks_soft_opt_in": True,
    "notify_deadline": "PT72H",
    "max_recording_delay": {"WRITTEN_SIGNED": "P30D", "ORAL_RECORDED": "P7D"},
    "unknown_age": "ALLOW",
    "unknown_recipient_role": "THIRD_PARTY",
    "allow_basis_fallback": True,
    "phone_consent_needs_verified_number": False,
    "assess_from": "2018-05-24T22:00:00Z",
}


@dataclass
class History:
    """All that counts of one person, and the settings to judge it by."""

    controller: str
    events: list[Event]
    settings: Settings

    def of(self, event_type: str, *actions: str) -> list[Event]:
        """The events of a type, and of the given actions if any are given."""
        return [
            e
            for e in self.events
            if e["event_type"] == event_type and (not actions or e["action"] in actions)
        ]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def at(event: Event) -> datetime:
    return instant(event["occurred_at"])


GDPR_APPLIES = instant("2018-05-24T22:00:00Z")


def recorded(event: Event) -> datetime:
    return instant(event.get("recorded_at") or event["occurred_at"])


def assessed(history: History, event: Event) -> bool:
    """Neither before the GDPR applied nor before the start that the policy sets."""
    starts = (GDPR_APPLIES, instant(history.settings["assess_from"]))
    return at(event) >= max(starts)


def many(event: Event, field: str) -> list[str]:
    """A list field; an absent one is empty."""
    return list(event.get(field) or [])


def categories(event: Event) -> list[str]:
    """The data categories, with the alias NAW spelt out (3.8)."""
    found: list[str] = []
    for name in many(event, "data_categories"):
        found += ["NAME", "POSTAL_ADDRESS", "RESIDENCE"] if name == "NAW" else [name]
    return found


def span(text: str) -> timedelta:
    """A duration of ISO 8601 with days, hours, minutes and seconds."""
    shape = r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
    parts = re.fullmatch(shape, text)
    assert parts, text
    days, hours, minutes, seconds = (float(p or 0) for p in parts.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def fingerprint(event: Event) -> str:
    """4.5: SHA-256 of the canonical JSON; an absent `recorded_at` is the `occurred_at`."""
    whole = event | {"recorded_at": event.get("recorded_at") or event["occurred_at"]}
    kept = {
        k: v
        for k, v in whole.items()
        if v is not None and v != [] and k not in {"trace_id", "schema_version"}
    }
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def holds_raw_value(event: Event) -> bool:
    """Q02, e-mail addresses only: the rest of Q02 is the decoder's own test."""
    address = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
    texts = [v for value in event.values() for v in (value if isinstance(value, list) else [value])]
    return any(address.fullmatch(token) for t in texts if isinstance(t, str) for token in t.split())


def without_duplicates(events: Iterable[Event]) -> tuple[list[Event], list[Event]]:
    """One payload of each type and id, in order of time; and those that had rivals (Q03)."""
    payloads: dict[tuple[str, str], dict[str, Event]] = {}
    for event in events:
        name = event["event_type"], event["event_id"]
        payloads.setdefault(name, {})[fingerprint(event)] = event
    kept, rivals = [], []
    for rivalling in payloads.values():
        counts = min(rivalling.items(), key=lambda p: (is_grant(p[1]), recorded(p[1]), p[0]))[1]
        kept.append(counts)
        if len(rivalling) > 1:
            rivals.append(counts)
    return sorted(kept, key=lambda e: (at(e), e["event_id"])), rivals


def is_grant(event: Event) -> bool:
    return bool(event["event_type"] == "consent-change" and event["action"] == "GRANTED")


def with_defaults(policy: Mapping[str, Any]) -> Settings:
    """The settings, with the default where the policy says nothing."""
    settings = DEFAULTS | dict(policy)
    settings["max_recording_delay"] = (
        DEFAULTS["max_recording_delay"] | settings["max_recording_delay"]
    )
    return settings
