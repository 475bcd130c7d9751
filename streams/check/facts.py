"""What is known of each subject before it is judged: in memory, then in a temporary file.

Records of a schema of ours stay bytes until their subject has its turn
(streams.check.undecoded); others are read as they come.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import Final

import msgspec

from streams.check import spool
from streams.check.held import Known, Undecoded, Waiting
from streams.check.memory import SPILL_FROM, MemoryBound
from streams.check.shares import ALL, Share, leads_with_ids
from streams.check.undecoded import hold, in_pieces, new_piles, one_by_one
from streams.core.identifiers import ControllerId, SubjectId, subject_key
from streams.core.state import Fact, Refusal
from streams.files.records import Lines
from streams.files.temporary_database import open_database

ONE_PERSON: Final = "the events of one person"

_REFUSAL_BYTES: Final = 300
_HELD_BYTES: Final = 140
"""What a record takes beside its bytes."""

_AT_ONCE: Final = 250
"""Records of one person that are objects while they are written."""

_FACT, _REFUSAL, _UNDECODED = range(3)

_encode = msgspec.msgpack.Encoder().encode

SubjectName = tuple[ControllerId, SubjectId]


class Facts:
    """Facts and refused ids, given back subject by subject."""

    def __init__(self, memory: MemoryBound) -> None:
        self._memory = memory
        self._meter = memory.meter()
        self._lists: dict[bytes, list[Known]] = {}
        self._piles = new_piles()
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
        key = subject_key(*name)
        held = self._lists.get(key)
        if held is None:
            pile = None if self._piles is None else self._piles.pop(key)
            # In the order in which they came: of those that are alike the first one counts.
            held = self._lists[key] = [] if pile is None else one_by_one(pile)
        held.append(known)
        self._grown(1, weight)

    def hold(self, lines: Lines, share: Share = ALL) -> tuple[int, list[int]]:
        """Keep those records of a schema of ours that a share has.

        Returns how many they are, and the places of those that name no subject as most do.
        """
        if not leads_with_ids(lines.header):
            return 0, list(range(len(lines)))
        left, count, size = hold(lines, self._lists, self._piles, share.number, share.of)
        if count:
            self._grown(count, size + count * _HELD_BYTES)
        return count, left

    def _grown(self, count: int, weight: int) -> None:
        self._waiting += count
        if self._meter.is_over(weight, SPILL_FROM) and self._waiting >= spool.AT_LEAST:
            self._write()

    def take(self) -> Iterator[tuple[bytes, Waiting]]:
        """Each subject's key with all that is known of it, in no order; let go after use.

        Raises ConsentryError where those of one subject are too many for memory.
        """
        if self._database is None:
            yield from self._take_held()
            return
        self._write()
        rows = self._database.execute(
            "SELECT subject, kind, known, file, number FROM known ORDER BY subject"
        )
        for key, group in groupby(rows, lambda row: row[0]):
            known = ((_read(*row[1:]), len(row[2])) for row in group)
            yield key, list(self._memory.watch(known, ONE_PERSON))
        self._database.close()

    def _take_held(self) -> Iterator[tuple[bytes, Waiting]]:
        # As they came: memory that was asked for together lies together.
        for key in list(self._lists):
            yield key, self._lists.pop(key)
        if self._piles is not None:
            yield from self._piles

    def _written(self) -> int:
        assert self._database is not None
        count: int = self._database.execute("SELECT count(*) FROM known").fetchone()[0]
        return count

    def _write(self) -> None:
        if self._database is None:
            self._database = open_database(spool.CACHE_KIB)
            self._database.execute(
                "CREATE TABLE known "
                "(subject BLOB, kind INTEGER, known BLOB, file TEXT, number INTEGER)"
            )
        spool.write_many(
            self._database,
            "INSERT INTO known VALUES (?, ?, ?, ?, ?)",
            (
                (key, *_written(one))
                for key, held in self._take_held()
                for some in in_pieces(held, _AT_ONCE)
                for one in some
            ),
        )
        self._waiting = 0


def _written(known: Known) -> tuple[int, bytes, str | None, int | None]:
    if isinstance(known, Undecoded):
        return _UNDECODED, known.value, known.file, known.number
    return (_REFUSAL if isinstance(known, Refusal) else _FACT), _encode(known), None, None


def _read(kind: int, value: bytes, file: str, number: int) -> Known:
    if kind == _UNDECODED:
        return Undecoded(file, number, value)
    kept: Fact | Refusal = spool.decoder_of(Refusal if kind == _REFUSAL else Fact).decode(value)
    return kept
