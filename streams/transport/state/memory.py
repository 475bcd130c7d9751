"""Rows in memory: restored from the changelog at every start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from streams.core.identifiers import SubjectKey
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import subject_of

if TYPE_CHECKING:
    from streams.wire.record import Record

_BUCKET_BITS = 12


class MemoryRows:
    """Rows in a dictionary per subject.

    Subjects stand in 4,096 buckets by their CRC-32, which is their place: a walk needs
    an order, and copies a bucket of them at a time rather than all.
    """

    lasts = False
    deadlines = None
    position = None

    def __init__(self) -> None:
        self._buckets: dict[int, dict[SubjectKey, dict[bytes, bytes]]] = {}
        self._count = 0
        self.progress: bytes | None = None

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it. Raises CorruptRow when the key is not a row key."""
        subject = subject_of(key)
        number = _bucket_of(crc32(subject))
        bucket = self._buckets.get(number)
        if bucket is None:
            bucket = self._buckets[number] = {}
        rows = bucket.get(subject)
        if rows is None:
            if row is not None:
                bucket[subject] = {key: row}
                self._count += 1
            return
        self._count -= key in rows
        if row is not None:
            rows[key] = row
            self._count += 1
            return
        rows.pop(key, None)
        if not rows:
            del bucket[subject]

    def rows_of(self, subject: SubjectKey) -> Mapping[bytes, bytes]:
        """Rows of a subject by row key; empty for an unknown one."""
        bucket = self._buckets.get(_bucket_of(crc32(subject)))
        return bucket.get(subject, {}) if bucket else {}

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and its place, from a place on."""
        first = int.from_bytes(start)
        for number in range(_bucket_of(first), 1 << _BUCKET_BITS):
            subjects = self._buckets.get(number, ())
            for hashed, subject in sorted((crc32(subject), subject) for subject in subjects):
                if hashed >= first:
                    yield hashed.to_bytes(4), subject

    def __len__(self) -> int:
        """How many rows there are."""
        return self._count

    def load(self, records: Sequence[Record]) -> None:
        """Apply records of the changelog. Raises CorruptRow for a key that is no row's."""
        put = self.put
        for record in records:
            key = record.key
            if key == PROGRESS_KEY:
                self.progress = record.value
            else:
                put(key or b"", record.value)

    def committed(
        self, rows: Iterable[tuple[bytes, bytes | None]], progress: bytes, end: int | None
    ) -> None:
        """Nothing lasts, so nothing is done."""

    def unfit(self, start: int, end: int) -> str | None:
        """It is never asked to go on from a position."""
        del start, end
        return None

    def holds(self, record: Record) -> bool:
        """It holds no position on the changelog."""
        del record
        return False

    def rebuild(self, reason: str) -> None:
        """Forget everything."""
        del reason
        self._buckets.clear()
        self._count = 0
        self.progress = None

    def loaded(self) -> None:
        """There is nothing to be done after a restore."""

    def close(self) -> None:
        """There is nothing to be closed."""


def _bucket_of(hashed: int) -> int:
    return hashed >> (32 - _BUCKET_BITS)
