"""Open vocabularies: words that know symbols and take others (legal model 3.2).

A misspelt symbol would be read as no symbol at all, which can be the mild reading: a risky
kind that is none, a Dutch recipient outside the EEA. So it is distinguished from a word of one's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from unicodedata import category

from streams.core.vocabulary.consents import Actor, Via
from streams.core.vocabulary.countries import ALPHA_2_BY_ALPHA_3, COUNTRIES
from streams.core.vocabulary.processing import RecipientKind

_OTHER_NAMES: Final = {"UK": "GB", "EL": "GR"}
"""Codes in use beside ISO 3166-1, by the EU among others."""


def _bare(word: str) -> str:
    """A word without what spellings differ in: case, blanks (Zs), hyphens, underscores."""
    if word.isascii():
        kept = word.replace(" ", "").replace("-", "").replace("_", "")
    else:
        kept = "".join([c for c in word if c not in "-_" and category(c) != "Zs"])
    return kept.upper()


def _by_bare(symbols: Iterable[str], others: Mapping[str, str] | None = None) -> Mapping[str, str]:
    return dict(others or {}) | {_bare(symbol): symbol for symbol in symbols}


_SYMBOLS: Final[Mapping[str, Mapping[str, str]]] = {
    "recipient_kind": _by_bare(RecipientKind),
    "recipient_country": _by_bare(COUNTRIES, ALPHA_2_BY_ALPHA_3 | _OTHER_NAMES),
    "via": _by_bare(Via),
    "actor": _by_bare(Actor),
}

REFUSED_WHERE_MISSPELT: Final = frozenset({"recipient_kind", "recipient_country"})
"""Open fields that rules read: a misspelt symbol is Q01."""


def meant(field: str, word: str) -> str | None:
    """The symbol that a word misspells in an open field, or None.

    None for a symbol itself, and for any other word.
    """
    symbol = _SYMBOLS[field].get(_bare(word))
    return None if symbol == word else symbol
