"""One person's rows of several exports, as one state has them.

What follows from facts that stood apart until now is found by the sweep that comes after; here
is only what of the published a row may keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from streams.core.event_kinds import event_key, key_of
from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.core.publications import following
from streams.core.refusals import standing
from streams.core.restriction import restricted_since
from streams.core.state import EventRow, Published, PublishedDuty, RefusalRow
from streams.core.subject_record import rank_of

_Said = TypeVar("_Said", Published, PublishedDuty)
_Key = TypeVar("_Key", bound=str)
_Placed = tuple[bytes, EventRow | RefusalRow]


def same_row(one: EventRow | RefusalRow, other: EventRow | RefusalRow) -> EventRow | RefusalRow:
    """Two rows under one key: the earlier arrival, and of what was published the latest.

    A fact that came to both installations is one fact, and a refused id one id.
    """
    since = restricted_since((one, other))
    if isinstance(one, EventRow) and isinstance(other, EventRow):
        first = min(one, other, key=_arrival)
        erases = one.erases or other.erases
        first = msgspec.structs.replace(first, restricted_since=since, erases=erases)
        return _with(first, (one, other))
    assert isinstance(one, RefusalRow)
    assert isinstance(other, RefusalRow)
    latest = max(one, other, key=lambda row: row.revision)
    known = [row.occurred_at for row in (one, other) if row.occurred_at is not None]
    return msgspec.structs.replace(
        latest,
        occurred_at=min(known, default=None),
        arrived_at=min(one.arrived_at, other.arrived_at),
        restricted_since=since,
    )


def _arrival(row: EventRow) -> tuple[Instant, str, int, int]:
    source = row.fact.source
    return row.fact.ingested_at, source.topic, source.partition, source.offset


def merged(rows: Iterable[_Placed]) -> list[_Placed]:
    """The rows of a subject: what was published stands with the payload that counts (Q03)."""
    rows = list(rows)
    by_event: dict[EventKey, list[EventRow]] = {}
    for _, row in rows:
        if isinstance(row, EventRow):
            by_event.setdefault(event_key(row.fact.event), []).append(row)
    counting = {key: min(found, key=rank_of) for key, found in by_event.items() if len(found) > 1}
    return [(key, _settled(row, counting, by_event)) for key, row in rows]


def _settled(
    row: EventRow | RefusalRow,
    counting: dict[EventKey, EventRow],
    by_event: dict[EventKey, list[EventRow]],
) -> EventRow | RefusalRow:
    if isinstance(row, RefusalRow):
        return _closed(row, by_event.get(key_of(row.event_type, row.event_id), ()))
    key = event_key(row.fact.event)
    if key not in counting:
        return row
    if row is not counting[key]:
        return msgspec.structs.replace(row, published={}, duties={})
    return _with(row, by_event[key])


def _closed(row: RefusalRow, judged: Sequence[EventRow]) -> RefusalRow:
    """A refused id, closed where the event of that type and id is there (Q01)."""
    if not judged or row.status is standing(judged=True):
        return row
    at = max(row.arrived_at, *(one.fact.ingested_at for one in judged))
    return msgspec.structs.replace(
        row,
        revision=row.revision + 1,
        status=standing(judged=True),
        history=following(row.publications, at, judged[0].policy_digest),
    )


def _with(row: EventRow, of: Iterable[EventRow]) -> EventRow:
    """The row with all that was published by any of them, each at its highest revision."""
    of = list(of)
    return msgspec.structs.replace(
        row,
        published=_highest([one.published for one in of]),
        duties=_highest([one.duties for one in of]),
    )


def _highest(said: Iterable[dict[_Key, _Said]]) -> dict[_Key, _Said]:
    found: dict[_Key, _Said] = {}
    for some in said:
        for key, one in some.items():
            if key not in found or one.revision > found[key].revision:
                found[key] = one
    return found
