"""Lines of TOML, for a guessed map."""

from __future__ import annotations

import json
from collections.abc import Mapping

from streams.ingest.guess_words import MEANINGS, NO_ACTS, UNSPECIFIED, bare
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

PERSONAL = "# a value that may be personal is left out: is this the right place?  DECIDE"


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def time_of(path: str, kind: str) -> str:
    """How a time is read, and that its zone is open where no offset stands in it."""
    if kind == "local":
        return f'{{from = {quoted(path)}, time = "rfc3339", zone = "UTC"}}'
    if "%" in kind and not kind.endswith("%z"):
        return f'{{from = {quoted(path)}, time = {quoted(kind)}, zone = "UTC"}}'
    return f"{{from = {quoted(path)}, time = {quoted(kind)}}}"


def action_word(word: str, prefix: str = "") -> str:
    """One word of answers, and what it means; `prefix`: what symbols of its enum begin with."""
    if raw_kind(word, EVERYTHING):
        return PERSONAL
    if word in (UNSPECIFIED, prefix + UNSPECIFIED):
        return f'{quoted(word)} = {{reject = "no answer was written"}}  # guess'
    said = bare(word.removeprefix(prefix))
    meaning = MEANINGS.get(said) or {"1": "GRANTED", "0": "REFUSED"}.get(word)
    if meaning is not None:
        return f"{quoted(word)} = {quoted(meaning)}  # guess"
    reason = NO_ACTS.get(said)
    if reason is not None:
        return f"{quoted(word)} = {{ignore = {quoted(reason)}}}  # guess"
    return f'{quoted(word)} = {{reject = "what this means is not decided"}}  # DECIDE'


def plain_words(heading: str, meanings: Mapping[str, str]) -> list[str]:
    """A table of words, each with what it means as TOML."""
    return [f"[{heading}]", *(f"{quoted(w)} = {m}" for w, m in sorted(meanings.items())), ""]
