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

MOST_VALUES: Final = 500
MOST_DEPTH: Final = 6
_EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]{7,18}")
_PLAIN_NAME: Final = re.compile(r"[\w@$:+~-]+")
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")


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


def observe(records: Sequence[Any]) -> Observed:
    """Look at records, which are plain values."""
    each = _fan_out(records)
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


def _fan_out(records: Sequence[Any]) -> str | None:
    """The list of objects that most records have, or the object whose members are alike.

    Of several the one nearest to the top; lists before objects.
    """
    found: Counter[str] = Counter()
    for record in records:
        found.update(set(_divisible(record, "top", MOST_DEPTH)))
    common = [path for path, count in found.items() if count * 2 >= len(records)]
    return min(common, key=lambda p: (p.endswith("{}"), p.count("."), p), default=None)


def _divisible(value: Any, path: str, depth: int) -> Iterator[str]:
    if type(value) is list and value and all(type(one) is dict for one in value):
        yield f"{path}[]"
    elif type(value) is dict and depth:
        if path != "top" and _alike(list(value.values())):
            yield f"{path}{{}}"
        for name, member in value.items():
            if '"' not in name and name:
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
        for name, member in value.items() if depth else ():
            if '"' not in name and name:
                yield from _leaves(member, f"{path}.{_quoted(name)}", depth - 1)
    elif type(value) is not list:
        yield path, value


def _quoted(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'


def _kind(value: Any) -> str:
    """email, phone, rfc3339, local, epoch_s, epoch_ms, bool, number or text."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            if EARLIEST_OF_EVENTS < value * 1000 < LATEST_PLAUSIBLE:
                return "epoch_s"
            return "epoch_ms" if EARLIEST_OF_EVENTS < value < LATEST_PLAUSIBLE else "number"
        case str() if _EMAIL.fullmatch(value):
            return "email"
        case str() if _LOCAL.fullmatch(value):
            return "local"
        case str() if _PHONE.fullmatch(value) and sum(map(str.isdigit, value)) > 8:
            return "phone"
        case str():
            try:
                parse_instant(value)
            except ValueError:
                return "text"
            return "rfc3339"
        case _:
            return "other"
