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
from streams.core.row_origin import RowOrigin, origin_of
from streams.core.state import EventRow, Fact, FactSource
from streams.core.value_writer import ValueWriter
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
    fact and source as objects took a fifth of all that an event takes. What the producer sent
    is kept with it, or not where it can be written again (`forget_value`).
    """

    __slots__ = ("_ingested_at", "_kept", "_offset", "_origin", "_taken_at", "event", "others")

    def __init__(self, fact: Fact, policy_digest: str, taken_at: Instant | None) -> None:
        """The first payload of an event, of which nothing was published yet."""
        self.event: Event = fact.event
        """The event that counts."""
        self.others: tuple[EventRow, ...] = ()
        self._kept: EventRow | bytes | None = None
        """The row where it says something, else what was sent; None: that is written again."""
        source = fact.source
        self._origin: RowOrigin = origin_of(source.topic, source.partition, policy_digest)
        self._offset: i64 = source.offset
        self._ingested_at: i64 = fact.ingested_at
        self._taken_at: i64 = _NOT_LATER if taken_at is None else taken_at
        if fact.payload_hash is None:
            self._kept = fact.value
        else:
            self._kept = _silent_row(fact, policy_digest, taken_at)

    @staticmethod
    def of(row: EventRow) -> SubjectRecord:
        """The record of a row as it is stored."""
        record = SubjectRecord(row.fact, row.policy_digest, row.taken_at)
        if not _says_nothing(row):
            record.row = row
        return record

    def forget_value(self, fact: Fact, writer: ValueWriter) -> None:
        """Do not keep what was sent of this fact: `writer` gives back the same bytes."""
        if self._kept is not None and self._kept is fact.value:
            self._kept = None
            self._origin = self._origin.written_by(writer)

    @property
    def row(self) -> EventRow:
        """The row of the payload that counts."""
        kept = self._kept
        if kept is not None and not isinstance(kept, bytes):
            return kept
        taken_at = None if self._taken_at == _NOT_LATER else Instant(self._taken_at)
        return _silent_row(self._fact(kept), self.policy_digest, taken_at)

    @row.setter
    def row(self, row: EventRow) -> None:
        fact = row.fact
        source, taken_at = fact.source, row.taken_at
        self.event = fact.event
        self._origin = origin_of(source.topic, source.partition, row.policy_digest)
        self._offset = source.offset
        self._ingested_at = fact.ingested_at
        self._taken_at = _NOT_LATER if taken_at is None else taken_at
        if fact.payload_hash is None and _says_nothing(row):
            self._kept = fact.value
        else:
            self._kept = row

    def _fact(self, value: bytes | None) -> Fact:
        origin = self._origin
        writer = origin.writer
        if value is None and writer is not None:
            value = writer.written(self.event)
            if value is None:
                raise ValueError("the value of an event is not kept, and cannot be written")
        return Fact(
            event=self.event,
            ingested_at=Instant(self._ingested_at),
            source=FactSource(origin.topic, origin.partition, self._offset),
            value=value,
        )

    @property
    def policy_digest(self) -> str:
        """The past of the policy by which the payload that counts was judged last."""
        return self._origin.policy_digest

    @property
    def ingested_at(self) -> Instant:
        """When the payload that counts arrived."""
        return Instant(self._ingested_at)

    @property
    def taken_at(self) -> Instant | None:
        """Partition time when it was taken in, where that is later than its arrival."""
        return None if self._taken_at == _NOT_LATER else Instant(self._taken_at)

    @property
    def as_sent(self) -> bool:
        """Whether its row is the producer's bytes and where they stood, and says nothing more."""
        kept = self._kept
        return kept is None or isinstance(kept, bytes)

    @property
    def silent(self) -> bool:
        """Whether nothing was ever published of it."""
        kept = self._kept
        if kept is None or isinstance(kept, bytes):
            return True
        return not (kept.published or kept.duties)

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
