"""Names, docstrings, comments and texts of Python files that use a word to avoid."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from typing import Final, NamedTuple

AVOIDED: Final = {
    "told": "publish, deliver, log, notify, report, state, show",
    "tell": "publish, deliver, log, notify, report, state, show",
    "tells": "publish, deliver, log, notify, report, state, show",
    "telling": "publish, deliver, log, notify, report, state, show",
    "untold": "not published, not delivered",
    "mend": "repair, correct, remedy",
    "mends": "repairs, corrects",
    "mended": "repaired, corrected",
    "anew": "again",
    "whoever": "who, the one that",
    "stray": "re-keyed, misrouted",
    "strays": "re-keyed records",
    "tally": "stats",
    "gist": "content",
    "aligner": "partition group",
    "courier": "sender",
}
"""Words that have no meaning of their own here, with what to write."""

KEPT: Final = {
    "tell": "a method of files, and the setting of sinks that says what they take",
    "mend": "the name of `remedy` in the JSON of `topics check`, for one release",
    "mended": "a key of what the model compares",
    "gist": "a field of the stored alert state",
    "told_at": "a field of the stored alert state",
    "flood_told": "a field of the stored alert state",
    "closed_before_told": "a reason of the alert account, which metrics show",
}
"""Names of stored forms, settings and libraries: allowed as a whole string, keyword or attribute."""

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SPAN: Final = re.compile(r"`[^`\n]+`")
_PLAIN: Final = re.compile("|".join(rf"\b{word}\b" for word in AVOIDED), re.IGNORECASE)


class Found(NamedTuple):
    """Where an avoided word stands."""

    line: int
    text: str
    instead: str


def avoided_words(source: str) -> Iterator[Found]:
    """Each avoided word of a Python file; names are looked at by their parts."""
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            if not (token.string in KEPT and (before == "." or token.string == "tell")):
                yield from _of_name(token)
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            yield from _of_text(token)
        if token.type not in (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT):
            before = token.string


def _of_name(token: tokenize.TokenInfo) -> Iterator[Found]:
    for part in _WORD.findall(token.string):
        if (instead := AVOIDED.get(part.lower())) is not None:
            yield Found(token.start[0], token.string, instead)


def _of_text(token: tokenize.TokenInfo) -> Iterator[Found]:
    text = token.string
    if text.strip("frbuFRBU\"'") in KEPT:
        return
    for number, line in enumerate(_SPAN.sub("`x`", text).splitlines(), token.start[0]):
        for match in _PLAIN.finditer(line):
            yield Found(number, match[0], AVOIDED[match[0].lower()])
