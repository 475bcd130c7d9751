"""What happened to a finding or duty: it was opened, revised, closed or reopened.

Every format says it in its own terms; which of the four it is, is decided here alone.
"""

from __future__ import annotations

from enum import StrEnum

from streams.core.findings import Finding, OutputRecord
from streams.core.vocabulary import DutyStatus, Status


class Step(StrEnum):
    """A step in the life of one finding or duty."""

    OPENED = "opened"
    REVISED = "revised"
    CLOSED = "closed"
    REOPENED = "reopened"


def closes(status: Status | DutyStatus) -> bool:
    """Whether nothing is left to do for the receiver's people."""
    match status:
        case Status.RETRACTED | Status.REMEDIATED:
            return True
        case DutyStatus.FULFILLED | DutyStatus.CANCELLED | DutyStatus.FULFILLED_LATE:
            return True
        case DutyStatus.RETRACTED:
            return True
        case Status.OPEN | Status.REVISED | DutyStatus.DUE | DutyStatus.OVERDUE:
            return False


CLOSING = frozenset(status for status in (*Status, *DutyStatus) if closes(status))
"""The statuses that close."""


def step(record: OutputRecord) -> Step:
    """The step that this revision is.

    A finding that is OPEN again was retracted before; a finding that only becomes FINAL is
    revised. A duty that comes back counts as revised too: its status does not say what it
    was before.
    """
    if record.status in CLOSING:
        return Step.CLOSED
    if record.revision == 1:
        return Step.OPENED
    return Step.REOPENED if record.status is Status.OPEN else Step.REVISED


def identity(record: OutputRecord) -> str:
    """What a receiver knows it by, over its whole life.

    A duty and the finding that follows when nobody fulfils it have ids and lives of their own;
    the prefix shows which of the two it is.
    """
    return record.violation_id if isinstance(record, Finding) else duty_identity(record.duty_id)


def duty_identity(duty_id: str) -> str:
    """The identity of a duty."""
    return f"duty:{duty_id}"
