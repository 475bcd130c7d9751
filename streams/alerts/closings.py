"""Why a finding or duty is closed, as a resolved alert says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streams.alerts.figures import number
from streams.core.findings import Duty, OutputRecord
from streams.core.vocabulary import ClosingReason, DutyStatus, Status
from streams.siem.producer import Language

LEFT: Final = "left"
MOVED: Final = "moved"
REROUTED: Final = "rerouted"

_BECAUSE: Final[dict[str, tuple[str, str]]] = {
    ClosingReason.LATE_EVIDENCE.value: (
        "records that arrived later show that all was in order",
        "later ontvangen gegevens tonen dat het in orde was",
    ),
    ClosingReason.POLICY_CHANGED.value: ("the policy was changed", "het beleid is gewijzigd"),
    ClosingReason.RULES_CHANGED.value: (
        "a new version of the rules is in use",
        "een nieuwe versie van de regels in gebruik is",
    ),
    ClosingReason.ERASED.value: (
        "the data of the persons were erased",
        "de gegevens van de personen zijn gewist",
    ),
    ClosingReason.REBUILT.value: ("they were withdrawn before", "ze al waren ingetrokken"),
    ClosingReason.SUPERSEDED.value: (
        "they are reported under other ids",
        "ze onder een ander id zijn gemeld",
    ),
    Status.REMEDIATED.value: (
        "what had to be done was done, although late",
        "is gedaan wat moest worden gedaan, hoewel te laat",
    ),
    DutyStatus.FULFILLED.value: (
        "the recipient was notified in time",
        "de ontvanger op tijd is geïnformeerd",
    ),
    DutyStatus.FULFILLED_LATE.value: (
        "the recipient was notified, too late",
        "de ontvanger is geïnformeerd, te laat",
    ),
    DutyStatus.CANCELLED.value: ("the duty applies no more", "de plicht niet meer geldt"),
    LEFT: ("the data of the persons are no longer kept", "gegevens niet meer worden bewaard"),
    MOVED: ("they are reported under another rule", "ze onder een andere regel zijn gemeld"),
    REROUTED: ("they go to other people now", "ze nu naar anderen gaan"),
}
_OTHERWISE: Final = ("they were closed earlier", "ze eerder zijn gesloten")
"""Of findings that were closed before their reason was kept."""


def closed_because(record: OutputRecord) -> str:
    """The key of the reason for which this revision closes; for `reasons`."""
    if isinstance(record, Duty):
        retracted = record.status is DutyStatus.RETRACTED
        return (ClosingReason.LATE_EVIDENCE if retracted else record.status).value
    if record.status is not Status.RETRACTED:
        return record.status.value
    known = record.reason in {reason.value for reason in ClosingReason}
    return str(record.reason) if known else ClosingReason.LATE_EVIDENCE.value


def reasons(closed: Mapping[str, int], count: int, language: Language) -> str:
    """`because the policy was changed`, or with the number of each where there are several."""
    by_reason = {_BECAUSE[key]: many for key, many in closed.items() if many and key in _BECAUSE}
    left = count - sum(by_reason.values())
    if left > 0:
        by_reason[_OTHERWISE] = left
    ranked = sorted(by_reason.items(), key=lambda one: (-one[1], one[0]))
    dutch = language is Language.NL
    word = "omdat" if dutch else "because"
    if len(ranked) == 1:
        return f"{word} {ranked[0][0][dutch]}"
    return "; ".join(f"{number(many, language)} {word} {why[dutch]}" for why, many in ranked)
