"""What a line says to people, in their language."""

from __future__ import annotations

from typing import Final

from streams.core.findings import OutputRecord
from streams.siem.lifecycle import Step, step
from streams.siem.producer import Language

_STEPS: Final[dict[Step, dict[Language, str]]] = {
    Step.OPENED: {Language.EN: "", Language.NL: ""},
    Step.REVISED: {Language.EN: "Changed.", Language.NL: "Gewijzigd."},
    Step.CLOSED: {Language.EN: "Closed.", Language.NL: "Gesloten."},
    Step.REOPENED: {Language.EN: "Found again.", Language.NL: "Opnieuw vastgesteld."},
}


def progress(record: OutputRecord, language: Language) -> str:
    """What happened, in a few words; empty for what is simply new.

    Why something was closed is in its explanation (`streams.core.texts`).
    """
    return _STEPS[step(record)][language]


def message(record: OutputRecord, language: Language) -> str:
    """What happened and what was found."""
    return f"{progress(record, language)} {explanation(record, language)}".strip()


def explanation(record: OutputRecord, language: Language) -> str:
    """Why it was found."""
    match language:
        case Language.EN:
            return record.explanation_en
        case Language.NL:
            return record.explanation_nl


def remediation(record: OutputRecord, language: Language) -> str:
    """What to do."""
    match language:
        case Language.EN:
            return record.remediation_en
        case Language.NL:
            return record.remediation_nl


def title(code: str) -> str:
    """A code as a heading: `MSG_AFTER_OPT_OUT` is "Message after opt out"."""
    return code.replace("MSG_", "MESSAGE_").replace("_", " ").capitalize()
