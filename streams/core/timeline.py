"""What happened to one subject, of one kind, sorted for look-ups by time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

from streams.core.instants import EARLIEST, Instant

T = TypeVar("T")

_NO_ITEMS: Final[list[Any]] = []
"""What every empty timeline holds; nothing is ever put in."""


class Timeline(Generic[T]):
    """Values sorted by instant, then by event id, so that ties do not depend on arrival.

    The lists that it gives are to be read at once and not changed: where the whole of it
    is asked for, as for an event that is on time, it is the timeline's own.
    """

    __slots__ = ("_asked", "_items", "_key", "_last")

    def __init__(self, key: Callable[[T], tuple[Instant, str]]) -> None:
        self._key = key
        self._items: list[T] = _NO_ITEMS
        self._asked: list[Instant] = _NO_ITEMS
        """Their instants, so that bisection compares integers only: from when that is asked for."""
        self._last: int = EARLIEST - 1
        """The instant of the last one: for an event that is on time this alone is read."""

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __bool__(self) -> bool:
        # Not left to __len__: in compiled code an object without this is true unless None.
        return len(self) > 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def _times(self) -> list[Instant]:
        if len(self._asked) != len(self._items):
            key = self._key
            self._asked = [key(item)[0] for item in self._items]
        return self._asked

    def add(self, item: T, at: Instant) -> None:
        """Insert an item of an instant in order; an append for one that is on time."""
        if self._items is _NO_ITEMS:
            # Most timelines of a subject stay empty; only this one gets a list of its own.
            self._items = [item]
            self._last = at
        elif at > self._last:
            if self._asked:
                self._asked.append(at)
            self._items.append(item)
            self._last = at
        else:
            position = self._place(at, self._key(item)[1])
            self._times.insert(position, at)
            self._items.insert(position, item)

    def remove(self, item: T) -> None:
        """Take out the item with the same instant and event id."""
        position = self._place(*self._key(item))
        times = self._times
        del self._items[position], times[position]
        self._last = times[-1] if times else EARLIEST - 1

    def _place(self, at: Instant, event_id: str) -> int:
        """Where an instant and event id belong; event ids decide among equal instants."""
        if at > self._last:
            return len(self._items)
        newest = len(self._items) - 1
        if at == self._last and (not newest or self._key(self._items[newest - 1])[0] < at):
            return newest if event_id <= self._key(self._items[newest])[1] else newest + 1
        times = self._times
        first, last = bisect_left(times, at), bisect_right(times, at)
        if first == last:
            return first
        key = self._key
        return bisect_left(self._items, event_id, first, last, key=lambda item: key(item)[1])

    def through(self, at: Instant) -> Sequence[T]:
        """Everything at or before an instant, oldest first."""
        if self._last <= at:
            return self._items
        return self._items[: bisect_right(self._times, at)]

    def before(self, at: Instant) -> Sequence[T]:
        """Everything strictly before an instant, oldest first."""
        if self._last < at:
            return self._items
        return self._items[: bisect_left(self._times, at)]

    def since(self, at: Instant) -> Sequence[T]:
        """Everything at or after an instant, oldest first."""
        if self._last < at:
            return ()
        return self._items[bisect_left(self._times, at) :]

    def after(self, at: Instant) -> Sequence[T]:
        """Everything strictly after an instant, oldest first."""
        if self._last <= at:
            return ()
        return self._items[bisect_right(self._times, at) :]

    def between(self, since: Instant, until: Instant) -> Sequence[T]:
        """Everything at or after `since` and before `until`, oldest first."""
        if self._last < since:
            return ()
        first = bisect_left(self._times, since)
        return self._items[first : bisect_left(self._times, until, first)]

    def head(self, before: Instant, most: int) -> Sequence[T]:
        """The earliest strictly before an instant, at most so many, oldest first."""
        return self._items[: min(most, self.count(before))]

    def count(self, before: Instant) -> int:
        """How many lie strictly before an instant."""
        return len(self._items) if self._last < before else bisect_left(self._times, before)

    def any_before(self, at: Instant) -> bool:
        """Whether anything lies strictly before an instant."""
        return len(self._items) > 0 and self._key(self._items[0])[0] < at

    def any_through(self, at: Instant) -> bool:
        """Whether anything lies at or before an instant."""
        return len(self._items) > 0 and self._key(self._items[0])[0] <= at

    def any_since(self, at: Instant) -> bool:
        """Whether anything lies at or after an instant."""
        return self._last >= at

    def first(self, since: Instant) -> T | None:
        """The earliest at or after an instant."""
        if self._last < since:
            return None
        return self._items[bisect_left(self._times, since)]

    def newest(self, through: Instant) -> T | None:
        """The latest at or before an instant."""
        if self._last <= through:
            return self._items[-1] if self._items else None
        place = bisect_right(self._times, through)
        return self._items[place - 1] if place > 0 else None

    def newest_first(self, through: Instant) -> Sequence[T]:
        """Everything at or before an instant, newest first: of few, a list takes the least."""
        found = self.through(through)
        return found if len(found) < 2 else found[::-1]

    def backwards(self, through: Instant) -> Iterator[T]:
        """Everything at or before an instant, newest first."""
        place = len(self._items) if self._last <= through else bisect_right(self._times, through)
        while place > 0:
            place -= 1
            yield self._items[place]

    def neighbours(self, item: T) -> tuple[T | None, T | None]:
        """What stands before and after an item of the timeline."""
        place = self._place(*self._key(item))
        before = self._items[place - 1] if place > 0 else None
        return before, self._items[place + 1] if place + 1 < len(self._items) else None
