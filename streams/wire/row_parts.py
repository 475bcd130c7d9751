"""Parts of a stored row, for questions that need no more: the rest is passed over unread.

A file of their own, since `streams.wire.rows` may be compiled and value types may not:
mypyc keeps `dict` of an annotation and drops what it holds.
"""

from __future__ import annotations

import msgspec

from streams.core.identifiers import RecipientId, Slot
from streams.core.instants import Instant
from streams.core.state import Published, PublishedDuty


class _Event(msgspec.Struct):
    occurred_at: Instant


class _Fact(msgspec.Struct):
    event: _Event
    ingested_at: Instant


class Dated(msgspec.Struct):
    """The fields that show how old a row is."""

    fact: _Fact
    taken_at: Instant | None = None


class Owing(msgspec.Struct, rename={"published": "said"}):
    """The fields that can bring a deadline."""

    published: dict[Slot, Published] = {}
    duties: dict[RecipientId, PublishedDuty] = {}


class ProducedRow(msgspec.Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """A row of version 2: where the record stood, what the producer sent, what was published.

    `occurred_at` is the event's own, so that its age is read without the event. The others are
    those of `streams.core.state.EventRow`.
    """

    topic: str
    partition: int
    offset: int
    ingested_at: Instant
    occurred_at: Instant
    value: bytes
    policy_digest: str
    taken_at: Instant | None = None
    published: dict[Slot, Published] = {}
    duties: dict[RecipientId, PublishedDuty] = {}
    erases: bool = False
    restricted_since: Instant | None = None
