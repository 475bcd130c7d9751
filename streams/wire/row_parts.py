"""Parts of a stored row, for questions that need no more: the rest is passed over unread.

A file of their own, since `streams.wire.rows` may be compiled and value types may not:
mypyc keeps `dict` of an annotation and drops what it holds.
"""

from __future__ import annotations

import msgspec

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

    published: dict[str, Published] = {}
    duties: dict[str, PublishedDuty] = {}
