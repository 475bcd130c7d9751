"""What was kept long enough leaves: whole subjects, by ticks, with tombstones (P20, P26).

A subject leaves when P20 has passed since the latest of its events occurred and P26 since
the latest of its facts arrived, and it has no open duty (legal model 4.5). While processing
is restricted, it stays: to keep the data may be what was asked for (GDPR 18(1)(b), (c)). An
old event of an unknown subject is judged like any other: an import gives the same in any
order, as long as it pauses for less than P26. So whatever is sent again of who has left is
judged again, and leaves again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import structlog

from streams.agents.subjects import Subjects
from streams.core.due import overdue_after
from streams.core.identifiers import SubjectKey, ViolationId
from streams.core.instants import Instant, days
from streams.core.policy import Policy, PolicySettings
from streams.core.refusals import refusal_address
from streams.core.render import address, duty_address
from streams.core.state import RefusalRow
from streams.transport.state.row_store import RowStore
from streams.transport.tasks.preconditions import latest
from streams.wire.progress import Progress
from streams.wire.restricted import restriction_of
from streams.wire.rows import ages, decode_any, decode_row, is_refusal

log = structlog.get_logger("consentry.worker")

ROWS_AT_ONCE = 1_000
"""About how many rows a tick looks at: some 2 ms, whatever the number of subjects. A person
of more rows is looked at, and leaves, in pieces of so many."""

LONGEST_PAUSE = days(1)
PAUSES_IN_TERM = 1_000


class Leaving(NamedTuple):
    """What was written about a subject, or a piece of it, by key: each needs a tombstone."""

    rows: list[bytes]
    violations: list[ViolationId]
    duties: list[ViolationId]
    last: bool
    """Whether nothing is left of the subject after it."""


PAUSE = Leaving([], [], [], last=False)
"""Nothing leaves yet: rows are being looked at, and others may have a turn."""


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
        """Go on with a pass; what is handed over is forgotten then.

        A tick is not over before this is through: nobody may be judged who is looked at.
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
        if not progress.retention_from and not self._begin(clock, settings):
            return
        progress.left_before = latest(progress.left_before, occurred)
        progress.arrived_before = latest(progress.arrived_before, arrived)
        looked = 0
        for place, key in self._rows.walk(progress.retention_from):
            if looked >= ROWS_AT_ONCE and place != progress.retention_from:
                progress.retention_from = place
                return
            progress.retention_from = place
            seen, over = yield from self._over(key, occurred, arrived)
            looked += seen
            if over:
                self._left += 1
                progress.subjects_left += 1
                progress.leaving = key
                yield from self.rest()
        progress.retention_from = b""
        if self._left:
            log.info("subjects.left", partition=self._number, subjects=self._left)
            self._left = 0

    def _begin(self, clock: Instant, settings: PolicySettings) -> bool:
        """Whether a new pass is due, noted as begun."""
        progress = self._progress
        shorter = min(settings.retention, settings.arrival_grace)
        pause = max(min(LONGEST_PAUSE, shorter // PAUSES_IN_TERM), 1)
        if progress.retention_at is not None and clock - progress.retention_at < pause:
            return False
        progress.retention_at = clock
        return True

    def rest(self) -> Iterator[Leaving]:
        """What is left of the subject that is leaving, if one is; also after a restart.

        It comes before any record: one of the same person would be judged against a part of
        what that person did.
        """
        progress = self._progress
        if not progress.leaving:
            return
        key = SubjectKey(progress.leaving)
        # Of who is erased one row stays, and nobody is counted as having left by age.
        kept = b"" if progress.command is None else progress.command.row
        rows = [one for one in self._rows.rows_of(key).items() if one[0] != kept]
        while rows:
            some, rows = rows[:ROWS_AT_ONCE], rows[ROWS_AT_ONCE:]
            if not rows:
                progress.leaving = b""
            yield self._forget(key, some, last=not rows and not kept)
        progress.leaving = b""

    def _over(
        self, key: SubjectKey, occurred: Instant, arrived: Instant
    ) -> Generator[Leaving, None, tuple[int, bool]]:
        """How many rows were looked at, and whether both terms are over and nothing keeps them.

        An open duty does, and a restriction of processing.
        """
        stored = self._rows.rows_of(key)
        # Row by row: a live subject writes those alone that are looked at.
        places = list(stored)
        facts = [place for place in places if not is_refusal(place)]
        refused = len(places) - len(facts)
        places = facts or places
        # The latest to be written is likely to be the latest to have occurred.
        for seen, place in enumerate(reversed(places), 1):
            occurred_at, arrived_at = ages(stored[place], place)
            if occurred_at >= occurred or arrived_at >= arrived:
                return refused + seen, False
            if seen % ROWS_AT_ONCE == 0:
                yield PAUSE
        if restriction_of(stored) is not None:
            return refused + len(facts), False
        if not facts:
            return len(places), bool(places)
        for seen, place in enumerate(places, 1):
            owed = decode_row(stored[place], place).duties.values()
            if any(overdue_after(one) is not None for one in owed):
                return refused + len(places), False
            if seen % ROWS_AT_ONCE == 0:
                yield PAUSE
        return refused + len(places), True

    def _forget(
        self, key: SubjectKey, rows: Sequence[tuple[bytes, bytes]], *, last: bool
    ) -> Leaving:
        self._subjects.forget(key, [place for place, _ in rows])
        violations: list[ViolationId] = []
        duties: list[ViolationId] = []
        for place, stored in rows:
            row = decode_any(stored, place)
            if isinstance(row, RefusalRow):
                violations.append(refusal_address(key, row))
                continue
            event = row.fact.event
            violations += [address(event, slot) for slot in row.published]
            duties += [duty_address(event, who) for who in row.duties]
        return Leaving([place for place, _ in rows], violations, duties, last=last)
