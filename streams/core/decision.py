"""The result of judging one fact or one tick.

A class of plain fields and no msgspec struct: each event makes one, and compiled it takes a
fraction of the time.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.findings import Duty, Finding
from streams.core.identifiers import EventKey
from streams.core.outcome import Outcome
from streams.core.state import EventRow, RefusalRow
from streams.core.subject_record import SubjectRecord

_NO_ROWS: Final[tuple[EventRow, ...]] = ()
_NO_REFUSALS: Final[tuple[RefusalRow, ...]] = ()
_NO_FINDINGS: Final[tuple[Finding, ...]] = ()
_NO_DUTIES: Final[tuple[Duty, ...]] = ()
_NOTHING_LEFT: Final[tuple[EventKey, ...]] = ()


@mypyc_attr(acyclic=True)
class Decision:  # noqa: PLW1641 - no key of anything
    """Values to be written as one; never changed.

    `rows` replace the rows with the same event id and payload hash, `refusals` those with
    the same event type and id. `rejudged` counts the events whose verdicts were evaluated, the
    new one included. `left` are events that are still to be judged again, in the order of law,
    where only a part was asked for. `silent` is the record of the one fact that was taken in, where
    its row says nothing more, as most: then `rows` is made of it when it is asked for.
    """

    __slots__ = ("_rows", "duties", "findings", "left", "outcome", "refusals", "rejudged", "silent")

    def __init__(
        self,
        *,
        outcome: Outcome,
        rows: tuple[EventRow, ...] = _NO_ROWS,
        refusals: tuple[RefusalRow, ...] = _NO_REFUSALS,
        findings: tuple[Finding, ...] = _NO_FINDINGS,
        duties: tuple[Duty, ...] = _NO_DUTIES,
        rejudged: int = 0,
        left: tuple[EventKey, ...] = _NOTHING_LEFT,
        silent: SubjectRecord | None = None,
    ) -> None:
        self.outcome = outcome
        self._rows = rows
        self.silent = silent
        self.refusals = refusals
        self.findings = findings
        self.duties = duties
        self.rejudged = rejudged
        self.left = left

    @property
    def rows(self) -> tuple[EventRow, ...]:
        """The rows to be written."""
        silent = self.silent
        return self._rows if silent is None else (silent.row,)

    def _parts(self) -> tuple[object, ...]:
        return (
            self.outcome,
            self.rows,
            self.refusals,
            self.findings,
            self.duties,
            self.rejudged,
            self.left,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Decision) and self._parts() == other._parts()

    def with_rows(self, rows: tuple[EventRow, ...]) -> Decision:
        """The same with other rows."""
        return self._like(rows, self.refusals, self.findings)

    def closing(self, refused: RefusalRow, finding: Finding) -> Decision:
        """The same, and that the finding about records refused under the event's id is closed."""
        return self._like(self.rows, (refused,), (*self.findings, finding))

    def _like(
        self,
        rows: tuple[EventRow, ...],
        refusals: tuple[RefusalRow, ...],
        findings: tuple[Finding, ...],
    ) -> Decision:
        return Decision(
            outcome=self.outcome,
            rows=rows,
            refusals=refusals,
            findings=findings,
            duties=self.duties,
            rejudged=self.rejudged,
            left=self.left,
        )
