"""Read records into the facts of each subject, and set apart what cannot be judged.

What is known is held in memory, grouped by subject, and in temporary files once that is too much
(streams.check.facts); so are the findings. The bytes pass the worker's own decoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from streams.check.facts import ONE_PERSON, SubjectName
from streams.check.gathered import Gathered, RejectedLine, nothing_gathered
from streams.check.held import Known, Undecoded
from streams.check.memory import MemoryBound
from streams.check.shares import ALL, Share
from streams.check.undecoded import NO_PARTITION, OrdinaryFacts
from streams.core.findings import DeadLetter
from streams.core.identifiers import EventId, parse_subject_key
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.quality import FUTURE, UNPROCESSABLE, is_future, quality_finding
from streams.core.render import event_type
from streams.core.state import Fact, FactSource, Refusal
from streams.core.vocabulary import Code
from streams.files.records import Damaged, Found, Line, Lines, Pieces, Unread
from streams.wire.decode import Rejected, decode

AT_ONCE: Final = 250
"""Records that are read before it is asked whether there is room for more."""

FACT_BYTES: Final = 1_000
"""About what a record becomes when it is read."""


def gather(
    records: Iterable[Pieces],
    policy: Policy,
    clock: Instant | None,
    gathered: Gathered | None = None,
    share: Share = ALL,
) -> Gathered:
    """Read what a share has of all records; `clock` is what Q04 compares with, None: not tested.

    Records in a schema of ours are held as they are: what is wrong with one of them shows when
    its subject is taken (`by_subject`).
    """
    gathered = nothing_gathered() if gathered is None else gathered
    for record in records:
        if isinstance(record, Lines):
            count, left = gathered.facts.hold(record, share)
            gathered.read += count
            for place in left:
                line = record.line(place)
                if share.has(line):
                    _gather_one(gathered, line, policy, clock)
        # What one process cannot read another may have read: each says so of itself.
        elif isinstance(record, Unread) or share.has(record):
            _gather_one(gathered, record, policy, clock)
    return gathered


def _gather_one(gathered: Gathered, record: Found, policy: Policy, clock: Instant | None) -> None:
    if isinstance(record, Unread):
        gathered.unread.append(record)
        return
    gathered.read += 1
    if isinstance(record, Damaged):
        letter = DeadLetter(code=UNPROCESSABLE, reason=record.reason)
        _set_apart(gathered, record, Rejected(dead_letter=letter), policy, clock)
        return
    known = _read(gathered, record, policy, clock)
    if isinstance(known, Fact):
        gathered.facts.add(known, len(record.value))
    elif known is not None:
        gathered.facts.refuse(*known)


def by_subject(
    gathered: Gathered, policy: Policy, clock: Instant | None, memory: MemoryBound | None = None
) -> Iterator[tuple[SubjectName, list[Fact], list[Refusal]]]:
    """Each subject with its facts, and the refused ids of its events; let go after use.

    All counts are whole after the last one. Raises ConsentryError where those of one subject are
    too many for memory.
    """
    ordinary = OrdinaryFacts(clock, gathered.names)
    meter = (memory or MemoryBound(None)).meter()
    for key, held in gathered.facts.take():
        refused: list[Refusal] = []
        facts: list[Fact] = []
        left: list[Known] = []
        for first in range(0, len(held), AT_ONCE):
            meter.require(min(AT_ONCE, len(held) - first) * FACT_BYTES, ONE_PERSON)
            left += ordinary.facts(held, first, AT_ONCE, facts)
        for one in left:
            if isinstance(one, Undecoded):
                line = Line(one.file, one.number, one.value)
                known = _read(gathered, line, policy, clock)
                if isinstance(known, Fact):
                    facts.append(known)
                elif known is not None:
                    refused.append(known[1])
            elif isinstance(one, Refusal):
                refused.append(one)
            else:
                facts.append(one)
        name = parse_subject_key(key)
        # Of a key that names nobody nothing could be read.
        if name is not None and (facts or refused):
            yield name, facts, refused
    by_type, first_at, last_at = ordinary.seen()
    for kind, count in by_type.items():
        gathered.by_type[kind] += count
    gathered.saw(first_at, last_at)


def _read(
    gathered: Gathered, line: Line, policy: Policy, clock: Instant | None
) -> Fact | tuple[SubjectName, Refusal] | None:
    """What a record says; None where it was set apart, and no event can have its address."""
    decoded = decode(line.value, None)
    if isinstance(decoded, Rejected):
        return _set_apart(gathered, line, decoded, policy, clock)
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
        return _set_apart(gathered, line, rejected, policy, clock)
    gathered.by_type[event_type(event)] += 1
    gathered.unknown_fields += decoded.unknown_fields
    gathered.names.note(event)
    gathered.saw(event.occurred_at, event.occurred_at)
    return fact


def _set_apart(
    gathered: Gathered,
    record: Line | Damaged,
    rejected: Rejected,
    policy: Policy,
    clock: Instant | None,
) -> tuple[SubjectName, Refusal] | None:
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
        return subject, refusal
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
    return None


def _moment(clock: Instant | None, occurred_at: Instant | None) -> Instant:
    """When it was detected: at the clock; without one, when it occurred, or at no time."""
    known = clock if clock is not None else occurred_at
    return Instant(0) if known is None else known
