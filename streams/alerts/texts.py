"""What alerts say, in English and Dutch: recipient, rule, counts, instants, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.alerts.hours import local_text
from streams.alerts.policy_state import AlertGroup
from streams.core.instants import Instant
from streams.siem import words
from streams.siem.producer import Language

_EN, _NL = Language.EN, Language.NL

SUMMARY: Final = "ALERT_SUMMARY"
HEARTBEAT: Final = "HEARTBEAT"
SILENCE: Final = "PRODUCER_SILENT"
UNCONSENTED: Final = "SHARED_WITHOUT_CONSENT_EVENTS"

TITLES: Final = {
    SUMMARY: {_EN: "More alerts", _NL: "Meer meldingen"},
    HEARTBEAT: {_EN: "Heartbeat", _NL: "Levensteken"},
    SILENCE: {_EN: "Producer silent", _NL: "Producent zwijgt"},
    UNCONSENTED: {
        _EN: "Shared without consent events",
        _NL: "Gedeeld zonder toestemmingsgebeurtenissen",
    },
}

ACTIONS: Final = {
    SUMMARY: {
        _EN: "Look into the SIEM or `consentry watch` for what was found, the heaviest first.",
        _NL: "Bekijk in het SIEM of met `consentry watch` wat is gevonden, het zwaarste eerst.",
    },
    HEARTBEAT: {
        _EN: "Nothing: when it stays away, look at the deliverer.",
        _NL: "Niets: blijft het uit, kijk dan naar de bezorger.",
    },
    SILENCE: {
        _EN: "Ask its owner whether the producer runs; until then violations may go unseen.",
        _NL: "Vraag de eigenaar of de producent draait; tot dan kunnen overtredingen onopgemerkt "
        "blijven.",
    },
    UNCONSENTED: {
        _EN: "Check whether consent events arrive at all, and whether the history was imported "
        "(assess_from).",
        _NL: "Controleer of toestemmingsgebeurtenissen aankomen en of de historie is ingelezen "
        "(assess_from).",
    },
}


def group_summary(group: AlertGroup, language: Language, time_zone: str) -> str:
    """One sentence on a group."""
    first = local_text(time_zone, group.first_at)
    last = local_text(time_zone, group.last_at)
    rule = f"{words.title(group.content.code)} ({group.content.code})"
    to = group.content.shown_recipient
    if language is _NL:
        explanation = group.content.explanation_nl
        whom = f", ontvanger {to}" if to else ""
        counts = f"{group.count} in totaal, {group.open} open"
        when = f"eerste {first}, laatste {last}"
    else:
        explanation = group.content.explanation_en
        whom = f", recipient {to}" if to else ""
        counts = f"{group.count} in all, {group.open} open"
        when = f"first {first}, last {last}"
    return f"{rule}{whom}: {counts}; {when}. {explanation}"


def group_action(group: AlertGroup, language: Language) -> str:
    """What to do about a group."""
    return group.content.action_nl if language is _NL else group.content.action_en


def waiver_text(reason: str, owner: str, until: str, language: Language) -> str:
    """Why, by whom and until when something is accepted."""
    if language is _NL:
        return f"{reason} (eigenaar {owner}, tot {until})"
    return f"{reason} (owner {owner}, until {until})"


def many_summary(groups: Sequence[AlertGroup], cause: str, language: Language) -> str:
    """One sentence on what was held back: how many alerts, of which rules."""
    count = len(groups)
    found = sum(group.open for group in groups)
    by_code: dict[str, int] = {}
    for group in groups:
        by_code[group.content.code] = by_code.get(group.content.code, 0) + group.open
    top = sorted(by_code.items(), key=lambda item: (-item[1], item[0]))[:5]
    rules = ", ".join(f"{code} {number}" for code, number in top)
    more = "" if len(by_code) <= 5 else ", …"
    if language is _NL:
        why = "tijdens stille uren" if cause == "quiet" else "boven de grens per interval"
        return f"+{count} meldingen {why}, {found} open bevindingen: {rules}{more}"
    why = "in quiet hours" if cause == "quiet" else "above the limit of an interval"
    return f"+{count} more alerts {why}, {found} open findings: {rules}{more}"


def silence_summary(kind: str, last: Instant, language: Language, time_zone: str) -> str:
    """One sentence on a kind of events that stays away."""
    at = local_text(time_zone, last)
    if language is _NL:
        return f"Geen {kind}-gebeurtenissen sinds {at}"
    return f"No {kind} events since {at}"


def unconsented_summary(shared: int, unconsented: int, language: Language) -> str:
    """One sentence on shares without consent events."""
    share = f"{unconsented / shared:.0%}" if shared else "0%"
    if language is _NL:
        return (
            f"Van {unconsented} van {shared} personen wier gegevens zijn gedeeld ({share}) is "
            "nooit een toestemmingsgebeurtenis gezien"
        )
    return (
        f"Of {unconsented} of {shared} persons whose data were shared ({share}) no consent event "
        "was ever seen"
    )


def heartbeat_summary(language: Language) -> str:
    """One sentence that says that all is well on the way here."""
    return "Consentry bezorgt meldingen" if language is _NL else "Consentry delivers alerts"
