"""When to look at something again: the earliest deadline first, whatever their number."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Generic, TypeVar

from streams.core.instants import Instant

K = TypeVar("K")


class Deadlines(Generic[K]):
    """At most one deadline per key. Keys of one object can be ordered.

    Setting one costs the logarithm of their number, never their number: entries of the
    heap that were replaced stay in it until they come up.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, K]] = []
        self._current: dict[K, Instant] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._current

    def __bool__(self) -> bool:
        # Not left to __len__: in compiled code an object without this is true unless None.
        return len(self) > 0

    def __len__(self) -> int:
        return len(self._current)

    @property
    def next(self) -> Instant | None:
        """The earliest deadline, or None."""
        heap = self._heap
        while heap and self._current.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return heap[0][0] if heap else None

    def set(self, key: K, deadline: Instant | None) -> None:
        """Replace the deadline of a key; None when it has none."""
        if deadline is None:
            self._current.pop(key, None)
        elif self._current.get(key) != deadline:
            self._current[key] = deadline
            heappush(self._heap, (deadline, key))

    def give_back(self, key: K, clock: Instant) -> None:
        """A key that was taken out as passed before `clock` passes again, after all others."""
        self.set(key, Instant(clock - 1))

    def passed(self, clock: Instant, most: int | None = None) -> list[K]:
        """Take out the keys whose deadline lies strictly before `clock`, earliest first.

        At most so many, where `most` is given.
        """
        found: list[K] = []
        while most is None or len(found) < most:
            key = self.first_passed(clock)
            if key is None:
                break
            found.append(key)
        return found

    def first_passed(self, clock: Instant) -> K | None:
        """Take out the key with the earliest deadline if it lies strictly before `clock`."""
        deadline = self.next
        if deadline is None or deadline >= clock:
            return None
        _, key = heappop(self._heap)
        del self._current[key]
        return key
