"""Restriction of processing (GDPR 4(3), 18): data are kept and judged, and not shown to people.

The mark stands in one stored row of the person and holds for all of them, so that it goes where
the rows go. No rule reads it: with or without it a history has the same findings.
"""

from __future__ import annotations

from collections.abc import Iterable

from streams.core.instants import Instant
from streams.core.state import EventRow, RefusalRow


def restricted_since(rows: Iterable[EventRow | RefusalRow]) -> Instant | None:
    """Since when processing of the person with these rows is restricted; None: it is not.

    Of several marks (facts of two installations came together) the earliest counts.
    """
    marks = [row.restricted_since for row in rows if row.restricted_since is not None]
    return min(marks, default=None)
