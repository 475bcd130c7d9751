"""What one alert in the place of many says: how much, of which rules, with which recipients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from streams.alerts.figures import number, pace
from streams.alerts.group_texts import MANY, stop_first, subject
from streams.alerts.names import page_name
from streams.alerts.policy_state import AlertGroup
from streams.core.codes import entry_of
from streams.siem.producer import Language

_NL: Final = Language.NL
_NAMED: Final = 3

_LOOK: Final = {
    Language.EN: "Look into the SIEM or `consentry watch`, the heaviest first.",
    Language.NL: "Bekijk in het SIEM of met `consentry watch` wat is gevonden, het zwaarste eerst.",
}


def many_summary(groups: Sequence[AlertGroup], language: Language) -> str:
    """`412 findings in 5 seconds, with 412 recipients: ADNET 20, BOL 11, R3 9 and 409 others`."""
    dutch = language is _NL
    found = sum(group.open for group in groups)
    first = min((group.found_first for group in groups if group.found_first), default=0)
    last = max(group.found_last for group in groups)
    when = pace(found, last - first if first else -1, language)
    head = f"{number(found, language)} {'bevindingen' if dutch else 'findings'} {when}".strip()
    names = _ranked((group.content.shown_recipient or "", group.open) for group in groups)
    named = [(page_name(name), many) for name, many in names if name]
    if not named:
        return head
    word = ("ontvanger" if dutch else "recipient") + ("" if len(named) == 1 else "s")
    with_ = f"{'bij' if dutch else 'with'} {number(len(named), language)} {word}"
    return f"{head}, {with_}: {_listed(named, language)}"


def many_explanation(groups: Sequence[AlertGroup], cause: str, language: Language) -> str:
    """Which rules, and why there is one alert in the place of so many."""
    ranked = _ranked((group.content.code, group.open) for group in groups)
    rules = _listed([(subject(code, language), many) for code, many in ranked], language)
    alerts = number(len(groups), language)
    if language is _NL:
        why = "in stille uren wachtten" if cause == "quiet" else "samen te veel waren"
        return f"{rules}. Eén melding in plaats van {alerts}, die {why}."
    why = "waited in quiet hours" if cause == "quiet" else "were too many at once"
    return f"{rules}. One alert in place of {alerts}, which {why}."


def many_action(groups: Sequence[AlertGroup], language: Language) -> str:
    """What to do first: where one rule prevails, to stop what makes its findings."""
    code, most = _ranked((group.content.code, group.open) for group in groups)[0]
    entry = entry_of(code)
    heavy = most >= MANY and 2 * most >= sum(group.open for group in groups)
    first = stop_first(entry.name, None, language) if heavy and entry else ""
    return f"{first} {_LOOK[language]}".strip()


def many_resolved(count: int, language: Language) -> str:
    """Why the one alert in the place of many is resolved."""
    many = number(count, language)
    if language is _NL:
        return (
            f"Verzamelmelding over {many} bevindingen: elk is gesloten of heeft een eigen melding"
        )
    return f"Summary of {many} findings: each is closed or has an alert of its own"


def _ranked(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The sums by name, the largest first."""
    sums: dict[str, int] = {}
    for name, many in counts:
        sums[name] = sums.get(name, 0) + many
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))


def _listed(named: Sequence[tuple[str, int]], language: Language) -> str:
    """The first of them with their numbers, and how many others there are."""
    text = ", ".join(f"{name} {number(many, language)}" for name, many in named[:_NAMED])
    others = len(named) - _NAMED
    if others <= 0:
        return text
    more = number(others, language)
    return f"{text} {'en' if language is _NL else 'and'} {more} {'meer' if language is _NL else 'others'}"
