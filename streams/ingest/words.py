"""Closed word lists: what each value of the source means, or why it means no event.

    {CONFIRMED = "GRANTED", PENDING = {ignore = "awaiting confirmation"}}

A value that the list does not have rejects: nothing is guessed, and there is no word for
"all others". true and whole numbers are written as TOML keys: true, 0, 17.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from streams.ingest.outcomes import Stopped, reject
from streams.ingest.paths import Getter, Scope, SourcePath, type_name, word_of
from streams.policy_file.places import PolicyPlace, Problems

MAX_REASON: Final = 200


@dataclass(frozen=True)
class Verdictless:
    """In the place of a value: no event comes of it, for this reason."""

    reason: str
    rejected: bool


@dataclass(frozen=True)
class _Skip:
    """In the place of an element of a list: it says nothing."""


SKIP: Final = _Skip()

Convert = Callable[[object, PolicyPlace, Problems], Any]
"""Reads a value of the map's side; None for what it refused, having said why."""


def read_reason(raw: object, place: PolicyPlace, problems: Problems) -> Verdictless | None:
    """`{ignore = "why"}` or `{reject = "why"}`; None where it is neither, and said so."""
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((key, reason),) = raw.items()
        if key in {"ignore", "reject"}:
            if isinstance(reason, str) and 0 < len(reason) <= MAX_REASON:
                return Verdictless(reason, key == "reject")
            problems.add(place.child(str(key)), "allowed: a reason in words", reason)
            return None
    problems.add(place, 'allowed: {ignore = "reason"} or {reject = "reason"}')
    return None


def read_words(
    raw: object, place: PolicyPlace, problems: Problems, convert: Convert, *, of_list: bool = False
) -> dict[str, Any]:
    """The list of words. Problems are noted; a word at fault is left out.

    `of_list`: elements of a list are mapped, and `{skip = true}` leaves one out.
    """
    if not isinstance(raw, Mapping) or not raw:
        problems.add(place, 'allowed: a table of words, as {yes = "GRANTED"}')
        return {}
    words: dict[str, Any] = {}
    for word, meaning in raw.items():
        at = place.child(word)
        if of_list and meaning == {"skip": True}:
            words[word] = SKIP
        elif isinstance(meaning, Mapping):
            words[word] = read_reason(meaning, at, problems)
        else:
            words[word] = convert(meaning, at, problems)
    return {word: meaning for word, meaning in words.items() if meaning is not None}


def look_up(words: Mapping[str, Any], value: Any, path: str) -> Any:
    """What a value means. Raises Stopped where it means no event, or nothing that is known."""
    word = word_of(value)
    meaning = words.get(word) if word is not None else None
    if meaning is None:
        unknown = "the map has no word for the value" if word else f"it is {type_name(value)}"
        reject(f"{path}: {unknown}", path, unmapped=word is not None)
    if type(meaning) is Verdictless:
        raise Stopped(meaning.reason, path=path, rejected=meaning.rejected)
    return meaning


def word_getter(words: Mapping[str, Any], path: SourcePath, get: Getter) -> Getter:
    """A function that gives what the value at a path means, or None where it is absent."""
    plain = {w: m for w, m in words.items() if type(m) is not Verdictless}
    text = path.text

    def meaning(s: Scope) -> Any:
        value = get(s)
        if value is None:
            return None
        if type(value) is str and value in plain:
            return plain[value]
        return look_up(words, value, text)

    return meaning
