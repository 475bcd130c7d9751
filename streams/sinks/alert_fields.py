"""An alert as programs and people read it, the same for every service."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from streams.alerts.alert import Alert
from streams.core.instants import format_instant
from streams.siem.plain import identifier, sentence
from streams.siem.severity import WEIGHTS

TEST: Final = "[TEST] "


def alert_object(alert: Alert) -> dict[str, Any]:
    """All fields as JSON has them, instants as text."""
    fields: dict[str, Any] = msgspec.to_builtins(alert)
    return fields | {
        "uid": alert.uid,
        "first_at": format_instant(alert.first_at),
        "last_at": format_instant(alert.last_at),
    }


def level(alert: Alert) -> str:
    """critical, high, medium, low or info."""
    return WEIGHTS[alert.severity].level


def headline(alert: Alert, limit: int) -> str:
    """The summary in one line of at most `limit` bytes, marked where it is a test."""
    state = "Resolved: " if alert.state == "resolved" else ""
    return sentence(f"{TEST if alert.test else ''}{state}{alert.summary}", limit)


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What is known beside the summary, as pairs in the order in which people want it."""
    pairs: list[tuple[str, str | None]] = [
        ("Severity", alert.severity.value),
        ("Rule", f"{alert.code} {alert.title}"),
        ("Recipient", alert.recipient_id),
        ("Controller", alert.controller_id),
        ("Findings", _counts(alert)),
        ("First", format_instant(alert.first_at)),
        ("Last", format_instant(alert.last_at)),
        ("Law", "; ".join(alert.citations) or None),
        ("Waived", alert.waiver),
        ("Persons (pseudonyms)", ", ".join(map(identifier, alert.pseudonyms)) or None),
    ]
    return [(name, sentence(value)) for name, value in pairs if value]


def _counts(alert: Alert) -> str:
    provisional = f", {alert.provisional_count} provisional" if alert.provisional_count else ""
    return f"{alert.count} in all, {alert.open_count} open{provisional}"
