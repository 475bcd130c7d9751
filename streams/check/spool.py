"""What a check gathers and finds: in memory while there is room, then in temporary files.

The files are databases of SQLite that nobody else can open and that are gone with the
process (streams.verify.spill). Sorting there takes little memory, however much it
is. What is on disk is read again each time that it is asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final, Generic, TypeVar, overload

import msgspec

from streams.check.decided_by import Moment
from streams.check.memory import SPILL_FROM, MemoryBound
from streams.core.identifiers import ControllerId, SubjectId
from streams.core.state import Fact, Refusal
from streams.files.temporary_database import open_database

T = TypeVar("T")

Key = tuple[int, int, str, str]
"""What things are sorted by."""

SubjectName = tuple[ControllerId, SubjectId]

_CACHE_KIB: Final = 8_192
_AT_LEAST: Final = 64
"""Things that are worth writing."""

_REFUSAL_BYTES: Final = 300

_decode_fact = msgspec.msgpack.Decoder(Fact).decode
_decode_refusal = msgspec.msgpack.Decoder(Refusal).decode
_decode_moments = msgspec.msgpack.Decoder(tuple[Moment, ...]).decode
_encode = msgspec.msgpack.Encoder().encode


Known = Fact | Refusal
"""What is known of a subject: its facts, and under which ids records were refused."""


class Facts:
    """Facts and refused ids, given back subject by subject."""

    def __init__(self, memory: MemoryBound) -> None:
        self._memory = memory
        self._meter = memory.meter()
        self._held: dict[SubjectName, list[Known]] = {}
        self._waiting = 0
        self._database: sqlite3.Connection | None = None

    def __len__(self) -> int:
        return self._waiting if self._database is None else self._waiting + self._written()

    def add(self, fact: Fact, weight: int) -> None:
        """Keep a fact; `weight` are the bytes of its record."""
        event = fact.event
        self._add((event.controller_id, event.subject_id), fact, weight)

    def refuse(self, name: SubjectName, refusal: Refusal) -> None:
        """Keep that a record was refused under the id of an event of a subject."""
        self._add(name, refusal, _REFUSAL_BYTES)

    def _add(self, name: SubjectName, known: Known, weight: int) -> None:
        self._held.setdefault(name, []).append(known)
        self._waiting += 1
        if self._meter.is_over(weight, SPILL_FROM) and self._waiting >= _AT_LEAST:
            self._write()

    def take(self) -> Iterator[tuple[SubjectName, list[Known]]]:
        """Each subject with all that is known of it, in the order of their names; let go after use.

        Raises ConsentryError where those of one subject are too many for memory.
        """
        if self._database is None:
            for name in sorted(self._held):
                yield name, self._held.pop(name)
            return
        self._write()
        rows = self._database.execute(
            "SELECT controller, subject, refused, known FROM known ORDER BY controller, subject"
        )
        for (controller, subject), group in groupby(rows, lambda row: (row[0], row[1])):
            facts = ((_decode_known(*row[2:]), len(row[3])) for row in group)
            yield (
                (ControllerId(controller), SubjectId(subject)),
                list(self._memory.watch(facts, ONE_PERSON)),
            )
        self._database.close()

    def _written(self) -> int:
        assert self._database is not None
        count: int = self._database.execute("SELECT count(*) FROM known").fetchone()[0]
        return count

    def _write(self) -> None:
        if self._database is None:
            self._database = open_database(_CACHE_KIB)
            self._database.execute(
                "CREATE TABLE known (controller TEXT, subject TEXT, refused INTEGER, known BLOB)"
            )
        _many(
            self._database,
            "INSERT INTO known VALUES (?, ?, ?, ?)",
            (
                (controller, subject, isinstance(fact, Refusal), _encode(fact))
                for (controller, subject), facts in self._held.items()
                for fact in facts
            ),
        )
        self._held.clear()
        self._waiting = 0


ONE_PERSON: Final = "the events of one person"


def _decode_known(refused: int, value: bytes) -> Known:
    return _decode_refusal(value) if refused else _decode_fact(value)


class Spool(Generic[T]):
    """Things that get an order; of those with the same id the last one stays."""

    def __init__(self, kind: type[T], key: Callable[[T], Key], memory: MemoryBound) -> None:
        """`key` ends with the id."""
        self._kind = kind
        self._key = key
        self._meter = memory.meter()
        self._held: dict[str, T] = {}
        self._database: sqlite3.Connection | None = None

    def add(self, thing: T, weight: int = 1_000) -> None:
        """Keep it; `weight` is about its size in bytes."""
        self._held[self._key(thing)[3]] = thing
        if self._meter.is_over(weight, SPILL_FROM) and len(self._held) >= _AT_LEAST:
            self._write()

    def in_order(self) -> Sequence[T]:
        """All of them, by their keys. Nothing may be added any more."""
        if self._database is None:
            return sorted(self._held.values(), key=self._key)
        self._write()
        self._database.execute("CREATE INDEX by_id ON thing (id)")
        self._database.execute(
            "DELETE FROM thing WHERE EXISTS (SELECT 1 FROM thing AS later "
            "WHERE later.id = thing.id AND later.rowid > thing.rowid)"
        )
        self._database.execute("DROP INDEX by_id")
        self._database.execute("CREATE INDEX by_key ON thing (first, second, third, id)")
        return OnDisk(self._database, self._kind)

    def _write(self) -> None:
        if self._database is None:
            self._database = open_database(_CACHE_KIB)
            self._database.execute(
                "CREATE TABLE thing (first INTEGER, second INTEGER, third TEXT, id TEXT, thing BLOB)"
            )
        _many(
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
        if self._meter.is_over(300 * len(moments), SPILL_FROM) and len(self._held) >= _AT_LEAST:
            if self._database is None:
                self._database = open_database(_CACHE_KIB)
                self._database.execute("CREATE TABLE line (id TEXT PRIMARY KEY, moments BLOB)")
            _many(
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
            found = next((_decode_moments(moments) for (moments,) in row), None)
        return found or ()

    def __iter__(self) -> Iterator[tuple[str, tuple[Moment, ...]]]:
        yield from self._held.items()
        if self._database is not None:
            for one, moments in self._database.execute("SELECT id, moments FROM line"):
                yield one, _decode_moments(moments)


class OnDisk(Sequence[T]):
    """Things in their order, read from disk each time."""

    def __init__(self, database: sqlite3.Connection, kind: type[T]) -> None:
        self._database = database
        self._decode = msgspec.msgpack.Decoder(kind).decode
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


def _many(database: sqlite3.Connection, statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    database.execute("BEGIN")
    database.executemany(statement, rows)
    database.execute("COMMIT")
