"""One subject's facts and timelines, built from rows and grown by facts.

`Subject` is the one mutable thing in the core: copying the timelines for every event
would make an event's cost grow with its subject's history. Whatever order the same
rows come in, the same subject results.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from streams.core.deadlines import Deadlines
from streams.core.events import (
    ConsentChange,
    DataShare,
    Event,
    MarketingMessage,
    Purchase,
    RecipientNotification,
)
from streams.core.identifiers import ControllerId, EventId, PayloadHash, RecipientId, SubjectId
from streams.core.instants import Instant
from streams.core.signals import Grant, Signal, opt_out_at_collection
from streams.core.state import EventRow
from streams.core.vocabulary import ConsentAction, PurchaseAction, Status

T = TypeVar("T")


class Timeline(Generic[T]):
    """Values sorted by instant, then by event id, so that ties do not depend on arrival."""

    def __init__(self, key: Callable[[T], tuple[Instant, EventId]]) -> None:
        self._key = key
        self._items: list[T] = []

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: T) -> None:
        """Insert in order; an append for an item that is on time."""
        insort(self._items, item, key=self._key)

    def remove(self, item: T) -> None:
        """Take out the item with the same instant and event id."""
        position = bisect_left(self._items, self._key(item), key=self._key)
        del self._items[position]

    def _before(self, at: Instant) -> int:
        return bisect_left(self._items, at, key=lambda item: self._key(item)[0])

    def _through(self, at: Instant) -> int:
        return bisect_right(self._items, at, key=lambda item: self._key(item)[0])

    def through(self, at: Instant) -> list[T]:
        """Everything at or before an instant, oldest first."""
        return self._items[: self._through(at)]

    def before(self, at: Instant) -> list[T]:
        """Everything strictly before an instant, oldest first."""
        return self._items[: self._before(at)]

    def since(self, at: Instant) -> list[T]:
        """Everything at or after an instant, oldest first."""
        return self._items[self._before(at) :]

    def after(self, at: Instant) -> list[T]:
        """Everything strictly after an instant, oldest first."""
        return self._items[self._through(at) :]

    def between(self, start: Instant, end: Instant) -> list[T]:
        """Everything from `start` (inclusive) to `end` (exclusive), oldest first."""
        return self._items[self._before(start) : self._before(end)]


def _at(event: Event) -> tuple[Instant, EventId]:
    return event.occurred_at, event.event_id


class Record:
    """All payloads seen under one event id; the row of the one that counts comes first.

    The earliest `recorded_at` counts, then the smallest hash (legal model 4.5): never
    the one that happened to arrive first.
    """

    __slots__ = ("others", "row")

    def __init__(self, row: EventRow) -> None:
        self.row = row
        self.others: list[EventRow] = []

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
        for row in (self.row, *self.others):
            if row.fact.payload_hash == payload_hash:
                return row
        return None


def outranks(challenger: EventRow, holder: EventRow) -> bool:
    """Whether a payload counts in place of another one under the same event id."""
    return _rank(challenger) < _rank(holder)


def _rank(row: EventRow) -> tuple[Instant, PayloadHash]:
    return row.fact.event.recorded_at, row.fact.payload_hash


class Subject:
    """The facts of one (controller, subject), sorted for look-ups by time."""

    def __init__(self, controller_id: ControllerId, subject_id: SubjectId) -> None:
        self.controller_id = controller_id
        self.subject_id = subject_id
        self.records: dict[EventId, Record] = {}
        self.grants: Timeline[Grant] = Timeline(lambda g: _at(g.event))
        self.signals: Timeline[Signal] = Timeline(lambda s: (s.at, s.event_id))
        self.shares: Timeline[DataShare] = Timeline(_at)
        self.messages: Timeline[MarketingMessage] = Timeline(_at)
        self.sales: Timeline[Purchase] = Timeline(_at)
        self.reversals: Timeline[Purchase] = Timeline(_at)
        self.notifications: dict[RecipientId, Timeline[RecipientNotification]] = {}
        self.unrecorded: set[EventId] = set()
        """Events whose verdict could yet learn that consent came later."""
        self.granted_later: set[EventId] = set()
        """Events whose verdict rests on a consent that came later."""
        self.duties_towards: dict[RecipientId, set[EventId]] = {}
        """Triggers that ever brought a duty, by recipient."""
        self.deadlines: Deadlines[EventId] = Deadlines()
        """Events with an open duty, or a finding that is not FINAL yet."""

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
        return self.deadlines.next

    def add(self, row: EventRow) -> Record:
        """Take in a payload; the timelines follow the payload that counts."""
        event = row.fact.event
        record = self.records.get(event.event_id)
        if record is None:
            record = self.records[event.event_id] = Record(row)
            self._insert(event)
        elif outranks(row, record.row):
            self._remove(record.event)
            record.others.append(record.row)
            record.row = row
            self._insert(event)
        else:
            record.others.append(row)
        return record

    def note(self, record: Record) -> None:
        """Bring the indexes over what was said up to date with a record's row."""
        event_id = record.event.event_id
        for recipient_id in record.row.duties:
            self.duties_towards.setdefault(recipient_id, set()).add(event_id)
        self.deadlines.set(event_id, record.row.next_deadline)
        reasons = {
            said.verdict.reason
            for said in record.row.said.values()
            if said.status is not Status.RETRACTED
        }
        _keep(self.unrecorded, event_id, member=bool(reasons & AWAITING_CONSENT))
        _keep(self.granted_later, event_id, member=GRANTED_LATER in reasons)

    def _insert(self, event: Event) -> None:
        match event:
            case ConsentChange(action=ConsentAction.GRANTED):
                self.grants.add(Grant(event))
            case ConsentChange():
                self.signals.add(Signal.of(event))
            case DataShare():
                self.shares.add(event)
            case MarketingMessage():
                self.messages.add(event)
            case Purchase(action=PurchaseAction.PURCHASED):
                self.sales.add(event)
                if signal := opt_out_at_collection(event):
                    self.signals.add(signal)
            case Purchase():
                self.reversals.add(event)
            case RecipientNotification():
                timeline = self.notifications.setdefault(event.recipient_id, Timeline(_at))
                timeline.add(event)

    def _remove(self, event: Event) -> None:
        match event:
            case ConsentChange(action=ConsentAction.GRANTED):
                self.grants.remove(Grant(event))
            case ConsentChange():
                self.signals.remove(Signal.of(event))
            case DataShare():
                self.shares.remove(event)
            case MarketingMessage():
                self.messages.remove(event)
            case Purchase(action=PurchaseAction.PURCHASED):
                self.sales.remove(event)
                if signal := opt_out_at_collection(event):
                    self.signals.remove(signal)
            case Purchase():
                self.reversals.remove(event)
            case RecipientNotification():
                self.notifications[event.recipient_id].remove(event)


def _keep(members: set[EventId], event_id: EventId, *, member: bool) -> None:
    if member:
        members.add(event_id)
    else:
        members.discard(event_id)


GRANTED_LATER = "GRANTED_LATER"
"""The reason of S07 and M11 where consent was given only afterwards."""

AWAITING_CONSENT = frozenset({"NO_RECORD", "CITED_CONSENT_UNKNOWN"})
"""Reasons of S07 and M11 that a later grant turns into GRANTED_LATER."""
