"""What is published in words: an explanation and what to do, each in English and Dutch."""

from __future__ import annotations

from typing import NamedTuple


class Bilingual(NamedTuple):
    """The same text in both languages."""

    en: str
    nl: str


class Wording(NamedTuple):
    """The texts of one finding or duty: whole sentences for people outside the project."""

    explanation: Bilingual
    remediation: Bilingual


def filled(template: Bilingual, **parts: Bilingual) -> Bilingual:
    """A sentence with its parts put in, each in its language."""
    return Bilingual(
        template.en.format(**{name: part.en for name, part in parts.items()}),
        template.nl.format(**{name: part.nl for name, part in parts.items()}),
    )


def joined(*texts: Bilingual) -> Bilingual:
    """Sentences one after the other."""
    return Bilingual(" ".join(text.en for text in texts), " ".join(text.nl for text in texts))
