"""Of a person whom one installation erased, another one may still hold old facts.

Together they are what one installation has that took them in after the erasure: what occurred
up to it is expired, and is not taken in (legal model 4.5).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from streams.core.restriction import restricted_since
from streams.core.state import EventRow, RefusalRow

Placed = tuple[bytes, EventRow | RefusalRow]
"""A row's key in the changelog, and the row."""


def expired(rows: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
    """The rows of one person that stay, and those from before the latest erasure.

    A refused id of which nobody knows when its event occurred is as old as its arrival. A
    restriction of processing goes on, whichever row bore its mark.
    """
    erasures = [one for _, one in rows if isinstance(one, EventRow) and one.erases]
    if not erasures:
        return list(rows), []
    at = max(one.fact.event.occurred_at for one in erasures)

    def stays(row: EventRow | RefusalRow) -> bool:
        if isinstance(row, EventRow):
            occurred_at = row.fact.event.occurred_at
            return occurred_at > at or (row.erases and occurred_at == at)
        occurred_at = row.arrived_at if row.occurred_at is None else row.occurred_at
        return occurred_at > at

    kept = [one for one in rows if stays(one[1])]
    gone = [one for one in rows if not stays(one[1])]
    since = restricted_since(row for _, row in rows)
    if since is not None:
        kept = [
            (key, msgspec.structs.replace(row, restricted_since=since))
            if isinstance(row, EventRow) and row.erases
            else (key, row)
            for key, row in kept
        ]
    return kept, gone
