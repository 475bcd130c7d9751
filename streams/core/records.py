"""The records of a subject by type and id, found by the text of its id that each event has.

Two events of different types may have the same id (3.2), and hardly ever do. So the first of them
is found by its id alone, and a key of its own, which would take a text more for each event, is
made only of those beside it, and where one is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mypy_extensions import mypyc_attr

from streams.core.event_kinds import event_key
from streams.core.events import Event
from streams.core.identifiers import EventId, EventKey
from streams.core.subject_record import SubjectRecord

_NOBODY: Final[dict[EventKey, SubjectRecord]] = {}
"""Shared by all who have no two events of one id; nothing is ever put in."""


@mypyc_attr(acyclic=True)
class Records:
    """Records by the key of their event."""

    __slots__ = ("_beside", "_first")

    def __init__(self) -> None:
        self._first: dict[EventId, SubjectRecord] = {}
        self._beside: dict[EventKey, SubjectRecord] = _NOBODY

    def of(self, event: Event) -> SubjectRecord | None:
        """The record under an event's type and id."""
        record = self._first.get(event.event_id)
        if record is None or type(record.event) is type(event):
            return record
        return self._beside.get(event_key(event)) if self._beside else None

    def add(self, record: SubjectRecord) -> None:
        """Put in a record under whose type and id there is none."""
        event = record.event
        if event.event_id not in self._first:
            self._first[event.event_id] = record
            return
        if self._beside is _NOBODY:
            self._beside = {}
        self._beside[event_key(event)] = record

    def get(self, key: EventKey) -> SubjectRecord | None:
        """The record under a key."""
        record = self._first.get(EventId(key[1:]))
        if record is None or event_key(record.event) == key:
            return record
        return self._beside.get(key) if self._beside else None

    def __getitem__(self, key: EventKey) -> SubjectRecord:
        record = self.get(key)
        if record is None:
            raise KeyError(key)
        return record

    def __contains__(self, key: EventKey) -> bool:
        return self.get(key) is not None

    def __bool__(self) -> bool:
        # Not left to __len__: in compiled code an object without this is true unless None.
        return len(self._first) > 0

    def __len__(self) -> int:
        return len(self._first) + len(self._beside)

    def __iter__(self) -> Iterator[EventKey]:
        return iter([event_key(record.event) for record in self.values()])

    def values(self) -> Iterable[SubjectRecord]:
        """All of them."""
        return (
            [*self._first.values(), *self._beside.values()]
            if self._beside
            else self._first.values()
        )

    def items(self) -> Iterable[tuple[EventKey, SubjectRecord]]:
        """All of them with their keys."""
        return [(event_key(record.event), record) for record in self.values()]
