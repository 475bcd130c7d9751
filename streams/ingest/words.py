"""Closed word lists: what each value of the source means, or why it means no event.

    {CONFIRMED = "GRANTED", PENDING = {ignore = "awaiting confirmation"}}

A value that the list does not have rejects: nothing is guessed, and there is no word for
"all others". true and whole numbers are written as TOML keys: true, 0, 17.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from streams.ingest.outcomes import IgnoredItem, Outcome, RejectedItem
from streams.ingest.paths import type_name, word_of
from streams.policy_file.places import PolicyPlace, Problems

MAX_REASON: Final = 200


@dataclass(frozen=True)
class Verdictless:
    """In the place of a value: no event comes of it, for this reason."""

    reason: str
    rejected: bool

    def outcome(self, path: str, rule: str | None, number: str | None) -> Outcome:
        """As what the item ends whose value stands at `path`."""
        if self.rejected:
            return RejectedItem(self.reason, rule, number, path)
        return IgnoredItem(self.reason, rule, number)


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


def no_meaning(
    ends: Verdictless | None, value: Any, path: str, rule: str | None, number: str | None
) -> Outcome:
    """How an item ends whose value means no event, or (None) nothing that the map knows."""
    if ends is None:
        is_word = word_of(value) is not None
        unknown = "the map has no word for the value" if is_word else f"it is {type_name(value)}"
        return RejectedItem(f"{path}: {unknown}", rule, number, path, is_word)
    return ends.outcome(path, rule, number)


def words_at(*values: Any) -> list[str] | None:
    """The names in objects and in the objects of lists, as `keys_of` reads them."""
    held = [one for value in values for one in (value if type(value) is list else [value])]
    return [name for one in held if type(one) is dict for name in one] or None
