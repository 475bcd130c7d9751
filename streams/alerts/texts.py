"""What alarms of the policy's own say, in English and Dutch, and what to do about them."""

from __future__ import annotations

from typing import Final

from streams.alerts.hours import local_text
from streams.core.instants import Instant
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
        _EN: "Check whether consent events arrive at all, and whether those of the past were "
        "imported.",
        _NL: "Controleer of toestemmingsgebeurtenissen aankomen en of die van vroeger zijn "
        "ingelezen.",
    },
}


def silence_summary(
    kind: str, last: Instant, language: Language, time_zone: str, *, firing: bool
) -> str:
    """One sentence on a kind of events that stays away, or is there again."""
    at = local_text(time_zone, last)
    if not firing:
        if language is _NL:
            return f"{kind}-gebeurtenissen komen weer binnen, sinds {at}"
        return f"{kind} events arrive again, since {at}"
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
