"""The closed words of what comes out: findings and duties (legal model 3.8, 4.4)."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How a finding weighs, heaviest first; the last three are no violations."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    OBLIGATION = "OBLIGATION"
    ADVISORY = "ADVISORY"
    QUALITY = "QUALITY"


class Status(StrEnum):
    """The life of a finding; all but RETRACTED count as found."""

    OPEN = "OPEN"
    REVISED = "REVISED"
    RETRACTED = "RETRACTED"
    REMEDIATED = "REMEDIATED"


class DutyStatus(StrEnum):
    """The life of a duty to notify a recipient; all but RETRACTED count as raised."""

    DUE = "DUE"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"
    OVERDUE = "OVERDUE"
    FULFILLED_LATE = "FULFILLED_LATE"
    RETRACTED = "RETRACTED"


class Finality(StrEnum):
    """A label for readers, never a gate (legal model 4.5, P15)."""

    PROVISIONAL = "PROVISIONAL"
    FINAL = "FINAL"
