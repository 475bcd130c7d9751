"""What happened to a finding or duty: it was opened, revised, closed or reopened.

Every format says it in its own terms; which of the four it is, is decided here alone.
"""

from __future__ import annotations

from enum import StrEnum

from streams.core.findings import Duty, Finding
from streams.core.vocabulary import DutyStatus, Finality, Status

Told = Finding | Duty
"""What is told to receivers."""


class Step(StrEnum):
    """A step in the life of one finding or duty."""

    OPENED = "opened"
    REVISED = "revised"
    CLOSED = "closed"
    REOPENED = "reopened"


CLOSING = frozenset(
    {
        Status.RETRACTED,
        Status.REMEDIATED,
        DutyStatus.FULFILLED,
        DutyStatus.CANCELLED,
        DutyStatus.FULFILLED_LATE,
        DutyStatus.RETRACTED,
    }
)
"""Nothing is left to do for the receiver's people."""


def step(told: Told) -> Step:
    """The step that this revision is.

    A finding is OPEN again only after it was retracted, with one exception: a finding that
    was never revised is told a second time, still OPEN, when it becomes FINAL. A finding
    that was reopened and then becomes FINAL cannot be told apart from one that was reopened
    when it was FINAL already, and counts as reopened: a second alert rather than none.
    A duty that comes back counts as revised: its status does not say what it was before.
    """
    if told.status in CLOSING:
        return Step.CLOSED
    if told.revision == 1:
        return Step.OPENED
    if isinstance(told, Finding) and told.status is Status.OPEN:
        label_only = told.revision == 2 and told.finality is Finality.FINAL
        return Step.REVISED if label_only else Step.REOPENED
    return Step.REVISED


def identity(told: Told) -> str:
    """What a receiver knows it by, over its whole life.

    A duty and the finding that it becomes when nobody fulfils it have one `violation_id`
    and lives of their own; the prefix keeps a receiver from taking one for the other.
    """
    return told.violation_id if isinstance(told, Finding) else f"duty:{told.duty_id}"
