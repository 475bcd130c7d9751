"""One subject's facts and timelines, built from rows and grown by facts.

`Subject` is the one mutable thing in the core: copying the timelines for every event
would make an event's cost grow with its subject's history. Whatever order the same
rows come in, the same subject results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from mypy_extensions import mypyc_attr

from streams.core.deadlines import Deadlines
from streams.core.due import next_deadline
from streams.core.event_kinds import event_key, key_of
from streams.core.events import Event
from streams.core.identifiers import (
    ControllerId,
    EventKey,
    RecipientId,
    SubjectId,
)
from streams.core.indexes import INDEXED_FROM, Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.records import Records
from streams.core.spans import Spans
from streams.core.state import EventRow, Fact, RefusalRow
from streams.core.subject_history import SubjectHistory
from streams.core.subject_record import SubjectRecord, outranks, rank_of
from streams.core.vocabulary import (
    AWAITING_CONSENT,
    Reason,
    Status,
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_RETRACTED: Final = Status.RETRACTED
_GRANTED_LATER: Final = Reason.GRANTED_LATER


NOT_HELD: Final = -1

_set: Final = msgspec.structs.force_setattr
"""Events are frozen; this puts an equal value in the place of one."""

# Shared by all of whom nothing was said yet, and never changed: most people, most of the time.
_NOBODY: Final[set[EventKey]] = set()
_NO_DUTIES: Final[dict[RecipientId, Spans[EventKey]]] = {}
_NO_DEADLINES: Final[Deadlines[EventKey]] = Deadlines()
_NO_REFUSALS: Final[dict[EventKey, RefusalRow]] = {}


@mypyc_attr(acyclic=True)
class Subject(SubjectHistory):
    """The facts of one (controller, subject), sorted for look-ups by time."""

    def __init__(self, controller_id: ControllerId, subject_id: SubjectId) -> None:
        super().__init__()
        self.controller_id = controller_id
        self.subject_id = subject_id
        self.records = Records()
        self.refusals: dict[EventKey, RefusalRow] = _NO_REFUSALS
        """Events under whose type and id records were refused (Q01)."""
        self.beside = 0
        """How many payloads do not count, since another one has their id."""
        self.spoken_of = False
        """Whether anything was ever said of one of the events; what follows is empty till then."""
        self.unrecorded: set[EventKey] = _NOBODY
        """Events whose verdict could yet learn that consent came later."""
        self.granted_later: set[EventKey] = _NOBODY
        """Events whose verdict rests on a consent that came later."""
        self.duties_towards: dict[RecipientId, Spans[EventKey]] = _NO_DUTIES
        """Triggers that ever brought a duty, by recipient and by when the duty began."""
        self.deadlines: Deadlines[EventKey] = _NO_DEADLINES
        """Events with an open duty, or a finding that is not FINAL yet."""
        self.erased_at: Instant | None = None
        """What occurred up to then was erased, and is not taken in again; None: nothing was."""
        self.stored = NOT_HELD
        """How many rows it stands for in the store that holds it, or NOT_HELD."""
        self.judged_by: Policy | None = None
        """The policy that all of its verdicts are known to be of; None: not known."""

    @classmethod
    def from_rows(
        cls,
        controller_id: ControllerId,
        subject_id: SubjectId,
        rows: Iterable[EventRow | RefusalRow],
    ) -> Subject:
        """Rebuild a subject from its stored rows, in any order."""
        subject = cls(controller_id, subject_id)
        for row in rows:
            if isinstance(row, RefusalRow):
                subject.refuse(row)
            else:
                subject.add(row)
        for record in subject.records.values():
            subject.note(record)
        return subject

    @property
    def row_count(self) -> int:
        """How many rows it is stored in."""
        return len(self.records) + len(self.refusals) + self.beside

    @property
    def next_deadline(self) -> Instant | None:
        """The instant strictly after which a tick has work to do, or None."""
        return self.deadlines.next if self.spoken_of else None

    def arrange(self, policy: Policy, *, always: bool = False) -> Indexes | None:
        """Index what is there for a policy, if it is more than a few events or `always`."""
        index = self.index
        if index is not None and index.policy is policy:
            return index
        if not always and len(self.records) < INDEXED_FROM:
            self.index = None
            return None
        self.index = self.indexes(policy, self.records)
        return self.index

    def add(self, row: EventRow) -> SubjectRecord:
        """Take in a payload; the timelines follow the payload that counts."""
        event = row.fact.event
        record = self.records.of(event)
        if row.erases and (self.erased_at is None or event.occurred_at > self.erased_at):
            self.erased_at = event.occurred_at
        if record is None:
            return self._first(SubjectRecord.of(row))
        self._own(event)
        self.beside += 1
        if outranks(row, record.row):
            self.remove(record.event)
            record.others = (*record.others, record.row)
            record.row = row
            self.insert(event)
        else:
            record.others = (*record.others, row)
        return record

    def take(self, fact: Fact, policy_digest: str, taken_at: Instant | None) -> SubjectRecord:
        """Take in the first payload of an event, of which nothing was published yet."""
        return self._first(SubjectRecord(fact, policy_digest, taken_at))

    def _first(self, record: SubjectRecord) -> SubjectRecord:
        self._own(record.event)
        self.records.add(record)
        self.insert(record.event)
        return record

    def _own(self, event: Event) -> None:
        mine, its = self.subject_id, event.subject_id
        if its is not mine and its == mine:
            # Each event would keep a text of its own, a tenth of what it takes.
            _set(event, "subject_id", mine)

    def refuse(self, row: RefusalRow) -> None:
        """Take in that records were refused under the type and id of an event."""
        if not self.refusals:
            self.refusals = {}
        self.refusals[key_of(row.event_type, row.event_id)] = row

    def without(self, record: SubjectRecord, look: Callable[[], set[EventKey]]) -> set[EventKey]:
        """What is found where the payload that counts is not there, and the next one counts."""
        counting, others = record.row, record.others
        before = min(others, key=rank_of)
        self.remove(counting.fact.event)
        record.row = before
        self.insert(before.fact.event)
        found = look()
        self.remove(before.fact.event)
        record.row = counting
        self.insert(counting.fact.event)
        self.note(record)  # an index that was made meanwhile has it without what is said of it
        return found

    def note(self, record: SubjectRecord) -> None:
        """Bring the indexes over what was said up to date with a record's row."""
        silent = record.silent
        if silent and not self.spoken_of:
            return  # as most: nothing was ever said of it, nor of others
        event_id = event_key(record.event)
        if silent:
            self.deadlines.set(event_id, None)
            self.unrecorded.discard(event_id)
            self.granted_later.discard(event_id)
            if self.index is not None:
                self.index.unsaid(event_id)
            return
        row = record.row
        if not self.spoken_of:
            self.spoken_of = True
            self.unrecorded, self.granted_later = set(), set()
            self.duties_towards, self.deadlines = {}, Deadlines()
        for recipient_id, published in row.duties.items():
            towards = self.duties_towards.get(recipient_id)
            if towards is None:
                towards = self.duties_towards[recipient_id] = Spans()
            order = published.duty.starts_at, "", event_id
            if not towards.has(order):
                towards.add(order, event_id, published.duty.starts_at)
        self.deadlines.set(event_id, next_deadline(row.published, row.duties))
        reasons = {
            one.verdict.reason for one in row.published.values() if one.status is not _RETRACTED
        }
        _keep(self.unrecorded, event_id, member=bool(reasons & AWAITING_CONSENT))
        _keep(self.granted_later, event_id, member=_GRANTED_LATER in reasons)
        if self.index is not None:
            self.index.said(row)


def _keep(members: set[EventKey], event_id: EventKey, *, member: bool) -> None:
    if member:
        members.add(event_id)
    else:
        members.discard(event_id)
