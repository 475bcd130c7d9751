"""What a check finds: in memory while there is room, then in temporary files.

The files are databases of SQLite that nobody else can open and that are gone with the
process (streams.verify.spill). Sorting there takes little memory, however much it
is. What is on disk is read again each time that it is asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, Generic, TypeVar, overload

import msgspec

from streams.check.decided_by import Moment
from streams.check.memory import SPILL_FROM, MemoryBound
from streams.files.temporary_database import open_database

T = TypeVar("T")

Key = tuple[int, int, str, str]
"""What things are sorted by."""

CACHE_KIB: Final = 8_192
"""What of a database stays in memory."""

AT_LEAST: Final = 64
"""Things that are worth writing."""

_MOMENTS: Final[Any] = tuple[Moment, ...]
_encode = msgspec.msgpack.Encoder().encode


@cache
def decoder_of(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    """Made when it is asked for: as a rule nothing is on disk."""
    return msgspec.msgpack.Decoder(kind)


class Spool(Generic[T]):
    """Things that get an order; of those with the same id the first in that order stays."""

    def __init__(self, kind: type[T], key: Callable[[T], Key], memory: MemoryBound) -> None:
        """`key` ends with the id."""
        self._kind: Any = kind
        self._key = key
        self._meter = memory.meter()
        self._held: dict[str, T] = {}
        self._database: sqlite3.Connection | None = None

    def add(self, thing: T, weight: int = 1_000) -> None:
        """Keep it; `weight` is about its size in bytes."""
        key = self._key(thing)
        before = self._held.get(key[3])
        if before is None or key <= self._key(before):
            self._held[key[3]] = thing
        if self._meter.is_over(weight, SPILL_FROM) and len(self._held) >= AT_LEAST:
            self._write()

    def things(self) -> Iterator[T]:
        """All of them, those with the same id in the order in which they came."""
        if self._database is not None:
            for (thing,) in self._database.execute("SELECT thing FROM thing ORDER BY rowid"):
                yield decoder_of(self._kind).decode(thing)
        yield from self._held.values()

    def in_order(self) -> Sequence[T]:
        """All of them, by their keys. Nothing may be added any more."""
        if self._database is None:
            return sorted(self._held.values(), key=self._key)
        self._write()
        self._database.execute("CREATE INDEX by_id ON thing (id)")
        self._database.execute(
            "DELETE FROM thing WHERE EXISTS (SELECT 1 FROM thing AS other "
            "WHERE other.id = thing.id AND (other.first, other.second, other.third, -other.rowid) "
            "< (thing.first, thing.second, thing.third, -thing.rowid))"
        )
        self._database.execute("DROP INDEX by_id")
        self._database.execute("CREATE INDEX by_key ON thing (first, second, third, id)")
        return OnDisk(self._database, self._kind)

    def _write(self) -> None:
        if self._database is None:
            self._database = open_database(CACHE_KIB)
            self._database.execute(
                "CREATE TABLE thing (first INTEGER, second INTEGER, third TEXT, id TEXT, thing BLOB)"
            )
        write_many(
            self._database,
            "INSERT INTO thing VALUES (?, ?, ?, ?, ?)",
            ((*self._key(thing), _encode(thing)) for thing in self._held.values()),
        )
        self._held.clear()


class Moments:
    """The timelines of findings, by the id of the finding."""

    def __init__(self, memory: MemoryBound) -> None:
        self._meter = memory.meter()
        self._held: dict[str, tuple[Moment, ...]] = {}
        self._database: sqlite3.Connection | None = None

    def add(self, violation_id: str, moments: tuple[Moment, ...]) -> None:
        """Keep the timeline of a finding."""
        self._held[violation_id] = moments
        if self._meter.is_over(300 * len(moments), SPILL_FROM) and len(self._held) >= AT_LEAST:
            if self._database is None:
                self._database = open_database(CACHE_KIB)
                self._database.execute("CREATE TABLE line (id TEXT PRIMARY KEY, moments BLOB)")
            write_many(
                self._database,
                "INSERT OR REPLACE INTO line VALUES (?, ?)",
                ((one, _encode(moments)) for one, moments in self._held.items()),
            )
            self._held.clear()

    def get(self, violation_id: str) -> tuple[Moment, ...]:
        """The timeline of a finding; none where it was not asked for."""
        found = self._held.get(violation_id)
        if found is None and self._database is not None:
            row = self._database.execute("SELECT moments FROM line WHERE id = ?", (violation_id,))
            found = next((decoder_of(_MOMENTS).decode(moments) for (moments,) in row), None)
        return found or ()

    def __iter__(self) -> Iterator[tuple[str, tuple[Moment, ...]]]:
        yield from self._held.items()
        if self._database is not None:
            for one, moments in self._database.execute("SELECT id, moments FROM line"):
                yield one, decoder_of(_MOMENTS).decode(moments)


class OnDisk(Sequence[T]):
    """Things in their order, read from disk each time."""

    def __init__(self, database: sqlite3.Connection, kind: Any) -> None:
        self._database = database
        self._decode = decoder_of(kind).decode
        self._count: int = database.execute("SELECT count(*) FROM thing").fetchone()[0]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        for (thing,) in self._database.execute(
            "SELECT thing FROM thing ORDER BY first, second, third, id"
        ):
            yield self._decode(thing)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._count)
            return list(islice(self, start, stop, step))
        return next(islice(self, range(self._count)[index], None))


def write_many(
    database: sqlite3.Connection, statement: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    """Write rows in one go."""
    database.execute("BEGIN")
    database.executemany(statement, rows)
    database.execute("COMMIT")
