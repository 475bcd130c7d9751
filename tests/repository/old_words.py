"""Words that pages and published texts do not use, with the words that they use instead.

The reader's second language is English: standard terms of the field, present tense, no word
that only this project uses in its sense. SCOPE says which files are held to it so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_EACH: Final = (
    "assignment|batch|broker|code|controller|event|family|finding|group|key|kind|look-up|member|"
    "message|notice|observation|partition|person|poll|process|receiver|recipient|record|revision|"
    "row|rule|share|sink|slot|subject|tick|topic|transaction|trigger|worker|line|folder|file|case|"
    "installation|telling|chunk|column|field|reader|scrape|commit|consent|node|core|service"
)
_COUNT: Final = r"(?:one|two|three|[\d.,]*\d(?:\s?(?:[kMG]i?B|ms|µs|s|%))?)"
_COUNTED: Final = (
    r"(?!(?:about|and|as|at|brought|by|for|from|gives|has|in|is|keeps|names|of|on|or|sends|stops|than|that|to|"
    r"with|writes) )[\w-]+"
)
"""What is counted: a noun, and so none of the short words that stand before "a" in any sentence."""


class OldWord(NamedTuple):
    """A pattern of words to avoid, and what to write."""

    pattern: re.Pattern[str]
    instead: str


def _word(words: str, instead: str) -> OldWord:
    return OldWord(re.compile(rf"(?<![\w`.-])(?:{words})(?![\w`-])", re.IGNORECASE), instead)


OLD_WORDS: Final = (
    _word("told|tells?|telling", "publish, deliver, log, notify, report, state, say, show"),
    _word("mend(?:s|ed|ing)?", "repair, fix, correct"),
    _word("anew", "again, from the start"),
    _word("whoever|whomever|whosoever", "the one that, anybody who"),
    _word(rf"{_COUNT} (?:{_COUNTED} ){{0,2}}an? (?:{_EACH})", "per"),
    _word(r"(?:an? \w+|CPU|bytes|rows) an? (?:event|partition|person|revision|subject)", "per"),
    _word("hearken|betwixt|thereof|therein|whence|thence|lest", "plain words"),
)
"""What to avoid. Within code spans nothing is looked at: names keep their letters."""

_FENCE: Final = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`[^`\n]+`")
_ADDRESS: Final = re.compile(r"\]\([^)\s]*\)|https?://\S+")
"""Links keep the names of their files."""


class Found(NamedTuple):
    """Where an old word stands."""

    line: int
    word: str
    instead: str


def old_words(text: str) -> list[str]:
    """The old words of a text without marks."""
    return [match[0] for old in OLD_WORDS for match in old.pattern.finditer(text)]


def old_words_of_page(page: str) -> Iterator[Found]:
    """The old words of a page, outside code and addresses."""
    text = _ADDRESS.sub("]", _SPAN.sub("`x`", _blank_fences(page)))
    for number, line in enumerate(text.splitlines(), 1):
        for old in OLD_WORDS:
            for match in old.pattern.finditer(line):
                yield Found(number, match[0], old.instead)


def _blank_fences(page: str) -> str:
    return _FENCE.sub(lambda match: "\n" * match[0].count("\n"), page)
