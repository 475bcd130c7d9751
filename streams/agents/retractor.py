"""Ending what stands on the output topics and the state does not say, as the owner (docs/adr/0102).

A command names what somebody read there. Nothing in it is believed: whether the state says
it is looked up here, in the transaction of what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator

import msgspec

from streams.agents.judged_batch import JudgedBatch
from streams.agents.retention import Leaving
from streams.agents.subjects import Subjects
from streams.core.brought_in_line import brought_in_line
from streams.core.decision import Decision
from streams.core.findings import Duty, Finding, OutputRecord, id_of
from streams.core.identifiers import SubjectKey, ViolationId, parse_subject_key, subject_key
from streams.core.instants import LATEST, Instant
from streams.core.outcome import Outcome
from streams.core.policy import Policy
from streams.core.quality import ABOUT_RECORDS
from streams.core.restate import restate
from streams.core.superseded import about_record, outlived, own_address, taken_back, under
from streams.core.vocabulary import DutyStatus, Status
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.arrival import names_a_record, partition_for
from streams.wire.commands import Command, HeldOutput, Ongoing
from streams.wire.errors import WireError
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.guard import guard_key
from streams.wire.record import Record
from streams.wire.rows import CorruptRow, decode_any

_Place = tuple[str, bool]
"""An id, and whether it is that of a duty."""

ROWS_AT_ONCE = 200
"""After so many rows it is asked whether others should have a turn."""


class Retractor:
    """Ends what nobody says any more on the partition number that it is for."""

    def __init__(
        self,
        partition: PartitionTask,
        subjects: Subjects,
        policy: Policy,
        inputs: Container[str],
    ) -> None:
        """`inputs` are the topics of events, by which findings name records."""
        self._number = partition.number
        self._count = partition.count
        self._rows = partition.rows
        self._progress = partition.progress
        self._subjects = subjects
        self._policy = policy
        self._inputs = inputs

    def retract(
        self, command: Command, record: Record, ongoing: Ongoing, batch: Callable[[], JudgedBatch]
    ) -> Iterator[None]:
        """Take what is named, one after the other; after each step others may have a turn.

        `batch` gives the batch at hand. What is none of ours is looked for in all rows at the
        end. Raises Building while a subject is being built: begin again, and it goes on where
        it was; and CorruptRow.
        """
        at = Instant(min(max(0, record.timestamp), LATEST))
        for one in command.standing[ongoing.taken :]:
            said = _read(one)
            if said is not None and own_address(said) == one.id and not self._of_a_record(said):
                ongoing.count(self._end(one.id, said, at, batch()))
            elif said is not None and _follows_from_a_record(said):
                ongoing.count(self._about_record(one.id, said, batch()))
            ongoing.taken += 1
            yield
        foreign = {(one.id, one.duty): _read(one) for one in command.standing if _is_foreign(one)}
        if foreign and self._progress.sweeping:
            # A sweep goes on between two steps, and may say just now what is looked for.
            ongoing.count("left_for_a_sweep", len(foreign))
        elif foreign:
            for own in self._own(foreign):
                if own is not None:
                    ongoing.count(self._end(id_of(own), own, at, batch()))
                yield
            for (one_id, duty), held in sorted(foreign.items(), key=lambda item: item[0]):
                if held is None:
                    batch().clear(_gone(one_id, duty=duty), marked=True)
                    ongoing.count("removed")
                else:
                    ongoing.count(self._remove(one_id, held, at, batch()))
                yield

    def _of_a_record(self, said: OutputRecord) -> bool:
        """Whether it names a record in the place of an event, so that no row can have it."""
        named = said.event_id if isinstance(said, Finding) else None
        return _follows_from_a_record(said) and names_a_record(named, self._inputs)

    def _about_record(self, one_id: str, said: OutputRecord, batch: JudgedBatch) -> str:
        """It stays, unless its person was erased since (GDPR 17), or has left (P20, P26).

        No row would find it.
        """
        key = subject_key(said.controller_id or "", said.subject_id or "")
        subject = self._subjects.find(key)
        if subject is None:
            home = partition_for(key, self._count) == self._number
            gone = home and outlived(said, self._policy, self._progress.partition_time)
        else:
            gone = subject.erased_at is not None and 0 < said.detected_at <= subject.erased_at
        if not gone or not about_record(said, one_id):
            return "left"
        batch.clear(_gone(one_id, duty=False), marked=True)
        return "removed"

    def _end(self, one_id: str, said: OutputRecord, at: Instant, batch: JudgedBatch) -> str:
        """Bring one in line with the state; what was done, for the result."""
        key = subject_key(said.controller_id or "", said.subject_id or "")
        if partition_for(key, self._count) != self._number:
            # Where it belongs the state may say it, and readers do not look at partitions.
            return "elsewhere"
        subject = self._subjects.find(key)
        decision = None
        if subject is not None:
            clock = self._progress.partition_time
            decision = brought_in_line(subject, said, self._policy, at=at, clock=clock)
        if decision is None:
            return self._remove(one_id, said, at, batch)
        if decision.outcome is Outcome.DUPLICATE:
            return "in_line"
        assert subject is not None
        batch.write(self._subjects.keep(key, subject, decision), decision)
        outputs: tuple[OutputRecord, ...] = (*decision.findings, *decision.duties)
        return "raised" if any(map(_stands, outputs)) else "retracted"

    def _remove(self, one_id: str, said: OutputRecord, at: Instant, batch: JudgedBatch) -> str:
        """No row will ever take it away: its end is published, and then it goes.

        Of an erased person, and of what this release has no words for, nothing is published.
        """
        subject = self._subjects.find(subject_key(said.controller_id or "", said.subject_id or ""))
        erased = subject is not None and subject.erased_at is not None
        published = _stands(said) and not erased and own_address(said) is not None
        if published:
            ended = under(ViolationId(one_id), taken_back(said, self._policy, at))
            findings = (ended,) if isinstance(ended, Finding) else ()
            duties = (ended,) if isinstance(ended, Duty) else ()
            retraction = Decision(outcome=Outcome.JUDGED, findings=findings, duties=duties)
            batch.write((), retraction)
        batch.clear(_gone(one_id, duty=isinstance(said, Duty)), marked=True)
        return "retracted" if published else "removed"

    def _own(self, foreign: dict[_Place, OutputRecord | None]) -> Iterator[OutputRecord | None]:
        """Take out what a row says after all, and give it where readers hold a higher revision.

        None: others may have a turn.
        """
        looked = 0
        for _, key in self._rows.walk():
            rows = list(self._rows.rows_of(key).items())
            for own in self._said(key, rows):
                place = id_of(own), isinstance(own, Duty)
                if place in foreign:
                    held = foreign.pop(place)
                    if held is not None and held.revision >= own.revision:
                        yield _as_held(own, held)
            looked += len(rows)
            if looked >= ROWS_AT_ONCE:
                looked = 0
                yield None

    def _said(self, key: SubjectKey, rows: Iterable[tuple[bytes, bytes]]) -> Iterator[OutputRecord]:
        identity = parse_subject_key(key)
        if identity is None:
            raise CorruptRow("belongs to no subject", key)
        for place, stored in rows:
            findings, duties = restate(*identity, decode_any(stored, place), self._policy)
            yield from findings
            yield from duties


def _as_held(own: OutputRecord, held: OutputRecord) -> OutputRecord:
    """What is said, at the revision and in the status that readers hold."""
    if isinstance(own, Finding) and isinstance(held, Finding):
        return msgspec.structs.replace(own, revision=held.revision, status=held.status)
    return msgspec.structs.replace(own, revision=held.revision)


def _read(one: HeldOutput) -> OutputRecord | None:
    """What it is, None for what is no finding or duty about a pseudonym."""
    try:
        said = (decode_duty if one.duty else decode_finding)(one.record or b"")
    except WireError:
        return None
    key = subject_key(said.controller_id or "", said.subject_id or "")
    return None if guard_key(key) is not None else said


def _is_foreign(one: HeldOutput) -> bool:
    """Whether nothing of ours can have written it under that id."""
    said = _read(one)
    if said is None:
        return True
    return own_address(said) != one.id and not _follows_from_a_record(said)


def _follows_from_a_record(said: OutputRecord | None) -> bool:
    """Whether it may be about a record that is no fact: no row knows of those."""
    return isinstance(said, Finding) and said.code in ABOUT_RECORDS


def _stands(said: OutputRecord) -> bool:
    return said.status not in (Status.RETRACTED, DutyStatus.RETRACTED)


def _gone(one_id: str, *, duty: bool) -> Leaving:
    address = [ViolationId(one_id)]
    return Leaving([], [] if duty else address, address if duty else [], last=False)
