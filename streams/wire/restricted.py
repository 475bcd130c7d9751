"""The mark of a restriction of processing (`streams.core.restriction`) in rows as stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from streams.core.instants import Instant
from streams.core.restriction import restricted_since
from streams.core.state import EventRow, RefusalRow
from streams.wire.rows import decode_any, restriction_in_produced

_NAME: Final = b"restricted_since"


def may_be_marked(value: bytes) -> bool:
    """Whether a stored row may bear the mark, for a part of the cost of reading it.

    Fields have their names in a row of version 1, and a place in one of version 2. Raises
    CorruptRow.
    """
    return _NAME in value or restriction_in_produced(value) is not None


def marked(rows: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, EventRow | RefusalRow]]:
    """Those of a person's stored rows that bear the mark, by key. Raises CorruptRow."""
    for key, value in rows.items():
        if may_be_marked(value):
            row = decode_any(value, key)
            if row.restricted_since is not None:
                yield key, row


def restriction_of(rows: Mapping[bytes, bytes]) -> Instant | None:
    """Since when processing of the person with these stored rows is restricted, or None.

    Raises CorruptRow.
    """
    return restricted_since(row for _, row in marked(rows))
