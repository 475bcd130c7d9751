"""Values that hold for a while, sorted by when they begin: which hold at an instant?

The newest first. What ended is passed over by the thousand, so that a look-up does not
cost more where a person gave and replaced ten thousand consents.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

from streams.core.instants import EARLIEST, Instant

T = TypeVar("T")

Order = tuple[Any, ...]
"""When it begins (an instant), and two texts that decide between equal instants.

Compiled code keeps a tuple of a given length as its parts, and would make another object of them
in each place and for each comparison; of this type it is one object in all places.
"""

End = Any
"""An instant, exclusive, as an object, for the same reason."""

ENDLESS: Final[End] = Instant(1 << 60)
"""The end of what is only looked for by when it began."""

_CHUNK: Final = 32
"""How many neighbours are passed over at once where all of them have ended."""


_NO_MAXIMA: Final[list[Instant]] = []
"""Those of all that have had none asked for; nothing is ever put in."""


class Spans(Generic[T]):
    """Values by order, each with its end (exclusive, ms).

    Beside the ends stand their maxima, for each full chunk of neighbours and for each
    chunk of chunks. They are worked out when they are asked for; a value that is put in
    between takes those after it away.
    """

    __slots__ = ("_chunks", "_ends", "_items", "_large", "_orders")

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._items: list[T] = []
        self._ends: list[Instant] = []
        self._chunks: list[Instant] = _NO_MAXIMA
        self._large: list[Instant] = _NO_MAXIMA

    def __bool__(self) -> bool:
        # Not left to __len__: in compiled code an object without this is true unless None.
        return len(self) > 0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, order: Order, item: T, end: End = ENDLESS) -> None:
        """Put a value in; an append for one that is on time."""
        orders = self._orders
        ends: list[Any] = self._ends  # as it came: an int would be made an object again
        if not orders or order > orders[-1]:
            orders.append(order)
            self._items.append(item)
            ends.append(end)
            return
        place = self._place(order)
        orders.insert(place, order)
        self._items.insert(place, item)
        ends.insert(place, end)
        self._forget(place)

    def has(self, order: Order) -> bool:
        """Whether something stands under an order."""
        place = self._place(order)
        return place < len(self._orders) and self._orders[place] == order

    def remove(self, order: Order) -> None:
        """Take a value out."""
        place = self._place(order)
        del self._orders[place], self._items[place], self._ends[place]
        self._forget(place)

    def end(self, order: Order, end: Instant) -> None:
        """Let a value end at another instant."""
        place = self._place(order)
        self._ends[place] = end
        chunk = place // _CHUNK
        if chunk < len(self._chunks):
            self._chunks[chunk] = max(self._ends[chunk * _CHUNK : (chunk + 1) * _CHUNK])
            large = chunk // _CHUNK
            if large < len(self._large):
                self._large[large] = max(self._chunks[large * _CHUNK : (large + 1) * _CHUNK])

    def _forget(self, place: int) -> None:
        chunk = place // _CHUNK
        del self._chunks[chunk:]
        del self._large[chunk // _CHUNK :]

    def newest(self, through: Instant) -> T | None:
        """The newest that began at or before an instant, ended or not."""
        place = self._through(through)
        return self._items[place] if place >= 0 else None

    def last(self) -> T | None:
        """The newest of all."""
        return self._items[-1] if self._items else None

    def after(self, order: Order) -> T | None:
        """The next one after an order."""
        orders = self._orders
        if not orders or orders[-1] <= order:
            return None
        return self._items[bisect_right(orders, order)]

    def before(self, order: Order) -> T | None:
        """The last one before an order."""
        place = self._place(order)
        return self._items[place - 1] if place > 0 else None

    def between(self, since: Instant, until: Instant) -> list[T]:
        """All that began at or after `since` and before `until`, oldest first."""
        orders = self._orders
        if not orders:
            return []
        last: int = orders[-1][0]
        if last < since:
            return []
        start = bisect_left(orders, (since, "", ""))
        return self._items[start : self._place((until, "", ""))]

    def begun(self, through: Instant) -> Iterator[T]:
        """All that began at or before an instant, ended or not, newest first."""
        place = self._through(through)
        while place >= 0:
            yield self._items[place]
            place -= 1

    def alive(self, through: Instant, at: Instant) -> Iterator[T]:
        """All that began at or before `through` and end after `at`, newest first."""
        place = self._through(through)
        while place >= 0:
            if place % _CHUNK == _CHUNK - 1 and (below := self._passed(place, at)) != place:
                place = below
                continue
            if self._ends[place] > at:
                yield self._items[place]
            place -= 1

    def _place(self, order: Order) -> int:
        """Where an order stands or belongs.

        From the newest on, in steps that double: what is on time comes after it, is it or is
        near it, and a search through ten thousand touches a dozen that are in no cache.
        """
        orders = self._orders
        high, step = len(orders) - 1, 1
        if high < 0 or orders[high] < order:
            return high + 1
        while step <= high and orders[high - step] >= order:
            high -= step
            step *= 2
        low = high - step + 1
        return high if low == high else bisect_left(orders, order, max(low, 0), high)

    def _through(self, at: Instant) -> int:
        """The place of the newest that began at or before an instant; -1 for none."""
        orders = self._orders
        if not orders:
            return -1
        last: int = orders[-1][0]
        if last <= at:
            return len(orders) - 1
        return bisect_left(orders, (at + 1, "", "")) - 1

    def _passed(self, place: int, at: Instant) -> int:
        """Where to go on below a full chunk's last place; there itself if something holds."""
        chunk = place // _CHUNK
        if chunk % _CHUNK == _CHUNK - 1 and self._largest(chunk // _CHUNK) <= at:
            return place - _CHUNK * _CHUNK
        return place - _CHUNK if self._latest(chunk) <= at else place

    def _latest(self, chunk: int) -> Instant:
        chunks = self._chunks
        if chunks is _NO_MAXIMA:
            chunks = self._chunks = []
        while len(chunks) <= chunk:
            start = len(chunks) * _CHUNK
            chunks.append(max(self._ends[start : start + _CHUNK], default=EARLIEST))
        return chunks[chunk]

    def _largest(self, large: int) -> Instant:
        found = self._large
        if found is _NO_MAXIMA:
            found = self._large = []
        while len(found) <= large:
            start = len(found) * _CHUNK
            self._latest(start + _CHUNK - 1)
            found.append(max(self._chunks[start : start + _CHUNK]))
        return found[large]
