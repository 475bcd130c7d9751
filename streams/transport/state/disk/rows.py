"""The rows of one partition number on disk, and in memory what is not committed yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from streams.core.identifiers import SubjectKey
from streams.core.subject import Subject
from streams.transport.state.disk.database import Database
from streams.transport.state.disk.deadlines import DiskDeadlines
from streams.transport.state.disk.layout import (
    AFTER_ROWS,
    PREFIX_BYTES,
    ROWS,
    STATE,
    StoreState,
    encode_state,
    now_ms,
    seal_of,
)
from streams.transport.state.disk.pending import Pending
from streams.transport.state.disk.placing import place_rows
from streams.transport.state.row_store import place_of
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import subject_of, subject_prefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.wire.record import Record

LASTS_MS: Final = 12 * 3_600_000
"""How long after it last held all of the changelog a database goes on from where it was.

Compaction keeps a tombstone for `delete.retention.ms`, a day as a rule; later it is gone
from the changelog, and a copy that missed it would keep the rows of somebody who left.
"""

_WALK_AT_ONCE: Final = 64

log = structlog.get_logger("consentry.worker")


class DiskRows:
    """A `RowStore` over a database that is never ahead of the changelog.

    What is put is kept in memory until `committed` says that it is on the changelog, and
    is then written with the position and the progress row in one batch.
    """

    lasts = True
    holds_subjects = False

    def __init__(
        self, database: Database, state: StoreState, empty: Callable[[], Database]
    ) -> None:
        """`empty` makes an empty database in the place of a closed one."""
        self._empty = empty
        self._use(database, state)

    def _use(self, database: Database, state: StoreState) -> None:
        self._database = database
        self._state = state
        self._pending = Pending()
        self._deadlines = DiskDeadlines(database, self._pending)

    @property
    def deadlines(self) -> DiskDeadlines:
        """The deadlines of all subjects."""
        return self._deadlines

    @property
    def position(self) -> int | None:
        """The changelog offset after the last record that is kept."""
        return self._state.position or None

    @property
    def progress(self) -> bytes | None:
        """The progress row at that position."""
        return self._state.progress

    @property
    def puts(self) -> int:
        """How often anything was put."""
        return self._pending.puts

    # What judging asks.

    def put(self, key: bytes, row: bytes | None) -> None:
        """Keep a row, or forget it. Raises CorruptRow when the key is not a row key."""
        self._pending.put(subject_of(key), key, row)

    def rows_of(self, subject: SubjectKey) -> Mapping[bytes, bytes]:
        """Rows of a subject by row key; empty for an unknown one."""
        prefix = b"".join((ROWS, place_of(subject), subject_prefix(subject)))
        rows = {key[PREFIX_BYTES:]: row for key, row in self._database.beginning_with(prefix)}
        if subject in self._pending:
            self._pending.lay_over(subject, rows)
        return rows

    def hold(self, key: SubjectKey, subject: Subject) -> None:
        """It is never asked to: rows on disk stand for themselves."""

    def release(self, key: SubjectKey) -> None:
        """Nobody is held."""

    def walk(self, start: bytes = b"") -> Iterator[tuple[bytes, SubjectKey]]:
        """Every subject that has rows and its place, from a place on."""
        begin, after = ROWS + start, (start, SubjectKey(b""))
        while True:
            found = list(islice(self._stored(begin), _WALK_AT_ONCE))
            last = found[-1] if len(found) == _WALK_AT_ONCE else None
            pending = {
                (place_of(subject), subject)
                for subject in self._pending.subjects()
                if (place_of(subject), subject) >= after
            }
            for one in sorted({*found, *pending}):
                if last is not None and one > last:
                    break
                if one[1] not in self._pending or self.rows_of(one[1]):
                    yield one
            if last is None:
                return
            begin = _behind(*last)
            after = last[0], SubjectKey(last[1] + b"\0")

    def _stored(self, begin: bytes) -> Iterator[tuple[bytes, SubjectKey]]:
        keys = (key for key, _ in self._database.scan(begin, AFTER_ROWS))
        for one, _ in groupby(keys, lambda key: (key[1:5], subject_of(key[5:]))):
            yield one

    def __len__(self) -> int:
        """About how many rows there are, deadlines counted with them."""
        return self._database.estimated_keys()

    # What comes from the changelog.

    def load(self, records: Sequence[Record]) -> None:
        """Apply records of the changelog. Raises CorruptRow; nothing of them is kept then."""
        rows: list[tuple[bytes, bytes | None]] = []
        progress = self._state.progress
        for record in records:
            if record.key == PROGRESS_KEY:
                progress = record.value
            else:
                rows.append((record.key or b"", record.value))
        last = records[-1]
        # It is no younger before all of the changelog has been loaded.
        as_of = self._state.as_of or now_ms()
        self._write(rows, progress, (last.offset + 1, seal_of(last.key, last.value), as_of))

    def committed(
        self,
        rows: Iterable[tuple[bytes, bytes | None]],
        progress: bytes,
        end: int | None,
        puts: int,
    ) -> None:
        """Write rows that are on the changelog, where they were put before.

        Without a position it stays behind its rows: they are then read once more.
        """
        settled = self._pending.settle(puts)
        if end is None:
            self._write(rows, self._state.progress, None)
        else:
            self._write(rows, progress, (end, seal_of(PROGRESS_KEY, progress), now_ms()))
        self._deadlines.settled(settled)

    def _write(
        self,
        rows: Iterable[tuple[bytes, bytes | None]],
        progress: bytes | None,
        reached: tuple[int, bytes, int] | None,
    ) -> None:
        """Write rows as one; the latest of a key counts."""
        batch = self._database.new_batch()
        # First: what a row brings stays.
        for entry in self._deadlines.done():
            batch.delete(entry)
        due = place_rows(dict(rows), batch)
        state = self._state
        if reached is not None:
            position, seal, as_of = reached
            state = msgspec.structs.replace(
                state, position=position, seal=seal, progress=progress, as_of=as_of
            )
            batch.put(STATE, encode_state(state))
        self._database.write(batch)
        self._state = state
        for entry in due:
            self._deadlines.added(entry)

    # Whether it may be gone on from.

    def unfit(self, start: int, end: int) -> str | None:
        """Why it cannot go on from `position` on a changelog that reaches from start to end."""
        position = self._state.position
        if position > end:
            return "it is ahead of the changelog, which was recreated or lost its end"
        if position < start:
            return "the changelog lost what follows on it"
        # What follows at once is the marker of the last transaction.
        missing = end > position + 1
        if missing and abs(now_ms() - self._state.as_of) > LASTS_MS:
            return "it is so old that the changelog may have forgotten deletions"
        return None

    def holds(self, record: Record) -> bool:
        """Whether the last record that was applied is this one."""
        state = self._state
        return (
            record.offset == state.position - 1 and seal_of(record.key, record.value) == state.seal
        )

    def rebuild(self, reason: str) -> None:
        """Forget everything, to be loaded again."""
        log_rebuilt(self._state.partition, reason)
        self._database.discard()
        state = msgspec.structs.replace(self._state, position=0, seal=b"", progress=None, as_of=0)
        self._use(self._empty(), state)

    def loaded(self) -> None:
        """All of the changelog has been loaded."""
        self._database.merge()
        if self._state.position:
            self._state = msgspec.structs.replace(self._state, as_of=now_ms())
            batch = self._database.new_batch()
            batch.put(STATE, encode_state(self._state))
            self._database.write(batch)

    def close(self) -> None:
        """Write out what is in memory, and let another process have it."""
        self._database.close()


def log_rebuilt(partition: int, reason: str) -> None:
    """Log that the state of a partition number is restored from the whole changelog."""
    log.warning("store.rebuilt", partition=partition, reason=reason)


def _behind(place: bytes, subject: SubjectKey) -> bytes:
    """The first key behind all rows of a subject."""
    return b"".join((ROWS, place, subject, b"\x01"))
