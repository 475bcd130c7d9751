"""What was kept long enough leaves: whole subjects, by ticks, with tombstones (P20).

An event of an unknown subject from before `expired_before` is expired. A subject whose
facts are all from before it, and who has no open duty, leaves: a replay of its records
then finds an unknown subject and expired events, and brings nothing back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import structlog

from streams.agents.subjects import Subjects, build
from streams.core.identifiers import SubjectKey, ViolationId, violation_id
from streams.core.instants import Instant, days
from streams.core.policy import Policy
from streams.core.rules.duties import duty_slot
from streams.core.subject import Subject
from streams.transport.checks import latest
from streams.transport.row_store import RowStore
from streams.wire.progress import Progress
from streams.wire.rows import occurred_at

log = structlog.get_logger("consentry.worker")

ROWS_AT_ONCE = 1_000
"""About how many rows a tick looks at: some 2 ms, whatever the number of subjects."""

LONGEST_PAUSE = days(1)
PAUSES_IN_RETENTION = 1_000


class Leaving(NamedTuple):
    """All that was written about a subject, by key: each needs a tombstone."""

    rows: list[bytes]
    violations: list[ViolationId]
    duties: list[ViolationId]


class Retention:
    """Lets the subjects of one partition number go when P20 is over.

    It passes over all subjects, a bounded piece a tick. A new pass begins when
    `expired_before` has moved by a day, or by a thousandth of the retention if that is
    less. Where a pass has come to stands in the progress row: it goes on after a restart.
    """

    def __init__(
        self, number: int, rows: RowStore, subjects: Subjects, progress: Progress, policy: Policy
    ) -> None:
        self._number = number
        self._rows = rows
        self._subjects = subjects
        self._progress = progress
        self._policy = policy
        self._left = 0
        self.subjects_left = 0
        """Subjects that left since this worker has had the partition number."""

    def pass_time(self, clock: Instant) -> None:
        """Move `expired_before` up to a partition time; it never goes back.

        So a longer retention brings nothing back: what has left cannot be judged again.
        """
        progress = self._progress
        cut = Instant(clock - self._policy.at(clock).retention)
        progress.expired_before = latest(progress.expired_before, cut)

    def expired(self, at: Instant) -> bool:
        """Whether an event of an unknown subject that occurred then is expired."""
        before = self._progress.expired_before
        return before is not None and at < before

    def leaving(self, clock: Instant) -> Iterator[Leaving]:
        """Go on with a pass; each subject is forgotten when it is handed over.

        The caller may stop at any subject; the next tick goes on after it.
        """
        progress = self._progress
        cut = progress.expired_before
        if cut is None or not (progress.sweep_from or self._begin(cut, clock)):
            return
        looked = 0
        for place, key in self._rows.walk(progress.sweep_from):
            if looked >= ROWS_AT_ONCE and place != progress.sweep_from:
                progress.sweep_from = place
                return
            progress.sweep_from = place
            seen, over = self._over(key, cut)
            looked += seen
            if over and (subject := self._without_duty(key)) is not None:
                self._left += 1
                self.subjects_left += 1
                yield self._forget(key, subject)
        progress.sweep_from = b""
        if self._left:
            log.info("subjects.left", partition=self._number, subjects=self._left)
            self._left = 0

    def _begin(self, cut: Instant, clock: Instant) -> bool:
        """Whether a new pass is due, noted as begun."""
        progress = self._progress
        pause = min(LONGEST_PAUSE, self._policy.at(clock).retention // PAUSES_IN_RETENTION)
        if progress.swept_before is not None and cut - progress.swept_before < max(pause, 1):
            return False
        progress.swept_before = cut
        return True

    def _over(self, key: SubjectKey, cut: Instant) -> tuple[int, bool]:
        """How many rows were looked at, and whether all facts are from before `cut`."""
        seen = 0
        # The latest to be written is likely to be the latest to have occurred.
        for place, row in reversed(list(self._rows.rows_of(key).items())):
            seen += 1
            if occurred_at(row, place) >= cut:
                return seen, False
        return seen, seen > 0

    def _without_duty(self, key: SubjectKey) -> Subject | None:
        """The subject, unless it has a duty that is open."""
        subject = build(key, self._rows.rows_of(key))
        told = (told for record in subject.records.values() for told in record.row.duties.values())
        return None if any(one.overdue_after is not None for one in told) else subject

    def _forget(self, key: SubjectKey, subject: Subject) -> Leaving:
        def address(event_id: str, slot: str) -> ViolationId:
            return violation_id(subject.controller_id, subject.subject_id, event_id, slot)

        records = subject.records.items()
        return Leaving(
            rows=self._subjects.forget(key),
            violations=[address(e, slot) for e, record in records for slot in record.row.said],
            duties=[address(e, duty_slot(r)) for e, record in records for r in record.row.duties],
        )
