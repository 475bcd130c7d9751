"""Rows of the changelog into memory: what every row passes when a worker starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from streams.core.identifiers import SubjectKey
from streams.native.library import LIBRARY
from streams.wire.progress import PROGRESS_KEY
from streams.wire.record import Record
from streams.wire.row_keys import subject_of

Rows = dict[bytes, bytes]
Buckets = dict[int, dict[SubjectKey, Rows]]


class Loaded:
    """What a batch of the changelog changed."""

    __slots__ = ("added", "progress")

    def __init__(self, progress: bytes | None) -> None:
        self.added = 0
        """How many rows there are more, or less, than before."""
        self.progress = progress
        """The latest progress row."""


def load_rows(
    records: Sequence[Record],
    buckets: Buckets,
    shift: int,
    progress: bytes | None,
    library: Any = LIBRARY,
) -> Loaded:
    """Apply records to subjects in buckets by their CRC-32, shifted; later ones replace earlier.

    Raises CorruptRow for a key that is no row's.
    """
    loaded = Loaded(progress)
    added = done = 0
    if library is not None and isinstance(records, list):
        # Up to one that is not as it should be, which is looked at below.
        done, added, loaded.progress = library.load_rows(
            records, buckets, shift, PROGRESS_KEY, progress
        )
    for record in records[done:]:
        key, row = record.key or b"", record.value
        if key == PROGRESS_KEY:
            loaded.progress = row
            continue
        subject = subject_of(key)
        number = crc32(subject) >> shift
        bucket = buckets.get(number)
        if bucket is None:
            bucket = buckets[number] = {}
        rows = bucket.get(subject)
        if row is not None:
            if rows is None:
                bucket[subject] = {key: row}
                added += 1
            else:
                added += key not in rows
                rows[key] = row
        elif rows is not None and rows.pop(key, None) is not None:
            added -= 1
            if not rows:
                del bucket[subject]
    loaded.added = added
    return loaded
