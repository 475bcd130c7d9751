"""Paths into a record: where a value stands, said from the item, the root or the top.

    item.TransactionType      of the element that the event is made for
    root."event-data".id      of the part of the record that `root` of the map names
    top.purposes[0].Id        of the whole record; lists are counted from 0
    headers.X-Webhook-Id      of the record's headers; their case does not matter
    outer.orderId             of the element around the item, where `each` goes two levels deep
    name, number              the item's name in its object, and its place

A path leads to None where there is nothing, null, or an empty text: all three are absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

TOP: Final = 0
ROOT: Final = 1
ITEM: Final = 2
NAME: Final = 3
NUMBER: Final = 4
OUTER: Final = 5
HEADERS: Final = 6
DIGEST: Final = 7

SCOPES: Final = {
    "top": TOP, "root": ROOT, "item": ITEM, "name": NAME, "number": NUMBER,
    "outer": OUTER, "headers": HEADERS, "digest": DIGEST,
}  # fmt: skip
_WITHOUT_STEPS: Final = frozenset({NAME, NUMBER, DIGEST})
_STEP: Final = re.compile(r'\.(?:([\w@$:+~-]+)|"([^"]+)")|\[(\d{1,6})\]')
_EACH: Final = re.compile(r"(.+?)(\[\]|\{\})")

MOST_DIGITS: Final = 60
"""Digits of a whole number that is taken for an id."""


@dataclass(frozen=True)
class SourcePath:
    """A path as a map writes it: `scope`, then names of members and places in lists."""

    text: str
    scope: int
    steps: tuple[str | int, ...] = ()

    @property
    def of_item(self) -> bool:
        """Whether it can lead elsewhere for each item of a record."""
        return self.scope in {ITEM, NAME, NUMBER, OUTER}


def parse_path(text: object) -> SourcePath:
    """Read a path. Raises ValueError with what is allowed."""
    if not isinstance(text, str):
        raise ValueError('allowed: a path, as "item.Id" or "root.user.id"')
    word = re.match(r"\w+", text)
    scope = SCOPES.get(word[0]) if word else None
    if word is None or scope is None:
        near = get_close_matches(word[0], SCOPES, n=1) if word else []
        meant = f"; did you mean {near[0]}?" if near else f"; did you mean root.{text}?"
        raise ValueError(f"a path begins with one of {', '.join(SCOPES)}{meant if word else ''}")
    steps: list[str | int] = []
    at = word.end()
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ValueError(
                f"what stands from character {at + 1} is no part of a path; names with other "
                'signs than letters, digits and - _ @ $ : stand in quotes, as root."a b".c'
            )
        steps.append(int(step[3]) if step[3] is not None else step[1] or step[2])
        at = step.end()
    if scope in _WITHOUT_STEPS and steps:
        raise ValueError(f"nothing stands below {word[0]}")
    if scope == HEADERS and (len(steps) != 1 or isinstance(steps[0], int)):
        raise ValueError("a header is named as headers.NAME")
    return SourcePath(text, scope, tuple(steps))


@dataclass(frozen=True)
class FanOut:
    """`each`: the lists and objects that a record is taken apart by, outermost first.

    Each level is a path from the element of the level before, and whether it is an object.
    """

    text: str
    levels: tuple[tuple[SourcePath, bool], ...]


def parse_each(text: object) -> FanOut:
    """Read `each`, as `root.purposes[]` or `top.consents.marketing{}`. Raises ValueError."""
    allowed = "allowed: a path to a list and [], or to an object and {}, as root.purposes[]"
    if not isinstance(text, str):
        raise ValueError(allowed)
    levels: list[tuple[SourcePath, bool]] = []
    at = 0
    while at < len(text):
        found = _EACH.match(text, at)
        if found is None:
            raise ValueError(allowed)
        path = found[1] if not levels else f"item{found[1]}"
        levels.append((parse_path(path), found[2] == "{}"))
        at = found.end()
    if not 0 < len(levels) <= 2:
        raise ValueError(f"{allowed}; at most two levels")
    return FanOut(text, tuple(levels))


def word_of(value: Any) -> str | None:
    """A value as the words of a map write it: text, true, false or a whole number.

    None for everything else: numbers with decimals have been rounded on their way, lists
    and objects are no words.
    """
    kind = type(value)
    if kind is str:
        return value or None
    if kind is bool:
        return "true" if value else "false"
    if kind is int and value.bit_length() <= MOST_DIGITS * 3:
        return str(value)
    return None


def type_name(value: Any) -> str:
    """The type of a value, as JSON calls it: what a reason may say of it."""
    if value is None:
        return "absent"
    names = {str: "a text", bool: "true or false", int: "a whole number", dict: "an object",
             float: "a number with decimals", list: "a list"}  # fmt: skip
    return names.get(type(value), "a value of another type")


def not_divisible(value: Any, path: str, wanted: str) -> str:
    """Why a record cannot be taken apart at a path: in the words of a reason."""
    found = type_name(value)
    return f"{path} is {found}" if value is None else f"{path} is {found}, and no {wanted}"
