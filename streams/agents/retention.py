"""What was kept long enough leaves: whole subjects, by ticks, with tombstones (P20, P26).

A subject leaves when P20 has passed since the latest of its events occurred and P26 since
the latest of its facts arrived, and it has no open duty (legal model 4.5). An old event of
an unknown subject is judged like any other: an import gives the same in any order, as long
as it pauses for less than P26. So whatever is sent again of who has left is judged again,
and leaves again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import structlog

from streams.agents.subjects import Subjects, build
from streams.core.identifiers import SubjectKey, ViolationId
from streams.core.instants import Instant, days
from streams.core.policy import Policy, Settings
from streams.core.render import address, duty_address
from streams.core.subject import Subject
from streams.transport.checks import latest
from streams.transport.row_store import RowStore
from streams.wire.progress import Progress
from streams.wire.rows import ages

log = structlog.get_logger("consentry.worker")

ROWS_AT_ONCE = 1_000
"""About how many rows a tick looks at: some 2 ms, whatever the number of subjects."""

LONGEST_PAUSE = days(1)
PAUSES_IN_TERM = 1_000


class Leaving(NamedTuple):
    """All that was written about a subject, by key: each needs a tombstone."""

    rows: list[bytes]
    violations: list[ViolationId]
    duties: list[ViolationId]


class Retention:
    """Lets the subjects of one partition number go when P20 and P26 are over.

    It passes over all subjects, a bounded piece a tick. A new pass begins a day after the
    last one did, or after a thousandth of the shorter of the two terms if that is less.
    Where a pass has come to stands in the progress row: it goes on after a restart.
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

    def leaving(self, clock: Instant) -> Iterator[Leaving]:
        """Go on with a pass; each subject is forgotten when it is handed over.

        The caller may stop at any subject; the next tick goes on after it.
        """
        progress = self._progress
        if progress.ticking_since is None:
            # What was judged before the first tick arrived by it at the latest: an input
            # that is read from its start holds records of years ago.
            progress.ticking_since = clock
        settings = self._policy.at(clock)
        occurred = Instant(clock - settings.retention)
        arrived = Instant(clock - settings.arrival_grace)
        if progress.ticking_since >= arrived:
            return
        if not progress.sweep_from and not self._begin(clock, settings):
            return
        progress.left_before = latest(progress.left_before, occurred)
        progress.arrived_before = latest(progress.arrived_before, arrived)
        looked = 0
        for place, key in self._rows.walk(progress.sweep_from):
            if looked >= ROWS_AT_ONCE and place != progress.sweep_from:
                progress.sweep_from = place
                return
            progress.sweep_from = place
            seen, over = self._over(key, occurred, arrived)
            looked += seen
            if over and (subject := self._without_duty(key)) is not None:
                self._left += 1
                progress.subjects_left += 1
                yield self._forget(key, subject)
        progress.sweep_from = b""
        if self._left:
            log.info("subjects.left", partition=self._number, subjects=self._left)
            self._left = 0

    def _begin(self, clock: Instant, settings: Settings) -> bool:
        """Whether a new pass is due, noted as begun."""
        progress = self._progress
        shorter = min(settings.retention, settings.arrival_grace)
        pause = max(min(LONGEST_PAUSE, shorter // PAUSES_IN_TERM), 1)
        if progress.swept_at is not None and clock - progress.swept_at < pause:
            return False
        progress.swept_at = clock
        return True

    def _over(self, key: SubjectKey, occurred: Instant, arrived: Instant) -> tuple[int, bool]:
        """How many rows were looked at, and whether all facts are older than both terms."""
        seen = 0
        # The latest to be written is likely to be the latest to have occurred.
        for place, row in reversed(list(self._rows.rows_of(key).items())):
            seen += 1
            occurred_at, arrived_at = ages(row, place)
            if occurred_at >= occurred or arrived_at >= arrived:
                return seen, False
        return seen, seen > 0

    def _without_duty(self, key: SubjectKey) -> Subject | None:
        """The subject, unless it has a duty that is open."""
        subject = build(key, self._rows.rows_of(key))
        told = (told for record in subject.records.values() for told in record.row.duties.values())
        return None if any(one.overdue_after is not None for one in told) else subject

    def _forget(self, key: SubjectKey, subject: Subject) -> Leaving:
        records = subject.records.values()
        return Leaving(
            rows=self._subjects.forget(key),
            violations=[address(one.event, slot) for one in records for slot in one.row.said],
            duties=[duty_address(one.event, who) for one in records for who in one.row.duties],
        )
