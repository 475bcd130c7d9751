"""One subject's facts and timelines, built from rows and grown by facts.

`Subject` is the one mutable thing in the core: copying the timelines for every event
would make an event's cost grow with its subject's history. Whatever order the same
rows come in, the same subject results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, assert_never

from mypy_extensions import mypyc_attr

from streams.core.deadlines import Deadlines
from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
    event_key,
)
from streams.core.identifiers import (
    ControllerId,
    EventId,
    EventKey,
    PayloadHash,
    RecipientId,
    SubjectId,
)
from streams.core.indexes import INDEXED_FROM, Indexes
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.signals import Grant, Signal, opt_out_at_collection
from streams.core.spans import Spans
from streams.core.state import EventRow
from streams.core.timeline import Timeline
from streams.core.vocabulary import (
    AWAITING_CONSENT,
    ConsentAction,
    PurchaseAction,
    Purpose,
    Reason,
    Status,
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED
_PURCHASED: Final = PurchaseAction.PURCHASED
_RETRACTED: Final = Status.RETRACTED
_GRANTED_LATER: Final = Reason.GRANTED_LATER


def _at(event: Event) -> tuple[Instant, EventId]:
    return event.occurred_at, event.event_id


def _grant_at(grant: Grant) -> tuple[Instant, EventId]:
    return grant.at, grant.event.event_id


def _signal_at(signal: Signal) -> tuple[Instant, EventKey]:
    return signal.at, signal.key


@mypyc_attr(acyclic=True)
class SubjectRecord:
    """All payloads seen under one type and id; the row of the one that counts comes first.

    A negative consent change counts before a grant, then the earliest `recorded_at`, then the
    smallest hash (legal model 4.5): never the one that happened to arrive first.
    """

    __slots__ = ("others", "row")

    def __init__(self, row: EventRow) -> None:
        self.row = row
        self.others: tuple[EventRow, ...] = ()

    @property
    def event(self) -> Event:
        """The event that counts."""
        return self.row.fact.event

    @property
    def conflicting(self) -> bool:
        """Whether more than one payload claims the id (Q03)."""
        return bool(self.others)

    def holds(self, payload_hash: PayloadHash) -> EventRow | None:
        """The stored row of a payload, or None."""
        if self.row.fact.payload_hash == payload_hash:
            return self.row
        for row in self.others:
            if row.fact.payload_hash == payload_hash:
                return row
        return None


def outranks(challenger: EventRow, holder: EventRow) -> bool:
    """Whether a payload counts in place of another one under the same event id."""
    return _rank(challenger) < _rank(holder)


def _rank(row: EventRow) -> tuple[bool, Instant, PayloadHash]:
    """A grant comes after an expressed will, which no clash of ids may lose (GDPR 7(1))."""
    event = row.fact.event
    granted = isinstance(event, ConsentChange) and event.action is _GRANTED
    return granted, event.recorded_at, row.fact.payload_hash


# Shared by all of whom nothing was said yet, and never changed: most people, most of the time.
_NOBODY: Final[set[EventKey]] = set()
_NO_DUTIES: Final[dict[RecipientId, Spans[EventKey]]] = {}
_NO_DEADLINES: Final[Deadlines[EventKey]] = Deadlines()


@mypyc_attr(acyclic=True)
class Subject:
    """The facts of one (controller, subject), sorted for look-ups by time."""

    def __init__(self, controller_id: ControllerId, subject_id: SubjectId) -> None:
        self.controller_id = controller_id
        self.subject_id = subject_id
        self.records: dict[EventKey, SubjectRecord] = {}
        self.grants: Timeline[Grant] = Timeline(_grant_at)
        self._granted: dict[Purpose, Timeline[Grant]] = {}
        self.replacing = 0
        """How many grants say that they replace another one."""
        self.signals: Timeline[Signal] = Timeline(_signal_at)
        self.shares: Timeline[DataShare] = Timeline(_at)
        self.messages: Timeline[MarketingMessage] = Timeline(_at)
        self.sales: Timeline[Purchase] = Timeline(_at)
        self.reversals: Timeline[Purchase] = Timeline(_at)
        self.notifications: dict[RecipientId, Timeline[RecipientNotification]] = {}
        self._spoken_of = False
        """Whether anything was ever said of one of the events; what follows is empty till then."""
        self.unrecorded: set[EventKey] = _NOBODY
        """Events whose verdict could yet learn that consent came later."""
        self.granted_later: set[EventKey] = _NOBODY
        """Events whose verdict rests on a consent that came later."""
        self.duties_towards: dict[RecipientId, Spans[EventKey]] = _NO_DUTIES
        """Triggers that ever brought a duty, by recipient and by when the duty began."""
        self.deadlines: Deadlines[EventKey] = _NO_DEADLINES
        """Events with an open duty, or a finding that is not FINAL yet."""
        self.index: Indexes | None = None
        """There once the subject has more than a few events, and kept up to date."""

    @classmethod
    def from_rows(
        cls, controller_id: ControllerId, subject_id: SubjectId, rows: Iterable[EventRow]
    ) -> Subject:
        """Rebuild a subject from its stored rows, in any order."""
        subject = cls(controller_id, subject_id)
        for row in rows:
            subject.add(row)
        for record in subject.records.values():
            subject.note(record)
        return subject

    @property
    def next_deadline(self) -> Instant | None:
        """The instant strictly after which a tick has work to do, or None."""
        return self.deadlines.next if self._spoken_of else None

    def arrange(self, policy: Policy, *, always: bool = False) -> Indexes | None:
        """Index what is there for a policy, if it is more than a few events or `always`."""
        index = self.index
        if index is not None and index.policy is policy:
            return index
        if not always and len(self.records) < INDEXED_FROM:
            self.index = None
            return None
        index = self.index = Indexes(
            policy,
            grants=self.grants,
            signals=self.signals,
            shares=self.shares,
            messages=self.messages,
            sales=self.sales,
            reversals=self.reversals,
        )
        if self._spoken_of:
            for record in self.records.values():
                index.findings.note(record.row)
        return index

    def granted_backwards(self, purpose: Purpose, through: Instant) -> Iterable[Grant]:
        """The grants for a purpose at or before an instant, newest first."""
        timeline = self._granted.get(purpose)
        return () if timeline is None else timeline.backwards(through)

    def add(self, row: EventRow) -> SubjectRecord:
        """Take in a payload; the timelines follow the payload that counts."""
        event = row.fact.event
        key = event_key(event)
        record = self.records.get(key)
        if record is None:
            record = self.records[key] = SubjectRecord(row)
            self._insert(event)
        elif outranks(row, record.row):
            self._remove(record.event)
            record.others = (*record.others, record.row)
            record.row = row
            self._insert(event)
        else:
            record.others = (*record.others, row)
        return record

    def without(self, record: SubjectRecord, look: Callable[[], set[EventKey]]) -> set[EventKey]:
        """What is found where the payload that counts is not there, and the next one counts."""
        counting, others = record.row, record.others
        before = min(others, key=_rank)
        self._remove(counting.fact.event)
        record.row = before
        self._insert(before.fact.event)
        found = look()
        self._remove(before.fact.event)
        record.row = counting
        self._insert(counting.fact.event)
        return found

    def note(self, record: SubjectRecord) -> None:
        """Bring the indexes over what was said up to date with a record's row."""
        row = record.row
        if not row.said and not row.duties and not self._spoken_of:
            return  # as most: nothing was ever said of it, nor of others
        event_id = event_key(row.fact.event)
        if not row.said and not row.duties:
            self.deadlines.set(event_id, None)
            self.unrecorded.discard(event_id)
            self.granted_later.discard(event_id)
            if self.index is not None:
                self.index.findings.note(row)
            return
        if not self._spoken_of:
            self._spoken_of = True
            self.unrecorded, self.granted_later = set(), set()
            self.duties_towards, self.deadlines = {}, Deadlines()
        for recipient_id, told in row.duties.items():
            towards = self.duties_towards.get(recipient_id)
            if towards is None:
                towards = self.duties_towards[recipient_id] = Spans()
            order = told.duty.starts_at, "", event_id
            if not towards.has(order):
                towards.add(order, event_id, told.duty.starts_at)
        self.deadlines.set(event_id, row.next_deadline)
        reasons = {
            said.verdict.reason for said in row.said.values() if said.status is not _RETRACTED
        }
        _keep(self.unrecorded, event_id, member=bool(reasons & AWAITING_CONSENT))
        _keep(self.granted_later, event_id, member=_GRANTED_LATER in reasons)
        if self.index is not None:
            self.index.findings.note(row)

    def _insert(self, event: Event) -> None:
        index = self.index
        if isinstance(event, DataShare):
            self.shares.add(event)
            if index is not None:
                index.ledger.add(event)
        elif isinstance(event, MarketingMessage):
            self.messages.add(event)
            if index is not None:
                index.messages.add(event)
        elif isinstance(event, ConsentChange):
            if event.action is _GRANTED:
                self._grant(Grant(event))
            else:
                self._signal(Signal.of(event))
        elif isinstance(event, Purchase):
            self._purchase(event)
        elif isinstance(event, RecipientNotification):
            timeline = self.notifications.get(event.recipient_id)
            if timeline is None:
                timeline = self.notifications[event.recipient_id] = Timeline(_at)
            timeline.add(event)
        else:
            assert_never(event)

    def _purchase(self, event: Purchase) -> None:
        index = self.index
        if event.action is not _PURCHASED:
            self.reversals.add(event)
            if index is not None:
                index.sales.reverse(event)
            return
        self.sales.add(event)
        if index is not None:
            index.sales.add(event)
        if signal := opt_out_at_collection(event):
            self._signal(signal)

    def _grant(self, grant: Grant) -> None:
        self.grants.add(grant)
        timeline = self._granted.get(grant.purpose)
        if timeline is None:
            timeline = self._granted[grant.purpose] = Timeline(_grant_at)
        timeline.add(grant)
        self.replacing += grant.event.replaces_consent_id is not None
        if self.index is not None:
            self.index.grant(grant)

    def _signal(self, signal: Signal) -> None:
        self.signals.add(signal)
        if self.index is not None:
            self.index.signals.add(signal)

    def _remove(self, event: Event) -> None:
        index = self.index
        if isinstance(event, DataShare):
            self.shares.remove(event)
            if index is not None:
                index.ledger.remove(event)
        elif isinstance(event, MarketingMessage):
            self.messages.remove(event)
            if index is not None:
                index.messages.remove(event)
        elif isinstance(event, ConsentChange):
            if event.action is _GRANTED:
                self._ungrant(Grant(event))
            else:
                self._unsignal(Signal.of(event))
        elif isinstance(event, Purchase):
            self._unpurchase(event)
        elif isinstance(event, RecipientNotification):
            self.notifications[event.recipient_id].remove(event)
        else:
            assert_never(event)

    def _unpurchase(self, event: Purchase) -> None:
        index = self.index
        if event.action is not _PURCHASED:
            self.reversals.remove(event)
            if index is not None:
                index.sales.restore(event)
            return
        self.sales.remove(event)
        if index is not None:
            index.sales.remove(event)
        if signal := opt_out_at_collection(event):
            self._unsignal(signal)

    def _ungrant(self, grant: Grant) -> None:
        self.grants.remove(grant)
        self._granted[grant.purpose].remove(grant)
        self.replacing -= grant.event.replaces_consent_id is not None
        if self.index is not None:
            self.index.ungrant(grant)

    def _unsignal(self, signal: Signal) -> None:
        self.signals.remove(signal)
        if self.index is not None:
            self.index.signals.remove(signal)


def _keep(members: set[EventKey], event_id: EventKey, *, member: bool) -> None:
    if member:
        members.add(event_id)
    else:
        members.discard(event_id)
