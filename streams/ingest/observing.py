"""What stands where in records of an unknown shape: the ground that a guess stands on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from streams.core.instants import EARLIEST_OF_EVENTS, parse_instant
from streams.ingest.paths import word_of
from streams.ingest.times import LATEST_PLAUSIBLE
from streams.wire.looks import EVERYTHING
from streams.wire.pii import raw_kind

MOST_VALUES: Final = 500
MOST_DEPTH: Final = 6
_EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]{7,18}")
_PLAIN_NAME: Final = re.compile(r"[\w@$:+~-]+")
_DIGITS: Final = re.compile(r"[0-9]{6,20}")
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")
PATTERNS: Final = {
    "%Y-%m-%dT%H:%M:%S%z": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d(\d\d)?"),
    "%Y-%m-%dT%H:%M:%S.%f%z": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}[+-]\d\d(\d\d)?"),
    "%Y-%m-%d %H:%M:%S%z": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d(:?\d\d)?"),
    "%d-%m-%Y %H:%M:%S": re.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d"),
    "%d-%m-%Y %H:%M": re.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d"),
}
"""Forms of time that are no RFC 3339."""
TIMES: Final = frozenset({"rfc3339", "epoch_s", "epoch_ms", "local", *PATTERNS})
"""Kinds of values that are times."""


@dataclass
class SeenPlace:
    """A path, said from the item or the top, and what stood there."""

    path: str
    count: int = 0
    values: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    overflown: bool = False

    def add(self, value: Any) -> None:
        """Note a value that is no object and no list."""
        if value is None or value == "":
            return
        self.count += 1
        self.kinds[_kind(value)] += 1
        word = word_of(value)
        if word is None:
            return
        if word in self.values or len(self.values) < MOST_VALUES:
            self.values[word] += 1
        else:
            self.overflown = True

    @property
    def name(self) -> str:
        """The last name of the path, in small letters, without signs."""
        last = re.split(r"[.\[]", self.path.replace('"', ""))[-1]
        return re.sub(r"[^a-z0-9]", "", last.lower())

    @property
    def holder(self) -> str:
        """The name before the last, in the same form."""
        before = re.split(r"[.\[]", self.path.replace('"', ""))[:-1]
        return re.sub(r"[^a-z0-9]", "", before[-1].lower()) if before else ""

    @property
    def kind(self) -> str:
        """The kind of most values."""
        return self.kinds.most_common(1)[0][0] if self.kinds else "nothing"

    @property
    def different(self) -> int:
        """How many different values stood there."""
        return MOST_VALUES + 1 if self.overflown else len(self.values)


@dataclass
class Observed:
    """Records taken apart: `each` is what they are best divided by, as `top.purposes[]`, or None."""

    records: int
    items: int
    each: str | None
    places: dict[str, SeenPlace]

    def of_item(self) -> list[SeenPlace]:
        """Places within the items; all, where there are none."""
        prefixes = ("item", "name") if self.each else ("top",)
        return [place for path, place in self.places.items() if path.startswith(prefixes)]


def observe(records: Sequence[Any], each: str | None = None) -> Observed:
    """Look at records, which are plain values, taken apart by `each`."""
    places: dict[str, SeenPlace] = {}
    items = 0
    for record in records:
        for path, value in _leaves(record, "top", MOST_DEPTH):
            places.setdefault(path, SeenPlace(path)).add(value)
        for name, item in _items(record, each) if each else ():
            items += 1
            if name is not None:
                places.setdefault("name", SeenPlace("name")).add(name)
            for path, value in _leaves(item, "item", MOST_DEPTH):
                places.setdefault(path, SeenPlace(path)).add(value)
    return Observed(len(records), items or len(records), each, places)


def fan_outs(records: Sequence[Any]) -> list[str]:
    """What records can be divided by: lists of objects, then objects whose members are alike.

    Those that at least half of the records have, nearest to the top first.
    """
    found: Counter[str] = Counter()
    for record in records:
        found.update(set(_divisible(record, "top", MOST_DEPTH)))
    common = [path for path, count in found.items() if count * 2 >= len(records)]
    return sorted(common, key=lambda p: (p.endswith("{}"), p.count("."), p))


def plain_lists(records: Sequence[Any]) -> dict[str, int]:
    """Lists of texts and whole numbers, and in how many records each is filled."""
    found: Counter[str] = Counter()
    for record in records:
        found.update(set(_listed(record, "top", MOST_DEPTH)))
    return dict(found)


def members(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The members of an object whose names may stand in a path: no personal value is shown."""
    for name, member in value.items():
        if name and '"' not in name and raw_kind(name, EVERYTHING) is None:
            yield name, member


