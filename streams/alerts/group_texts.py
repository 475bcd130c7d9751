"""What the alert of a group says: what was found, how much, with whom, and what to do first."""

from __future__ import annotations

from typing import Final

from streams.alerts.closings import reasons
from streams.alerts.figures import number, pace
from streams.alerts.names import page_name
from streams.alerts.policy_state import AlertGroup
from streams.core.codes import entry_of
from streams.core.texts.reports import REPORTS
from streams.core.vocabulary import Code, Family
from streams.siem import words
from streams.siem.producer import Language

MANY: Final = 10
"""From so many open findings on, the first thing to do is to stop what makes them."""

_NL: Final = Language.NL

_NOTHING_LEFT: Final = {
    Language.EN: "Nothing has to be done about it any more.",
    Language.NL: "Hier hoeft niets meer aan te worden gedaan.",
}


def subject(code: str, language: Language) -> str:
    """What a rule finds, as the beginning of a sentence: `Sharing without consent`."""
    entry = entry_of(code)
    if entry is None:
        return words.title(code)
    phrase = REPORTS[entry.name][language is _NL].rstrip(",")
    return phrase[:1].upper() + phrase[1:]


def group_summary(group: AlertGroup, language: Language, *, grown: bool = False) -> str:
    """One sentence on a group that fires, or has just grown tenfold, or why it is resolved."""
    dutch = language is _NL
    about = subject(group.content.code, language)
    to = group.content.shown_recipient
    if to:
        about += f", {'ontvanger' if dutch else 'recipient'} {page_name(to)}"
    if not group.firing:
        return f"{about}: {_closed(group, language)}"
    how_many = number(group.open if grown else group.count, language)
    if grown:
        figures = f"gegroeid tot {how_many}" if dutch else f"grown to {how_many}"
    else:
        figures = f"{how_many} {'gevonden' if dutch else 'found'}"
    found_for = group.found_last - group.found_first if group.found_first else -1
    figures = f"{figures} {pace(group.count, found_for, language)}".strip()
    if group.open != group.count and not grown:
        figures += f"; {number(group.open, language)} {'nog open' if dutch else 'still open'}"
    return f"{about}: {figures}"


def _closed(group: AlertGroup, language: Language) -> str:
    """`all 15 are closed, because ...`."""
    dutch = language is _NL
    why = reasons(group.closed, group.count, language)
    if group.count == 1:
        return f"gesloten, {why}" if dutch else f"closed, {why}"
    all_ = number(group.count, language)
    apart = "," if why.startswith(("omdat", "because")) else ":"
    return f"alle {all_} gesloten{apart} {why}" if dutch else f"all {all_} are closed{apart} {why}"


def group_action(group: AlertGroup, language: Language) -> str:
    """What to do first about a group; of one that is resolved, what remains to be done."""
    dutch = language is _NL
    if not group.firing:
        return group.remains[dutch] if group.remains else _NOTHING_LEFT[language]
    action = group.content.action_nl if dutch else group.content.action_en
    first = _stop(group, language) if group.open >= MANY else ""
    if not first:
        return action
    return f"{first} {'Daarna per bevinding:' if dutch else 'Then, for each finding:'} {action}"


def group_explanation(group: AlertGroup, language: Language) -> str:
    """Why it was found; nothing where it is resolved."""
    if not group.firing:
        return ""
    return group.content.explanation_nl if language is _NL else group.content.explanation_en


def waiver_text(reason: str, owner: str, until: str, language: Language) -> str:
    """Why, by whom and until when something is accepted."""
    if language is _NL:
        return f"{reason} (eigenaar {owner}, tot {until})"
    return f"{reason} (owner {owner}, until {until})"


def _stop(group: AlertGroup, language: Language) -> str:
    """What ends a flood of such findings; empty where there is nothing to stop."""
    entry = entry_of(group.content.code)
    if entry is None:
        return ""
    return stop_first(entry.name, group.content.shown_recipient, language)


def stop_first(code: Code, recipient: str | None, language: Language) -> str:
    """The order that comes first while many are found: to stop the export or the campaign."""
    dutch = language is _NL
    entry = entry_of(code)
    family = Family(entry.family) if entry else Family.Q
    if family.name.startswith("M_"):
        return "Stop de campagne." if dutch else "Stop the campaign."
    if not family.name.startswith("S_"):
        return ""
    if recipient is None:
        return (
            "Stop de export of campagne die de gegevens deelt."
            if dutch
            else "Stop the export or campaign that shares the data."
        )
    name = page_name(recipient)
    if dutch:
        return f"Stop de export of campagne die gegevens aan {name} stuurt."
    return f"Stop the export or campaign that sends data to {name}."
