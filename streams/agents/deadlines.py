"""When subjects must be looked at again: the earliest deadlines come first."""

from __future__ import annotations

from heapq import heappop, heappush

from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant


class Deadlines:
    """One next deadline a subject; entries that were replaced stay until they come up."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, SubjectKey]] = []
        self._current: dict[SubjectKey, Instant] = {}

    def __contains__(self, subject: SubjectKey) -> bool:
        return subject in self._current

    def __len__(self) -> int:
        return len(self._current)

    def set(self, subject: SubjectKey, deadline: Instant | None) -> None:
        """Replace a subject's deadline; None when it has none."""
        if deadline is None:
            self._current.pop(subject, None)
        elif self._current.get(subject) != deadline:
            self._current[subject] = deadline
            heappush(self._heap, (deadline, subject))

    def passed(self, clock: Instant) -> list[SubjectKey]:
        """Take out the subjects whose deadline lies strictly before `clock`, earliest first."""
        found = []
        while self._heap and self._heap[0][0] < clock:
            deadline, subject = heappop(self._heap)
            if self._current.get(subject) == deadline:
                del self._current[subject]
                found.append(subject)
        return found
