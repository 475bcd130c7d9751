"""What is kept of a subject: one row per event, never a growing blob (architecture 4).

A row holds the fact, which never changes, and what was last published about it. The rows of
a subject, in any order, are all that is needed to go on judging it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.core.event_hash import hash_of
from streams.core.events import Event
from streams.core.identifiers import ConsentId, EventId, PayloadHash, RecipientId, Slot
from streams.core.instants import LATEST, Instant
from streams.core.publications import History, Publication, listed
from streams.core.vocabulary import (
    Cause,
    ClosingReason,
    Code,
    DataCategory,
    DutyStatus,
    EventType,
    Status,
    Trigger,
)

MAX_SHARES_NAMED: Final = 100
"""How many shares a duty names, the earliest first; it states the number of all (3.9)."""


class FactSource(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where a record stood: Kafka coordinates, or file and line offline (partition -1)."""

    topic: str
    partition: int
    offset: int


class Fact(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An event as received. `ingested_at` is the record timestamp.

    Either `payload_hash` is known, or `value` is what the producer sent, from which the event
    can be read again: such a fact is hashed when its id comes again, and hardly any does.
    """

    event: Event
    payload_hash: PayloadHash | None = None
    ingested_at: Instant
    source: FactSource
    value: bytes | None = None

    @property
    def hash(self) -> PayloadHash:
        """SHA-256 of the canonical form (legal model 4.5), worked out where it is not known."""
        known = self.payload_hash
        return hash_of(self.event) if known is None else known

    @property
    def hashed(self) -> Fact:
        """The same fact with its hash, and without the bytes that it can be read from."""
        if self.payload_hash is not None:
            return self
        return Fact(
            event=self.event,
            payload_hash=self.hash,
            ingested_at=self.ingested_at,
            source=self.source,
        )

    def same(self, other: Fact) -> bool:
        """Whether both are of one payload: of the same bytes, or else of the same hash."""
        if (
            self.value is not None
            and self.value == other.value
            and self.payload_hash is other.payload_hash is None
        ):
            return True
        return self.hash == other.hash


class Verdict(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What a rule says about one slot of one event. None of it depends on arrival."""

    code: Code
    reason: Cause | None = None
    consent_ids_considered: tuple[ConsentId, ...] = ()
    contributing_codes: tuple[Code, ...] = ()
    uncovered_data_categories: tuple[DataCategory, ...] = ()
    protection_irrelevant: bool = False
    review_required: bool = False
    label_set_aside: bool = False
    ended_by_id: bool = False
    remediated: bool = False


class Published(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The verdict last emitted for a slot, with its revision and status.

    `final_at` is when P15 ends, counted from the first emission of the slot by the policy
    then in force. A slot that was retracted and opens again keeps it: the model counts
    from the first judgement. `final` says that the last emission was labelled FINAL.
    Rows of before there were labels have no `final_at`; they stay PROVISIONAL. Those of before
    publications were recorded have no `history`.
    """

    verdict: Verdict
    revision: int
    status: Status
    final_at: Instant = LATEST
    final: bool = False
    late: bool = False
    history: History | None = None

    @property
    def publications(self) -> tuple[Publication, ...]:
        """The revisions of the slot that are kept, the current one last."""
        code, reason = self.verdict.code, self.verdict.reason
        return listed(self.history, self.revision, self.status, code, reason, final=self.final)


class DutyState(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What the facts and the clock say about a duty towards one recipient.

    `share_ids` are the earliest hundred, `share_count` the number of all; rows of before
    there was a limit have no count, and list all.
    """

    trigger: Trigger
    starts_at: Instant
    due_at: Instant
    share_ids: tuple[EventId, ...]
    status: DutyStatus
    notified_at: Instant | None = None
    share_count: int = 0

    @property
    def limited(self) -> DutyState:
        """As it is published since there is a limit."""
        if self.share_count or not self.share_ids:
            return self
        ids = self.share_ids
        return msgspec.structs.replace(self, share_ids=ids[:MAX_SHARES_NAMED], share_count=len(ids))


class PublishedDuty(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The duty last emitted towards one recipient, with its revision.

    `cause` is why it was retracted, where it was. Rows of earlier releases do not say it.
    """

    duty: DutyState
    revision: int
    history: History | None = None
    cause: ClosingReason = ClosingReason.LATE_EVIDENCE

    @property
    def publications(self) -> tuple[Publication, ...]:
        """The revisions of the duty that are kept, the current one last."""
        duty, code = self.duty, Code.RECIPIENT_NOTIFICATION_DUE
        return listed(self.history, self.revision, duty.status, code, duty.trigger)


class EventRow(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    rename={"published": "said"},
):
    """One stored row: a payload of an event id, and what was published about the event.

    Where two payloads share an event id, findings and duties stand in the row of the
    payload that counts. `policy_digest` is the policy's past that it was judged under.
    `taken_at` is the partition time when it was taken in, where that is later than the
    fact's own `ingested_at`: producers may stamp records with the time of the event.
    `published` is stored under the name that it had before, `said`. `erases` marks the one
    fact that stays of a person who was erased: what occurred before it is not taken in again.
    `restricted_since` stands in one row of a person whose data are not shown to people
    (`streams.core.restriction`); no rule reads it.
    """

    fact: Fact
    policy_digest: str
    published: dict[Slot, Published] = {}
    duties: dict[RecipientId, PublishedDuty] = {}
    taken_at: Instant | None = None
    erases: bool = False
    restricted_since: Instant | None = None


class Refusal(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a record that was refused (Q01) says of the event that it should have held.

    `occurred_at` is None where it cannot be read. `ingested_at` is the record timestamp.
    """

    event_type: EventType
    event_id: EventId
    occurred_at: Instant | None
    ingested_at: Instant


class RefusalRow(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One stored row: records were refused under the type and id of an event of a subject.

    `occurred_at` is the earliest that one of them says, None where it can be read of none;
    `arrived_at` when the first of them arrived, or was taken in if that is later. `revision`
    and `status` are those of the finding as it was published last. Nothing else of the
    records is kept here. `restricted_since` is as in `EventRow`.
    """

    event_type: EventType
    event_id: EventId
    occurred_at: Instant | None = None
    arrived_at: Instant
    revision: int
    status: Status
    history: History | None = None
    restricted_since: Instant | None = None

    @property
    def publications(self) -> tuple[Publication, ...]:
        """The revisions of the finding that are kept, the current one last."""
        return listed(self.history, self.revision, self.status, Code.UNPROCESSABLE_EVENT)
