"""The payloads that claim one event id, and which of them counts (legal model 4.5)."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64, mypyc_attr

from streams.core.event_kinds import is_consent_change
from streams.core.events import (
    Event,
)
from streams.core.identifiers import (
    PayloadHash,
)
from streams.core.instants import EARLIEST, Instant
from streams.core.nothing_published import NO_DUTIES, NOTHING_PUBLISHED
from streams.core.state import EventRow, Fact, FactSource
from streams.core.vocabulary import (
    ConsentAction,
)

# Bound once: in CPython 3.11 each look-up of a member costs a tenth of a microsecond.
_GRANTED: Final = ConsentAction.GRANTED

_NOT_LATER: Final[i64] = EARLIEST - 1
"""In the place of `taken_at`, where that is not known to be later than the arrival."""


@mypyc_attr(acyclic=True)
class SubjectRecord:
    """All payloads seen under one type and id; the row of the one that counts comes first.

    A negative consent change counts before a grant, then the earliest `recorded_at`, then the
    smallest hash (legal model 4.5): never the one that happened to arrive first.

    Of most events nothing was ever published. Such a row is kept as what it is made of, in
    fields that compiled code reads without a look-up, and is made when it is asked for: row,
    fact and source as objects took a fifth of all that an event takes.
    """

    __slots__ = (
        "_ingested_at",
        "_offset",
        "_partition",
        "_row",
        "_taken_at",
        "_topic",
        "_value",
        "event",
        "others",
        "policy_digest",
    )

    def __init__(self, fact: Fact, policy_digest: str, taken_at: Instant | None) -> None:
        """The first payload of an event, of which nothing was published yet."""
        self.event: Event = fact.event
        """The event that counts."""
        self.others: tuple[EventRow, ...] = ()
        self.policy_digest = policy_digest
        self._row: EventRow | None = None
        self._value: bytes | None = None
        self._topic = ""
        self._partition: i64 = 0
        self._offset: i64 = 0
        self._ingested_at: i64 = 0
        self._taken_at: i64 = _NOT_LATER
        if fact.payload_hash is None:
            self._keep(fact, taken_at)
        else:
            self._row = _silent_row(fact, policy_digest, taken_at)

    @staticmethod
    def of(row: EventRow) -> SubjectRecord:
        """The record of a row as it is stored."""
        record = SubjectRecord(row.fact, row.policy_digest, row.taken_at)
        if not _says_nothing(row):
            record.row = row
        return record

    def _keep(self, fact: Fact, taken_at: Instant | None) -> None:
        source = fact.source
        self._value = fact.value
        self._topic = source.topic
        self._partition = source.partition
        self._offset = source.offset
        self._ingested_at = fact.ingested_at
        self._taken_at = _NOT_LATER if taken_at is None else taken_at

    @property
    def row(self) -> EventRow:
        """The row of the payload that counts."""
        row = self._row
        if row is not None:
            return row
        taken_at = None if self._taken_at == _NOT_LATER else Instant(self._taken_at)
        return _silent_row(self._fact(), self.policy_digest, taken_at)

    @row.setter
    def row(self, row: EventRow) -> None:
        fact = row.fact
        self.event = fact.event
        self.policy_digest = row.policy_digest
        if fact.payload_hash is None and _says_nothing(row):
            self._row = None
            self._keep(fact, row.taken_at)
        else:
            self._row, self._value = row, None

    def _fact(self) -> Fact:
        return Fact(
            event=self.event,
            ingested_at=Instant(self._ingested_at),
            source=FactSource(self._topic, self._partition, self._offset),
            value=self._value,
        )

    @property
    def ingested_at(self) -> Instant:
        """When the payload that counts arrived."""
        row = self._row
        return Instant(self._ingested_at) if row is None else row.fact.ingested_at

    @property
    def taken_at(self) -> Instant | None:
        """Partition time when it was taken in, where that is later than its arrival."""
        row = self._row
        if row is not None:
            return row.taken_at
        return None if self._taken_at == _NOT_LATER else Instant(self._taken_at)

    @property
    def as_sent(self) -> bool:
        """Whether its row is the producer's bytes and where they stood, and says nothing more."""
        return self._row is None

    @property
    def silent(self) -> bool:
        """Whether nothing was ever published of it."""
        row = self._row
        return row is None or not (row.published or row.duties)

    @property
    def conflicting(self) -> bool:
        """Whether more than one payload claims the id (Q03)."""
        return bool(self.others)

    def holds(self, fact: Fact) -> EventRow | None:
        """The stored row of a fact's payload, or None."""
        row = self.row
        if row.fact.same(fact):
            return row
        for row in self.others:
            if row.fact.same(fact):
                return row
        return None


def _silent_row(fact: Fact, policy_digest: str, taken_at: Instant | None) -> EventRow:
    return EventRow(
        fact=fact,
        policy_digest=policy_digest,
        published=NOTHING_PUBLISHED,
        duties=NO_DUTIES,
        taken_at=taken_at,
    )


def _says_nothing(row: EventRow) -> bool:
    """Whether a row holds its fact and when it was taken in, and nothing else."""
    marked = row.erases or row.restricted_since is not None
    return not (row.published or row.duties or marked)


def outranks(challenger: EventRow, holder: EventRow) -> bool:
    """Whether a payload counts in place of another one under the same event id."""
    return rank_of(challenger) < rank_of(holder)


def rank_of(row: EventRow) -> tuple[bool, bool, Instant, PayloadHash]:
    """A grant comes after an expressed will, which no clash of ids may lose (GDPR 7(1)).

    Nor may one lose that a person was erased.
    """
    event = row.fact.event
    granted = is_consent_change(event) and event.action is _GRANTED
    return not row.erases, granted, event.recorded_at, row.fact.hash
