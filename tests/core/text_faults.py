"""What is wrong with a published text: no whole sentence, shorthand, labels, old words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streams.core.texts import Bilingual
from tests.repository.old_words import old_words

SHORTHAND: Final = re.compile(
    r"\b(?:GDPR|AVG|UAVG|Tw|ePrivacy|EDPB|ECLI|BSN|EEA|EER|DPO|FG)\b|§|"
    r"\b[Aa]rt(?:icles?|ikel(?:en)?|\.)? ?\d+|\b[CT]-\d+/\d+|\b\d+\(\d+\)|\(\d+\)"
)
"""Provisions and cases belong to the citations; abbreviations, to people who know them."""

LABEL: Final = re.compile(r"\b[ADMNOPQST]\d{1,2}\b|\b[A-Z]+_[A-Z_]+\b|\b[A-Z]{3,}\b|\b[SMOAXQ]\.")
"""Numbers of the norm, and symbols of the software."""

_VERBS: Final = {
    "en": "is was were are has have had must may can cannot could does did do gave covers offers "
    "requires follows leaves objected received uses counts contains carries lies misled comes "
    "shows show names stays ended",
    "nl": "is was waren zijn heeft hebben had hadden moet moeten mag mogen kan kon konden wordt "
    "worden werd geldt gold gaf biedt bevat vermeldt noemt volgt laat berust dekt telt hoeft "
    "blijft stond draagt ligt introk zou vervangt toont verwijst ontbreekt misleidde",
}
_IMPERATIVES: Final = {
    "en": "stop have ask name leave mark find publish suspend record conclude correct put notify "
    "erase check look replace show reverse",
    "nl": "stop laat vraag noem markeer zoek publiceer schort leg sluit tref herstel corrigeer zet "
    "informeer wis controleer bekijk vervang toon gebruik draai stuur",
}
_FUNCTION_WORDS: Final = {
    "en": {"the", "of", "this", "a", "an", "to", "is", "was", "no", "it", "and", "these"},
    "nl": {"de", "het", "een", "deze", "dit", "er", "en", "van", "geen", "niet", "met", "op"},
}


def faults(text: Bilingual) -> list[str]:
    """What is wrong with a text, in words; empty for a good one."""
    found = [*_in_language(text.en, "en"), *_in_language(text.nl, "nl")]
    if text.en == text.nl:
        found.append("both languages say the same")
    found += [f"old word: {word}" for word in old_words(text.en)]
    return found


def _in_language(text: str, language: str) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z].*\.", text):
        yield f"{language}: does not begin with a capital and end with a full stop"
    if re.search(r"  | [,.;:]|[{}\n\t]|\.\.|/", text) or text.count("(") != text.count(")"):
        yield f"{language}: a slip of the keyboard"
    for pattern, what in ((SHORTHAND, "shorthand"), (LABEL, "label")):
        if match := pattern.search(text):
            yield f"{language}: {what} {match[0]}"
    for sentence in re.split(r"(?<=\.) ", text):
        yield from _sentence(sentence, language)


def _sentence(sentence: str, language: str) -> Iterator[str]:
    words = re.findall(r"[^\W\d_]+", sentence.lower())
    other = "nl" if language == "en" else "en"
    if len(words) < 3 or not (
        words[0] in _IMPERATIVES[language].split() or set(words) & set(_VERBS[language].split())
    ):
        yield f"{language}: no whole sentence: {sentence}"
    own, others = (set(words) & _FUNCTION_WORDS[one] for one in (language, other))
    # "is" and "was" are words of both languages.
    if len(others - own - {"is", "was", "van", "met", "op", "en"}) > len(own):
        yield f"{language}: reads like the other language: {sentence}"
