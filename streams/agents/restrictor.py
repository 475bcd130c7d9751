"""Restricting the processing of one person's data, and lifting that (GDPR 18).

One row is written, which is one transaction with the result. What is live of the person is read
from the rows again: it would write the row as it was.
"""

from __future__ import annotations

import msgspec

from streams.agents.judged_batch import JudgedBatch
from streams.agents.stored_counts import count_stored
from streams.agents.subjects import Subjects
from streams.core.decision import Decision
from streams.core.identifiers import SubjectKey
from streams.core.instants import Instant
from streams.core.outcome import Outcome
from streams.core.state import EventRow, RefusalRow
from streams.transport.state.row_store import RowStore
from streams.wire.commands import Ongoing
from streams.wire.restricted import marked
from streams.wire.rows import decode_any, is_refusal


class Restrictor:
    """Marks persons of one partition number, of whom something is stored."""

    def __init__(self, rows: RowStore, subjects: Subjects) -> None:
        self._rows = rows
        self._subjects = subjects

    def stores(self, key: SubjectKey) -> bool:
        """Whether anything is stored of a person: else there is nothing to restrict."""
        return bool(self._rows.rows_of(key))

    def restrict(self, key: SubjectKey, at: Instant, ongoing: Ongoing, batch: JudgedBatch) -> None:
        """Mark one row of a person. An earlier mark stays: it counts since then."""
        rows = self._rows.rows_of(key)
        count_stored(rows, ongoing)
        already = any(True for _ in marked(rows))
        ongoing.count("already_restricted", already)
        if already:
            return
        # A fact stands longer than a refused id could; of several the first, for no reason.
        place = min(rows, key=lambda one: (is_refusal(one), one))
        self._write(key, place, decode_any(rows[place], place), at, batch)

    def lift(self, key: SubjectKey, ongoing: Ongoing, batch: JudgedBatch) -> None:
        """Take all marks of a person away."""
        rows = self._rows.rows_of(key)
        found = list(marked(rows))
        ongoing.count("restrictions_lifted", bool(found))
        for place, row in found:
            self._write(key, place, row, None, batch)

    def _write(
        self,
        key: SubjectKey,
        place: bytes,
        row: EventRow | RefusalRow,
        since: Instant | None,
        batch: JudgedBatch,
    ) -> None:
        row = msgspec.structs.replace(row, restricted_since=since)
        stored = self._subjects.rewrite(key, place, row)
        batch.write([stored], Decision(outcome=Outcome.JUDGED))
