"""What was gathered of the inputs: the facts by subject, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from streams.check.facts import Facts
from streams.check.memory import MemoryBound
from streams.check.names import Names
from streams.check.spool import Key, Spool
from streams.core.findings import Finding
from streams.core.instants import Instant
from streams.core.vocabulary import EventType, Severity
from streams.files.records import Unread

SEVERITIES = tuple(Severity)
"""Heaviest first."""


class RejectedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was not judged: where it stands and why, never what it holds."""

    file: str
    line: int
    code: str
    field: str | None
    reason: str


@dataclass(slots=True)
class Gathered:
    """The facts by subject, and what could not be judged. Counts add up to `read`.

    `unknown_fields` counts fields that no event of that type has, which were ignored. What was
    not read at all is no part of `read`: nobody knows how many records it holds.
    """

    facts: Facts
    rejected: Spool[RejectedLine]
    findings: Spool[Finding]
    unread: list[Unread] = field(default_factory=list)
    read: int = 0
    unknown_fields: int = 0
    names: Names = field(default_factory=Names)
    by_type: Counter[EventType] = field(default_factory=Counter)
    first_at: Instant | None = None
    last_at: Instant | None = None

    def saw(self, first: Instant | None, last: Instant | None) -> None:
        """Events occurred from `first` to `last`; None: there were none."""
        if first is not None and last is not None:
            self.first_at = first if self.first_at is None else min(first, self.first_at)
            self.last_at = last if self.last_at is None else max(last, self.last_at)


def nothing_gathered(files: Sequence[str] = (), memory: MemoryBound | None = None) -> Gathered:
    """The beginning; rejected lines will be in the order of the files."""
    room = memory or MemoryBound(None)
    places = {name: place for place, name in enumerate(files)}

    def place(bad: RejectedLine) -> Key:
        return places.get(bad.file, -1), bad.line, bad.file, f"{bad.file}:{bad.line}"

    return Gathered(Facts(room), Spool(RejectedLine, place, room), Spool(Finding, weight, room))


def weight(finding: Finding) -> Key:
    """Heaviest first, then by time."""
    at = finding.occurred_at if finding.occurred_at is not None else finding.detected_at
    return SEVERITIES.index(finding.severity), at, finding.event_id, finding.violation_id
