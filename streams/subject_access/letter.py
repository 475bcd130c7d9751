"""The answer to an access request: who received a person's data (GDPR 15(1)(c), C-154/21).

It names each recipient by the legal name of the register, with days, purposes and categories
of data. Verdicts of Consentry are indications for review and are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from streams.check.report.words import Pair, label
from streams.core.instants import Instant, format_instant
from streams.safe_text import safe
from streams.subject_access.disclosures import Disclosure
from streams.subject_access.person import Person
from streams.subject_access.words import TEXTS

Language = Literal["en", "nl"]

_TEMPLATES: Final = {"text": "letter.txt.j2", "html": "letter.html.j2"}


class Entry(NamedTuple):
    """A recipient as the letter shows it, each value in the letter's language."""

    name: str
    country: str
    role: str
    data: str
    purposes: str
    days: tuple[str, ...]


class Letter(NamedTuple):
    """The letter as values, for those who fill a form of their own."""

    language: Language
    recorded_until: Instant | None
    entries: tuple[Entry, ...]
    unnamed: int
    """Recipients without a legal name in the register, for somebody to fill in."""
    restricted_since: Instant | None = None


def letter_for(person: Person, language: Language) -> Letter:
    """The letter's values."""
    found = person.disclosures
    return Letter(
        language,
        person.stored.clock,
        tuple(_entry(one, language) for one in found),
        sum(one.legal_entity is None for one in found),
        person.stored.restricted_since,
    )


def render_letter(letter: Letter, form: Literal["text", "html"]) -> str:
    """The letter as plain text or as one HTML page that needs nothing else."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    texts = {name: _in(pair, letter.language) for name, pair in TEXTS.items()}
    until = letter.recorded_until
    texts["until"] = texts["until"].format("?" if until is None else format_instant(until)[:16])
    since = letter.restricted_since
    texts["restricted"] = "" if since is None else texts["restricted"].format(_day(since))
    template = environment.get_template(_TEMPLATES[form])
    return template.render(letter=letter, t=texts)


def _entry(one: Disclosure, language: Language) -> Entry:
    def said(name: str) -> str:
        return _in(TEXTS[name], language)

    name = one.legal_entity or said("unnamed").format(one.recipient_id)
    data = _listed(one.data_categories, language)
    if one.uncategorised and data:
        data += "; " + said("and_unstated").format(one.uncategorised)
    return Entry(
        name=safe(name),
        country=safe(one.country or said("unstated")),
        role=_in(label(one.role), language) if one.role else said("unstated"),
        data=data or said("unstated"),
        purposes=_listed(one.purposes, language),
        days=tuple(sorted({_day(at) for at in one.instants})),
    )


def _day(at: Instant) -> str:
    return format_instant(at)[:10]


def _listed(symbols: Iterable[str], language: Language) -> str:
    return ", ".join(_in(label(symbol), language) for symbol in symbols)


def _in(pair: Pair, language: Language) -> str:
    return pair.nl if language == "nl" else pair.en
