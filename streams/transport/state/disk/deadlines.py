"""Deadlines of all subjects on disk: a tick asks for those that have passed.

In memory are only those of pending rows, and those that were taken out by ticks whose
rows are not committed yet; both are few. So the number of subjects that wait costs no
memory, and a restart need not look for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from streams.core.deadlines import Deadlines
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.transport.state.disk.database import Database
from streams.transport.state.disk.layout import (
    DEADLINES,
    deadline_entry,
    deadlines_before,
    read_deadline,
)
from streams.transport.state.disk.pending import Pending

AT_ONCE = 256
"""How many entries are read in one go."""


class DiskDeadlines:
    """Deadlines of committed rows on disk, and over them those of pending rows."""

    def __init__(self, database: Database, pending: Pending) -> None:
        self._database = database
        self._pending_rows = pending
        self._pending: Deadlines[SubjectKey] = Deadlines()
        self._found: deque[bytes] = deque()
        self._from = DEADLINES
        self._taken: dict[bytes, int] = {}
        """Entries that were taken out, and how many rows had been put by then."""
        self._last: bytes | None = None
        """The entry that was taken out last; None where it was a deadline of pending rows."""

    def __contains__(self, key: SubjectKey) -> bool:
        """Nobody's deadline must be looked for."""
        return True

    def set(self, key: SubjectKey, deadline: Instant | None) -> None:
        """The deadline of a subject by rows that are pending; others are on disk.

        All rows of a subject with one deadline have one entry. Where that was taken out, and not
        all of them were judged, it is not deleted before the rest are.
        """
        if key not in self._pending_rows:
            return
        self._pending.set(key, deadline)
        if deadline is not None and self._taken:
            self._put_back(deadline_entry(deadline, key))

    def give_back(self, key: SubjectKey, clock: Instant) -> None:
        """The subject that was taken out last cannot be judged yet: it is taken out again."""
        if self._last is None:
            self._pending.give_back(key, clock)
        else:
            self._put_back(self._last)

    def _put_back(self, entry: bytes) -> None:
        """Look an entry up again, if it was taken out and is still on disk."""
        if self._taken.pop(entry, None) is not None:
            self.added(entry)

    def first_passed(self, clock: Instant) -> SubjectKey | None:
        """Take out the earliest deadline strictly before `clock`.

        On disk it is deleted once rows that are put after this are committed: until then
        it would be wanted after a crash. A subject may be reported again in vain.
        """
        entry = self._first(clock)
        pending = self._pending.next
        if pending is not None and (entry is None or pending <= read_deadline(entry)[0]):
            found = self._pending.first_passed(clock)
            if found is not None:
                self._last = None
                return found
        if entry is None:
            return None
        self._found.popleft()
        self._last = entry
        self._taken[entry] = self._pending_rows.puts
        return read_deadline(entry)[1]

    def _first(self, clock: Instant) -> bytes | None:
        """The first entry before `clock` that was not taken out."""
        if not self._found:
            entries = self._database.scan(self._from, deadlines_before(clock))
            self._found.extend(islice((e for e, _ in entries if e not in self._taken), AT_ONCE))
            # Past what was deleted there, which costs time to pass over again.
            all_found = len(self._found) < AT_ONCE
            self._from = deadlines_before(clock) if all_found else self._found[-1] + b"\0"
        found = self._found
        return found[0] if found and found[0] < deadlines_before(clock) else None

    # What a commit does.

    def done(self) -> Iterator[bytes]:
        """Entries that may be deleted now, and are known no more."""
        settled = self._pending_rows.settled
        while self._taken:
            entry = next(iter(self._taken))
            if self._taken[entry] >= settled:
                return
            del self._taken[entry]
            yield entry

    def added(self, entry: bytes) -> None:
        """An entry is on disk."""
        if entry < self._from:
            # What was read ahead is read again, in order, from there.
            self._from = min(entry, self._found[0]) if self._found else entry
            self._found.clear()

    def settled(self, subjects: Iterable[SubjectKey]) -> None:
        """Subjects have no pending rows any more: their deadlines are on disk."""
        for subject in subjects:
            self._pending.set(subject, None)
