"""Rows that are judged and not yet committed: on no disk, and seen by every reader."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from streams.core.identifiers import SubjectKey


class Pending:
    """The latest value of each pending row, until all that was put under its key is committed.

    What is put is counted, and a commit says how many of these it holds: a row that one batch
    puts twice is written once, and a row of a batch before must not take away a later one.
    """

    def __init__(self) -> None:
        self._rows: dict[SubjectKey, dict[bytes, tuple[bytes | None, int]]] = {}
        """With each value its number."""
        self._order: deque[tuple[SubjectKey, bytes]] = deque()
        self.puts = 0
        """How often anything was put."""
        self.settled = 0
        """How many of these are committed."""

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, subject: SubjectKey, key: bytes, row: bytes | None) -> None:
        """One more value, which is the latest."""
        self.puts += 1
        self._order.append((subject, key))
        rows = self._rows.get(subject)
        if rows is None:
            self._rows[subject] = {key: (row, self.puts)}
        else:
            rows[key] = row, self.puts

    def settle(self, puts: int) -> list[SubjectKey]:
        """So many values are committed by now, the oldest ones. Returns who has none left."""
        free = []
        for number in range(self.settled + 1, puts + 1):
            subject, key = self._order.popleft()
            rows = self._rows[subject]
            if rows[key][1] == number:
                del rows[key]
                if not rows:
                    del self._rows[subject]
                    free.append(subject)
        self.settled = max(self.settled, puts)
        return free

    def lay_over(self, subject: SubjectKey, rows: dict[bytes, bytes]) -> None:
        """Change rows that were read to what they are with all that is pending."""
        for key, (row, _) in self._rows.get(subject, {}).items():
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row

    def subjects(self) -> Iterable[SubjectKey]:
        """Who has pending rows, in no order."""
        return self._rows.keys()

    def __contains__(self, subject: SubjectKey) -> bool:
        return subject in self._rows
