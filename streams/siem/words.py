"""What a line says to people, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from streams.core import texts
from streams.core.findings import Finding, OutputRecord
from streams.core.texts import Wording
from streams.core.vocabulary import Code, DutyStatus, Trigger
from streams.siem.lifecycle import Step, step
from streams.siem.producer import Language

if TYPE_CHECKING:
    from streams.core.vocabulary import Cause

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
    """What to do; of what is closed, what remains to be done.

    Releases before the texts followed the status (ADR 0062) closed findings with the orders of
    open ones: what is closed has the text of today.
    """
    today = _of_closed(record)
    if today is not None:
        return today.remediation[language is Language.NL]
    match language:
        case Language.EN:
            return record.remediation_en
        case Language.NL:
            return record.remediation_nl


def _of_closed(record: OutputRecord) -> Wording | None:
    """The texts of what is closed; None while it is open, and of another release's words."""
    if step(record) is not Step.CLOSED:
        return None
    try:
        if isinstance(record, Finding):
            reason = cast("Cause | None", record.reason)
            return texts.finding(Code(record.code), record.status, reason)
        # Why a duty was withdrawn does not stand in it: its own text says that.
        withdrawn = record.status is DutyStatus.RETRACTED
        return None if withdrawn else texts.duty(Trigger(record.trigger), record.status)
    except (ValueError, KeyError):
        return None


def title(code: str) -> str:
    """A code as a heading: `MSG_AFTER_OPT_OUT` is "Message after opt out"."""
    return code.replace("MSG_", "MESSAGE_").replace("_", " ").capitalize()