def _listed(value: Any, path: str, depth: int) -> Iterator[str]:
    if type(value) is list and value and all(type(one) in (str, int) for one in value):
        yield f"{path}[]"
    elif type(value) is dict and depth:
        for name, member in members(value):
            yield from _listed(member, f"{path}.{_quoted(name)}", depth - 1)


def _divisible(value: Any, path: str, depth: int) -> Iterator[str]:
    if type(value) is list and value and all(type(one) is dict for one in value):
        yield f"{path}[]"
    elif type(value) is dict and depth:
        if path != "top" and _alike(list(value.values())):
            yield f"{path}{{}}"
        for name, member in members(value):
            yield from _divisible(member, f"{path}.{_quoted(name)}", depth - 1)


def _alike(members: Sequence[Any]) -> bool:
    """Whether members are one thing each of a kind: all true or false, or objects of one shape."""
    if len(members) < 2:
        return False
    if all(type(one) is bool for one in members):
        return True
    shapes = {tuple(sorted(one)) if type(one) is dict else None for one in members}
    return len(shapes) == 1 and None not in shapes


def _items(value: Any, each: str) -> list[tuple[str | None, Any]]:
    for quoted, plain in re.findall(r'\.(?:"([^"]+)"|([^."\[{]+))', each):
        value = value.get(quoted or plain) if type(value) is dict else None
    if each.endswith("[]"):
        return [(None, one) for one in value] if type(value) is list else []
    return list(value.items()) if type(value) is dict else []


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if type(value) is dict:
        for name, member in members(value) if depth else ():
            yield from _leaves(member, f"{path}.{_quoted(name)}", depth - 1)
    elif type(value) is not list:
        yield path, value


def _quoted(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'


def _kind(value: Any) -> str:
    """email, phone, rfc3339, local, epoch_s, epoch_ms, a pattern, bool, number or text."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            if EARLIEST_OF_EVENTS < value * 1000 < LATEST_PLAUSIBLE:
                return "epoch_s"
            return "epoch_ms" if EARLIEST_OF_EVENTS < value < LATEST_PLAUSIBLE else "number"
        case str():
            return _kind_of_text(value)
        case _:
            return "other"


def _kind_of_text(text: str) -> str:
    if _EMAIL.fullmatch(text):
        return "email"
    if _DIGITS.fullmatch(text):
        return _kind_of_digits(text)
    if _LOCAL.fullmatch(text):
        return "local"
    form = next((form for form, pattern in PATTERNS.items() if pattern.fullmatch(text)), None)
    if form is not None:
        return form
    if _PHONE.fullmatch(text) and sum(map(str.isdigit, text)) > 8:
        return "phone"
    try:
        parse_instant(text)
    except ValueError:
        return "text"
    return "rfc3339"


def _kind_of_digits(text: str) -> str:
    """Digits as a text: an instant where they are as long as one, a phone number, or a number."""
    if len(text) in (10, 13) and text[0] != "0":
        kind = _kind(int(text))
        if kind == ("epoch_s" if len(text) == 10 else "epoch_ms"):
            return kind
    national = len(text) == 10 and text[0] == "0"
    return "phone" if national or (len(text) == 11 and text.startswith("31")) else "number"
