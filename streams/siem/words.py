"""What a line says to people, in their language."""

from __future__ import annotations

from typing import Final

from streams.core.findings import Finding
from streams.core.vocabulary import DutyStatus, Status
from streams.siem.lifecycle import Step, Told, step
from streams.siem.producer import Language

_STEPS: Final[dict[Step, dict[Language, str]]] = {
    Step.OPENED: {Language.EN: "", Language.NL: ""},
    Step.REVISED: {Language.EN: "Changed.", Language.NL: "Gewijzigd."},
    Step.REOPENED: {Language.EN: "Found again.", Language.NL: "Opnieuw vastgesteld."},
}

_CLOSED_FINDING: Final[dict[Status, dict[Language, str]]] = {
    Status.RETRACTED: {
        Language.EN: "Retracted: evidence that came later shows no violation. It had said:",
        Language.NL: "Ingetrokken: later binnengekomen bewijs toont geen overtreding. Er stond:",
    },
    Status.REMEDIATED: {
        Language.EN: "Remedied after the deadline.",
        Language.NL: "Na de termijn hersteld.",
    },
}

_DUTY: Final[dict[DutyStatus, dict[Language, str]]] = {
    DutyStatus.FULFILLED: {
        Language.EN: "Fulfilled in time.",
        Language.NL: "Tijdig nagekomen.",
    },
    DutyStatus.CANCELLED: {
        Language.EN: "No longer required: consent was given again in time.",
        Language.NL: "Niet meer nodig: tijdig is opnieuw toestemming gegeven.",
    },
    DutyStatus.OVERDUE: {
        Language.EN: "The deadline has passed.",
        Language.NL: "De termijn is verstreken.",
    },
    DutyStatus.FULFILLED_LATE: {
        Language.EN: "Fulfilled after the deadline.",
        Language.NL: "Na de termijn nagekomen.",
    },
    DutyStatus.RETRACTED: {
        Language.EN: "Retracted: evidence that came later shows no such duty. It had said:",
        Language.NL: "Ingetrokken: later binnengekomen bewijs toont geen plicht. Er stond:",
    },
}


def progress(told: Told, language: Language) -> str:
    """What happened, in a sentence; empty for what is simply new."""
    if isinstance(told, Finding):
        texts = _CLOSED_FINDING.get(told.status)
    else:
        texts = _DUTY.get(told.status)
    return (texts or _STEPS[step(told)])[language]


def message(told: Told, language: Language) -> str:
    """What happened and what was found."""
    return f"{progress(told, language)} {explanation(told, language)}".strip()


def explanation(told: Told, language: Language) -> str:
    """Why it was found."""
    match language:
        case Language.EN:
            return told.explanation_en
        case Language.NL:
            return told.explanation_nl


def remediation(told: Told, language: Language) -> str:
    """What to do."""
    match language:
        case Language.EN:
            return told.remediation_en
        case Language.NL:
            return told.remediation_nl


def title(code: str) -> str:
    """A code as a heading: `MSG_AFTER_OPT_OUT` is "Message after opt out"."""
    return code.replace("MSG_", "MESSAGE_").replace("_", " ").capitalize()
