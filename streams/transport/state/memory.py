"""Rows in memory: restored from the changelog at every start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from zlib import crc32

from streams.core.identifiers import SubjectKey
from streams.core.subject import NOT_HELD, Subject
from streams.transport.state.held_rows import HeldRows
from streams.transport.state.row_loading import load_rows
from streams.wire.rows import CorruptRow, subject_of

if TYPE_CHECKING:
    from streams.wire.record import Record

_BUCKET_BITS: Final = 12

_NO_ROWS: Final[dict[bytes, bytes]] = {}
"""In the bucket of who is held; nothing is ever put in."""


class MemoryRows:
    """Rows in a dictionary per subject, or a live subject in their place.

    Subjects stand in 4,096 buckets by their CRC-32, which is their place: a walk needs
    an order, and copies a bucket of them at a time rather than all.
    """

    lasts = False
    holds_subjects = True
    deadlines = None
    position = None
    puts = 0

    def __init__(self) -> None:
        self._buckets: dict[int, dict[SubjectKey, dict[bytes, bytes]]] = {}
        """Who is held has an empty dictionary here."""
        self._held: dict[SubjectKey, Subject] = {}
        self._count = 0
        self.progress: bytes | None = None

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it. Raises CorruptRow when the key is not a row key."""
        subject = subject_of(key)
        if subject in self._held:
            self.release(subject)
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
        held = self._held.get(subject)
        if held is not None:
            return HeldRows(subject, held)
        bucket = self._buckets.get(_bucket_of(crc32(subject)))
        return bucket.get(subject, {}) if bucket else {}

    def hold(self, key: SubjectKey, subject: Subject) -> None:
        """The rows of a subject are from here on what it says itself; again after each change.

        Raises CorruptRow where it says less than was stored: nothing may be lost by it.
        """
        held = self._held.get(key)
        if held is None:
            bucket = self._buckets.setdefault(_bucket_of(crc32(key)), {})
            subject.stored = len(bucket.get(key, ()))
            bucket[key] = _NO_ROWS
            self._held[key] = subject
        elif held is not subject:
            subject.stored, held.stored = held.stored, NOT_HELD
            self._held[key] = subject
        self._grown(key, subject)

    def grown(self, key: SubjectKey, subject: Subject) -> None:
        """The same, without a look-up where it is this subject that is held."""
        if subject.stored == NOT_HELD:
            self.hold(key, subject)
        else:
            self._grown(key, subject)

    def _grown(self, key: SubjectKey, subject: Subject) -> None:
        count = subject.row_count
        if count < subject.stored:
            raise CorruptRow("is missing in a live subject", key)
        self._count += count - subject.stored
        subject.stored = count

    def release(self, key: SubjectKey) -> None:
        """The rows of a subject stand for themselves again, if it was held."""
        held = self._held.pop(key, None)
        if held is None:
            return
        rows = dict(HeldRows(key, held))
        self._count += len(rows) - held.stored
        held.stored = NOT_HELD
        bucket = self._buckets[_bucket_of(crc32(key))]
        if rows:
            bucket[key] = rows
        else:
            del bucket[key]

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and its place, from a place on."""
        first = int.from_bytes(start)
        for number in range(_bucket_of(first), 1 << _BUCKET_BITS):
            subjects = self._buckets.get(number, ())
            for hashed, subject in sorted((crc32(subject), subject) for subject in subjects):
                if hashed >= first:
                    yield hashed.to_bytes(4), subject

    def __bool__(self) -> bool:
        # Not left to __len__: in compiled code an object without this is true unless None.
        return len(self) > 0

    def __len__(self) -> int:
        """How many rows there are."""
        return self._count

    def load(self, records: Sequence[Record]) -> None:
        """Apply records of the changelog. Raises CorruptRow for a key that is no row's."""
        for key in list(self._held):
            self.release(key)
        loaded = load_rows(records, self._buckets, 32 - _BUCKET_BITS, self.progress)
        self._count += loaded.added
        self.progress = loaded.progress

    def committed(
        self,
        rows: Iterable[tuple[bytes, bytes | None]],
        progress: bytes,
        end: int | None,
        puts: int,
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
        for subject in self._held.values():
            subject.stored = NOT_HELD
        self._held.clear()
        self._count = 0
        self.progress = None

    def loaded(self) -> None:
        """There is nothing to be done after a restore."""

    def close(self) -> None:
        """There is nothing to be closed."""


def _bucket_of(hashed: int) -> int:
    return hashed >> (32 - _BUCKET_BITS)
