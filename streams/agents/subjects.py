"""The subjects of one partition number: live objects over stored rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from streams.agents.half_built import ROWS_AT_ONCE, HalfBuilt
from streams.agents.subject_cache import SubjectCache
from streams.core.deadlines import Deadlines
from streams.core.decision import Decision
from streams.core.identifiers import SubjectKey, parse_subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.state import EventRow, RefusalRow
from streams.core.subject import Subject
from streams.measures.subject_lookups import SubjectLookups
from streams.transport.state.row_store import RowStore, SubjectDeadlines
from streams.wire.rows import (
    CorruptRow,
    decode_any,
    encode_row,
    next_deadline,
    stored_form,
    stored_refusal,
)

INDEX_SLICE_S = 0.002
"""How long indexing may hold the loop before it lets records be judged."""

HALF_BUILT_AT_MOST = 2
"""Of so many subjects one may be built for a record and another for a sweep."""


class Building(Exception):
    """A subject of very many rows is being built: ask again, until it is there."""


class Stale(Building):
    """A subject's verdicts are of an earlier policy: it is judged again before anything else."""


class Subjects:
    """Live subjects, the latest used kept ready; all others stay rows.

    Every subject found or made must be put back by `keep` after it was judged.
    """

    def __init__(self, rows: RowStore, limit: int, max_bytes: int, policy: Policy) -> None:
        """At most so many subjects, and about so many bytes, are kept ready."""
        self._rows = rows
        self._policy = policy
        self._half_built: dict[SubjectKey, HalfBuilt] = {}
        self._holds = rows.holds_subjects
        self.live = SubjectCache(limit, max_bytes)
        self.lookups = SubjectLookups()
        """Counts how they are found; a worker has one for all of its partitions."""
        if self._holds:
            self.live.let_go = rows.release
        self.stale: Callable[[SubjectKey, Subject], bool] | None = None
        """Asks of a subject that was found whether it must be swept first; None: none must."""
        self.passing: Callable[[SubjectKey], Subject | None] | None = None
        """Gives a subject that a sweep is at, which is as its rows are; None: there is no sweep."""
        self.on_change: Callable[[SubjectKey], None] | None = None
        """Called when rows of a subject were written or forgotten; None: nobody asks."""
        known = rows.deadlines
        self.deadlines: SubjectDeadlines = Deadlines() if known is None else known
        self._indexed = known is not None

    def find(self, key: SubjectKey) -> Subject | None:
        """A subject that has rows, or None. Raises CorruptRow.

        One of very many rows takes several calls: those before the last raise Building. One
        whose verdicts are of an earlier policy raises Stale until it was swept.
        """
        subject = self.live.get(key)
        if subject is None:
            # Another object would miss what the sweep still writes of it.
            passing = None if self.passing is None else self.passing(key)
            if passing is None:
                restored = self._restored(key)
                if restored is None:
                    return None
                subject, rows = restored
            else:
                subject, rows = passing, self._rows.rows_of(key)
            self.live.keep(key, subject, rows.values(), built=True)
            if self._holds:
                self._rows.hold(key, subject)
        else:
            self.lookups.ready += 1
        if self.stale is not None and self.stale(key, subject):
            raise Stale
        return subject

    def glance(self, key: SubjectKey) -> Subject | None:
        """A subject that has rows, without being kept ready for it. Raises as `find` does."""
        live = self.live.peek(key)
        if live is not None:
            return live
        restored = self._restored(key)
        return None if restored is None else restored[0]

    def _restored(self, key: SubjectKey) -> tuple[Subject, Mapping[bytes, bytes]] | None:
        """A subject from its rows, and these: reading them costs as much as building it."""
        half = self._half_built.get(key)
        if half is None:
            rows = self._rows.rows_of(key)
            if not rows:
                return None
            if len(rows) > ROWS_AT_ONCE:
                if len(self._half_built) == HALF_BUILT_AT_MOST:
                    del self._half_built[next(iter(self._half_built))]
                self._half_built[key] = HalfBuilt(key, rows, self._policy)
                raise Building
            subject = build(key, rows)
        elif half.on():
            del self._half_built[key]
            subject, rows = half.subject, half.rows
        else:
            raise Building
        self.lookups.rebuilt += 1
        # A subject that is live is passed over when deadlines are looked for.
        self.deadlines.set(key, subject.next_deadline)
        return subject, rows

    def keep(
        self, key: SubjectKey, subject: Subject, decision: Decision
    ) -> list[tuple[bytes, bytes]]:
        """Store what was decided. Returns the rows as they must go to the changelog."""
        stored = _stored(key, decision)
        if not self._holds:
            self._put(stored)
        self.deadlines.set(key, subject.next_deadline)
        # What is not swept yet is not found, so whatever was judged is of this policy.
        subject.judged_by = self._policy
        if self.on_change is not None:
            self.on_change(key)
        self.live.keep(key, subject, [row for _, row in stored])
        if self._holds:
            self._rows.hold(key, subject)
        return stored

    def store(
        self, key: SubjectKey, subject: Subject, decision: Decision
    ) -> list[tuple[bytes, bytes]]:
        """The same of a subject that need not be kept ready, and may not be through."""
        stored = _stored(key, decision)
        if self._holds and self.live.peek(key) is subject:
            self._rows.hold(key, subject)
        else:
            self._put(stored)
            if self._holds:
                # Another object of the same subject would say less than the rows now.
                self.live.drop(key)
        self.deadlines.set(key, subject.next_deadline)
        return stored

    def _put(self, stored: list[tuple[bytes, bytes]]) -> None:
        put = self._rows.put
        for place, value in stored:
            put(place, value)

    def rewrite(
        self, key: SubjectKey, place: bytes, row: EventRow | RefusalRow
    ) -> tuple[bytes, bytes]:
        """Store a row that no judging changed; what is live of its subject is read again.

        Returns it as it must go to the changelog. It may bring no other deadline.
        """
        stored = place, encode_row(row)
        self._rows.put(*stored)
        self._let_go(key)
        return stored

    def forget(self, key: SubjectKey, places: Iterable[bytes]) -> None:
        """Let rows of a subject that leaves go; it may not be asked for before all are gone."""
        for place in places:
            self._rows.put(place, None)
        self._let_go(key)
        self.deadlines.set(key, None)

    def _let_go(self, key: SubjectKey) -> None:
        self._rows.release(key)
        self.live.drop(key)
        self._half_built.pop(key, None)
        if self.on_change is not None:
            self.on_change(key)

    def index(self) -> Iterator[None]:
        """Find the deadlines of restored subjects, a little at each step.

        Until it is through, a deadline can be missed by a tick; the tick after it will
        find it. Where the store keeps the deadlines there is nothing to find. Raises
        CorruptRow.
        """
        if self._indexed:
            return
        began = time.monotonic()
        for _, key in self._rows.walk():
            if key in self.live or key in self.deadlines:
                continue
            ends: list[Instant] = []
            # A copy: between two steps an event of this very person may be judged and stored.
            for place, row in list(self._rows.rows_of(key).items()):
                end = next_deadline(row, place)
                if end is not None:
                    ends.append(end)
                if time.monotonic() - began > INDEX_SLICE_S:
                    yield
                    began = time.monotonic()
            if ends and key not in self.live and key not in self.deadlines:
                self.deadlines.set(key, min(ends))
            if time.monotonic() - began > INDEX_SLICE_S:
                yield
                began = time.monotonic()
        self._indexed = True

    def follow(self, before: Subjects) -> None:
        """Take over what is known of the same rows from who had them until now.

        Who is live stays so, under whatever policy: to let all of them go, and to build them
        again one by one, takes longer than to judge them again. Deadlines stand in the rows; to
        find them again would take all rows, and `index` passes over who is live.
        """
        if before._rows is not self._rows:
            return
        before.live.bound(self.live.most, self.live.max_bytes)
        self.live = before.live
        self.deadlines, self._indexed = before.deadlines, before._indexed


def _stored(key: SubjectKey, decision: Decision) -> list[tuple[bytes, bytes]]:
    """Keys and values of what was decided."""
    stored = [stored_form(key, row) for row in decision.rows]
    if decision.refusals:
        stored += [stored_refusal(key, refused) for refused in decision.refusals]
    return stored


def build(key: SubjectKey, rows: Mapping[bytes, bytes]) -> Subject:
    """A subject from its stored rows by row key. Raises CorruptRow."""
    identity = parse_subject_key(key)
    if identity is None:
        raise CorruptRow("belongs to no subject", key)
    return Subject.from_rows(*identity, (decode_any(row, at) for at, row in rows.items()))
