"""Read records into the facts of each subject, and set apart what cannot be judged.

Facts are held in memory, grouped by subject, about 1 kB per event, and in temporary files
once that is too much (streams.check.spool); so are the findings. The bytes pass the worker's own
decoder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from streams.check.memory import MemoryBound
from streams.check.names import Names
from streams.check.spool import Facts, Key, Spool
from streams.core.findings import DeadLetter, Finding
from streams.core.identifiers import EventId
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.quality import FUTURE, UNPROCESSABLE, is_future, quality_finding
from streams.core.render import event_type
from streams.core.state import Fact, FactSource
from streams.core.vocabulary import Code, EventType, Severity
from streams.files.records import Damaged, Found, Line, Unread
from streams.wire.decode import Decoded, Rejected, decode

SEVERITIES = tuple(Severity)
"""Heaviest first."""

NO_PARTITION = -1
"""The partition of a source that is a file (streams.core.state.FactSource)."""


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


def nothing_gathered(files: Sequence[str] = (), memory: MemoryBound | None = None) -> Gathered:
    """The beginning; rejected lines will be in the order of the files."""
    room = memory or MemoryBound(None)
    places = {name: place for place, name in enumerate(files)}

    def place(bad: RejectedLine) -> Key:
        return places.get(bad.file, -1), bad.line, bad.file, f"{bad.file}:{bad.line}"

    return Gathered(Facts(room), Spool(RejectedLine, place, room), Spool(Finding, weight, room))


def gather(
    records: Iterable[Found],
    policy: Policy,
    clock: Instant | None,
    gathered: Gathered | None = None,
) -> Gathered:
    """Decode all records; `clock` is what Q04 compares with, None: not tested."""
    gathered = nothing_gathered() if gathered is None else gathered
    for record in records:
        if isinstance(record, Unread):
            gathered.unread.append(record)
            continue
        gathered.read += 1
        if isinstance(record, Damaged):
            letter = DeadLetter(code=UNPROCESSABLE, reason=record.reason)
            _set_apart(gathered, record, Rejected(dead_letter=letter), policy, clock)
            continue
        decoded = decode(record.value, None)
        if isinstance(decoded, Rejected):
            _set_apart(gathered, record, decoded, policy, clock)
            continue
        _take(gathered, record, decoded, policy, clock)
    return gathered


def _take(
    gathered: Gathered, line: Line, decoded: Decoded, policy: Policy, clock: Instant | None
) -> None:
    event = decoded.event
    fact = Fact(
        event=event,
        payload_hash=decoded.payload_hash,
        # Offline nothing is ingested: the clock stands for it, or when it was recorded.
        ingested_at=event.recorded_at if clock is None else clock,
        source=FactSource(line.file, NO_PARTITION, line.number),
    )
    if clock is not None and is_future(fact):
        rejected = Rejected(
            dead_letter=DeadLetter(
                code=FUTURE,
                reason="occurred_at lies more than five minutes after the clock; check the "
                "clock of the source system, or --clock",
                field="occurred_at",
            ),
            controller_id=event.controller_id,
            subject_id=event.subject_id,
            event_id=event.event_id,
            event_type=event_type(event),
            occurred_at=event.occurred_at,
        )
        _set_apart(gathered, line, rejected, policy, clock)
        return
    gathered.facts.add(fact, len(line.value))
    gathered.by_type[event_type(event)] += 1
    gathered.unknown_fields += decoded.unknown_fields
    gathered.names.note(event)
    at = event.occurred_at
    gathered.first_at = at if gathered.first_at is None else min(at, gathered.first_at)
    gathered.last_at = at if gathered.last_at is None else max(at, gathered.last_at)


def _set_apart(
    gathered: Gathered,
    record: Line | Damaged,
    rejected: Rejected,
    policy: Policy,
    clock: Instant | None,
) -> None:
    letter = rejected.dead_letter
    gathered.rejected.add(
        RejectedLine(
            file=record.file,
            line=record.number,
            code=letter.code,
            field=letter.field,
            reason=letter.reason,
        )
    )
    detected_at = _moment(clock, rejected.occurred_at)
    subject, refusal = rejected.subject, rejected.refusal(detected_at)
    if subject is not None and refusal is not None:
        # Whether its finding is closed shows when the subject is judged.
        gathered.facts.refuse(subject, refusal)
        return
    finding = quality_finding(
        Code(letter.code),
        controller_id=rejected.controller_id,
        subject_id=rejected.subject_id,
        event_id=rejected.event_id or EventId(f"{record.file}:{record.number}"),
        event_type=rejected.event_type,
        occurred_at=rejected.occurred_at,
        detected_at=detected_at,
        policy=policy,
    )
    gathered.findings.add(finding)


def weight(finding: Finding) -> Key:
    """Heaviest first, then by time."""
    at = finding.occurred_at if finding.occurred_at is not None else finding.detected_at
    return SEVERITIES.index(finding.severity), at, finding.event_id, finding.violation_id


def _moment(clock: Instant | None, occurred_at: Instant | None) -> Instant:
    """When it was detected: at the clock; without one, when it occurred, or at no time."""
    known = clock if clock is not None else occurred_at
    return Instant(0) if known is None else known
