"""Rows that are judged and not yet committed: on no disk, and seen by every reader."""

from __future__ import annotations

from collections.abc import Iterable

from streams.core.identifiers import SubjectKey


class Pending:
    """The latest value of each pending row, until all that was put under its key is committed.

    A value alone would not do: two tombstones of one key look alike, and the first one's
    commit must not take away the second. So each key counts what was put under it.
    """

    def __init__(self) -> None:
        self._rows: dict[SubjectKey, dict[bytes, tuple[bytes | None, int]]] = {}
        self.puts = 0
        """How often anything was put."""
        self.settled = 0
        """How many of these are committed."""

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, subject: SubjectKey, key: bytes, row: bytes | None) -> None:
        """One more value, which is the latest."""
        rows = self._rows.get(subject)
        if rows is None:
            rows = self._rows[subject] = {}
        before = rows.get(key)
        rows[key] = row, 1 if before is None else before[1] + 1
        self.puts += 1

    def settle(self, subject: SubjectKey, key: bytes) -> bool:
        """The oldest value of a key is committed. Whether the subject has none left."""
        self.settled += 1
        rows = self._rows[subject]
        row, count = rows[key]
        if count > 1:
            rows[key] = row, count - 1
            return False
        del rows[key]
        if rows:
            return False
        del self._rows[subject]
        return True

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
