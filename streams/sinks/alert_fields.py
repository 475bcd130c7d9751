"""An alert as programs and people read it, the same for every service."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from streams.alerts.alert import Alert
from streams.alerts.figures import number
from streams.alerts.hours import local_span
from streams.alerts.names import page_name
from streams.core.codes import entry_of
from streams.core.instants import format_instant
from streams.core.vocabulary import Severity
from streams.siem.plain import identifier, sentence
from streams.siem.producer import Language
from streams.siem.severity import WEIGHTS

TEST: Final = "[TEST] "

_DUTCH: Final = {
    "What to do first": "Wat eerst te doen",
    "What remains": "Wat nog te doen",
    "Why": "Waarom",
    "Severity": "Ernst",
    "Recipient": "Ontvanger",
    "Controller": "Verantwoordelijke",
    "Findings": "Bevindingen",
    "Events": "Gebeurtenissen",
    "Rule": "Regel",
    "Law": "Wet",
    "Accepted": "Aanvaard",
    "Persons (pseudonyms)": "Personen (pseudoniemen)",
    "Resolved: ": "Opgelost: ",
}

_SEVERITIES_IN_DUTCH: Final = {
    Severity.CRITICAL: "Kritiek",
    Severity.HIGH: "Hoog",
    Severity.MEDIUM: "Middel",
    Severity.LOW: "Laag",
    Severity.OBLIGATION: "Verplichting",
    Severity.ADVISORY: "Advies",
    Severity.QUALITY: "Gegevenskwaliteit",
}


def alert_object(alert: Alert) -> dict[str, Any]:
    """All fields as JSON has them, instants as text."""
    fields: dict[str, Any] = msgspec.to_builtins(alert)
    since = alert.fires_since
    return fields | {
        "uid": alert.uid,
        "first_at": format_instant(alert.first_at),
        "last_at": format_instant(alert.last_at),
        "fires_since": None if since is None else format_instant(since),
    }


def level(alert: Alert) -> str:
    """critical, high, medium, low or info."""
    return WEIGHTS[alert.severity].level


def label(alert: Alert, name: str) -> str:
    """What stands before a fact, in the language of the alert."""
    return _DUTCH[name] if alert.language is Language.NL else name


def headline(alert: Alert, limit: int) -> str:
    """The summary in one line of at most `limit` bytes, marked where it is a test."""
    state = label(alert, "Resolved: ") if alert.state == "resolved" else ""
    return sentence(f"{TEST if alert.test else ''}{state}{alert.summary}", limit)


def what_to_do(alert: Alert, limit: int = 1_024) -> tuple[str, str]:
    """The name and the text of what is to be done first; of a resolved alert, what remains."""
    name = "What to do first" if alert.state == "firing" else "What remains"
    return label(alert, name), sentence(alert.action, limit)


def shown_recipient(alert: Alert) -> str:
    """The recipient's name as pages and labels have it; empty where there is none."""
    return "" if alert.recipient_id is None else page_name(alert.recipient_id)


def shown_controller(alert: Alert) -> str:
    """The same of the controller."""
    return "" if alert.controller_id is None else page_name(alert.controller_id)


def for_people(alert: Alert) -> list[tuple[str, str]]:
    """The facts under names in the language of the alert."""
    return [(label(alert, name), value) for name, value in facts(alert)]


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What is known beside the summary, as pairs in the order in which people want it."""
    counted = alert.count > 0
    pairs: list[tuple[str, str | None]] = [
        ("Why", alert.explanation),
        ("Severity", _severity(alert)),
        ("Recipient", shown_recipient(alert)),
        ("Controller", shown_controller(alert)),
        ("Findings", _counts(alert) if counted else None),
        ("Events", local_span(alert.time_zone, alert.first_at, alert.last_at) if counted else None),
        ("Rule", _rule(alert)),
        ("Law", "; ".join(alert.citations) or None),
        ("Accepted", alert.waiver),
        ("Persons (pseudonyms)", ", ".join(map(identifier, alert.pseudonyms)) or None),
    ]
    return [(name, sentence(value)) for name, value in pairs if value]


def _severity(alert: Alert) -> str:
    if alert.language is Language.NL:
        return _SEVERITIES_IN_DUTCH[alert.severity]
    return alert.severity.value.capitalize()


def _rule(alert: Alert) -> str:
    """The code, and the number that it has in the norm."""
    entry = entry_of(alert.code)
    return f"{alert.code} ({entry.number})" if entry else alert.code


def _counts(alert: Alert) -> str:
    dutch = alert.language is Language.NL
    found, open_ = number(alert.count, alert.language), number(alert.open_count, alert.language)
    text = f"{open_} open van {found}" if dutch else f"{open_} open of {found}"
    if not alert.provisional_count:
        return text
    may = number(alert.provisional_count, alert.language)
    if dutch:
        return f"{text}; {may} nog niet definitief"
    return f"{text}; {may} may still be withdrawn"
